import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

ORIGINS = [
    ("customer", "Customer"),
    ("automation", "Automation"),
    ("operator", "Operator"),
    ("campaign", "Campaign"),
    ("api", "API"),
    ("app", "Phone app"),
    ("history", "History"),
]
# What was there before is counted by the first rounds of beat.
NOTE_EVERY_DAY = """
INSERT INTO notifications_daytocount (tenant_id, day)
SELECT DISTINCT m.tenant_id, (m.occurred_at AT TIME ZONE t.time_zone)::date
  FROM whatsapp_message m JOIN tenants_tenant t ON t.id = m.tenant_id
"""


def pk():
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def tenant():
    field = models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        to="tenants.tenant",
        verbose_name="company",
    )
    return ("tenant", field)


def number():
    field = models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        to="tenants.phonenumber",
        verbose_name="number",
    )
    return ("number", field)


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0009_reply_to"),
        ("tenants", "0012_confirmations"),
        ("whatsapp", "0014_fewer_index_entries_at_the_door"),
    ]

    operations = [
        migrations.CreateModel(
            name="CountedDay",
            fields=[
                pk(),
                ("day", models.DateField(verbose_name="day")),
                ("zone", models.CharField(max_length=50, verbose_name="time zone")),
                ("counted_at", models.DateTimeField(verbose_name="counted at")),
                tenant(),
            ],
            options={
                "verbose_name": "counted day",
                "verbose_name_plural": "counted days",
                "ordering": ["-day"],
                "constraints": [models.UniqueConstraint(fields=("tenant", "day"), name="one_row_a_counted_day")],
            },
        ),
        migrations.CreateModel(
            name="DailyAnswers",
            fields=[
                pk(),
                ("day", models.DateField(verbose_name="day")),
                (
                    "by",
                    models.CharField(
                        choices=[("person", "A person"), ("robot", "Robot")], max_length=6, verbose_name="answered by"
                    ),
                ),
                (
                    "seconds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveIntegerField(), size=None, verbose_name="seconds"
                    ),
                ),
                number(),
                tenant(),
            ],
            options={
                "verbose_name": "answers of a day",
                "verbose_name_plural": "answers by day",
                "ordering": ["-day", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "day", "number", "by"), name="one_row_a_days_answers")
                ],
            },
        ),
        migrations.CreateModel(
            name="DailyCount",
            fields=[
                pk(),
                ("day", models.DateField(verbose_name="day")),
                ("origin", models.CharField(choices=ORIGINS, max_length=10, verbose_name="origin")),
                ("kind", models.CharField(blank=True, max_length=40, verbose_name="kind")),
                ("template_name", models.CharField(blank=True, max_length=512, verbose_name="template")),
                ("outcome", models.CharField(max_length=10, verbose_name="outcome")),
                ("error_code", models.IntegerField(null=True, verbose_name="error code")),
                ("count", models.PositiveIntegerField(verbose_name="messages")),
                number(),
                tenant(),
            ],
            options={
                "verbose_name": "messages of a day",
                "verbose_name_plural": "messages by day",
                "ordering": ["-day", "number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            *("tenant", "day", "number", "origin"),
                            *("kind", "template_name", "outcome", "error_code"),
                        ),
                        name="one_count_a_likeness",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DayToCount",
            fields=[pk(), ("day", models.DateField(verbose_name="day")), tenant()],
            options={"verbose_name": "day to count again", "verbose_name_plural": "days to count again"},
        ),
        migrations.RunSQL(["SET LOCAL statement_timeout = 0", NOTE_EVERY_DAY], migrations.RunSQL.noop),
    ]
