from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0004_told_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='phonenumber',
            name='heard_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='last webhook'),
        ),
    ]
