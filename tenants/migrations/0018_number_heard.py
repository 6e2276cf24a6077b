from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0017_alert_acts")]

    operations = [
        migrations.AddField(
            model_name="phonenumber",
            name="inbound_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="last message received"),
        ),
        migrations.AddField(
            model_name="phonenumber",
            name="status_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="last status"),
        ),
    ]
