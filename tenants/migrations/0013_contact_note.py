from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0012_confirmations")]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="note",
            field=models.TextField(blank=True, db_default="", default="", max_length=2000, verbose_name="note"),
        ),
    ]
