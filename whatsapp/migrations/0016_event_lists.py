from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("whatsapp", "0015_attending")]

    operations = [
        migrations.AddIndex(
            model_name="webhookevent",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "ignored", "failed"])),
                fields=["tenant", "state", "-id"],
                name="event_aside_of_tenant",
            ),
        ),
        migrations.AddIndex(
            model_name="webhookevent",
            index=models.Index(
                condition=models.Q(
                    ("tenant__isnull", False),
                    models.Q(("field__in", ["messages", "smb_message_echoes", "history", ""]), _negated=True),
                ),
                fields=["tenant", "field", "-id"],
                name="event_rare_field",
            ),
        ),
    ]
