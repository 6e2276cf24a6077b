from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0008_rate_strikes")]

    operations = [
        migrations.AddField(
            model_name="notificationjob",
            name="reply_to",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="A wamid.",
                max_length=200,
                verbose_name="answers message",
            ),
        ),
    ]
