from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # messages are many, and come in while the index is made

    dependencies = [("whatsapp", "0018_blocked_conversations")]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(("status", "failed")), fields=["tenant", "occurred_at"], name="message_refused"
            ),
        ),
    ]
