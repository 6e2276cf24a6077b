from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # events are many, and come in while the index is made

    dependencies = [("whatsapp", "0020_words_of_companies")]

    operations = [
        migrations.RunSQL("SET statement_timeout = 0", "RESET statement_timeout"),
        AddIndexConcurrently(
            model_name="webhookevent",
            index=models.Index(
                condition=models.Q(
                    ("note__in", ("unknown_field", "unknown_item", "unknown_value", "unknown_type")),
                    ("state", "ignored"),
                ),
                fields=["tenant", "-id"],
                name="event_not_understood",
            ),
        ),
        migrations.RunSQL("RESET statement_timeout", "SET statement_timeout = 0"),
    ]
