from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('whatsapp', '0006_said_later'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='webhookevent',
            index=models.Index(condition=models.Q(('state__in', ['waiting', 'ignored', 'failed'])), fields=['state', 'field', 'note'], name='event_set_aside'),
        ),
    ]
