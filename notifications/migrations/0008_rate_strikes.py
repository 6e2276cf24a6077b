from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0007_reachedperson")]

    operations = [
        migrations.AddField(
            model_name="rate",
            name="strikes",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="times too fast"),
        ),
        migrations.AddIndex(
            model_name="rate",
            index=models.Index(condition=models.Q(("strikes__gt", 0)), fields=["number"], name="rate_struck"),
        ),
    ]
