import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

STATES = [("open", "Open"), ("acknowledged", "Acknowledged"), ("solved", "Solved")]


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0016_optout_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="alert",
            name="acknowledged_at",
            field=models.DateTimeField(null=True, verbose_name="acknowledged at"),
        ),
        migrations.AddField(
            model_name="alert",
            name="changed_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(),
                default=django.utils.timezone.now,
                verbose_name="state since",
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="solved_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="solved by",
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="note",
            field=models.CharField(blank=True, db_default="", default="", max_length=300, verbose_name="note"),
        ),
        migrations.AddField(
            model_name="alert",
            name="hook_state",
            field=models.CharField(
                blank=True,
                choices=STATES,
                db_default="",
                default="",
                max_length=12,
                verbose_name="state told by webhook",
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="hook_attempts",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="attempts to tell it"),
        ),
        migrations.AddField(
            model_name="alert",
            name="hook_due_at",
            field=models.DateTimeField(null=True, verbose_name="next attempt to tell it"),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["tenant", "-first_at", "-id"], name="alert_history"),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["changed_at"], name="alert_changed"),
        ),
    ]
