"""Whatever is neither a message nor a status is found among a company's events by its field or by its kind."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # events are many, and come in while the indexes are made

    dependencies = [("whatsapp", "0023_short_unsorted_lists")]

    operations = [
        migrations.RunSQL("SET statement_timeout = 0", "RESET statement_timeout"),
        AddIndexConcurrently(
            model_name="webhookevent",
            index=models.Index(
                condition=models.Q(
                    ("tenant__isnull", False), models.Q(("field__in", ["messages", ""]), _negated=True)
                ),
                fields=["tenant", "field", "-id"],
                name="event_other_field",
            ),
        ),
        AddIndexConcurrently(
            model_name="webhookevent",
            index=models.Index(
                condition=models.Q(
                    ("tenant__isnull", False), models.Q(("item__in", ["messages", "statuses", ""]), _negated=True)
                ),
                fields=["tenant", "item", "-id"],
                name="event_other_item",
            ),
        ),
        RemoveIndexConcurrently(model_name="webhookevent", name="event_rare_field"),
        migrations.RunSQL("RESET statement_timeout", "SET statement_timeout = 0"),
    ]
