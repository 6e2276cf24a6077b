from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0005_heard_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='phonenumber',
            name='resting_reason',
            field=models.CharField(blank=True, max_length=200, verbose_name='out of the pool because'),
        ),
        migrations.AddField(
            model_name='phonenumber',
            name='resting_since',
            field=models.DateTimeField(blank=True, null=True, verbose_name='out of the pool since'),
        ),
    ]
