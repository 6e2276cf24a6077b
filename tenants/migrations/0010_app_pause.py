from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0009_people_join'),
    ]

    operations = [
        migrations.AddField(
            model_name='automationsettings',
            name='app_pause_minutes',
            field=models.PositiveIntegerField(blank=True, help_text='No automatic answers in a conversation in which somebody just wrote by hand. Empty means 60.', null=True, verbose_name='pause after an answer in the phone app (minutes)'),
        ),
    ]
