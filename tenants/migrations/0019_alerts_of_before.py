"""What was told before there was a webhook is not told by it now."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tenants", "0018_number_heard")]

    operations = [
        migrations.RunSQL(
            "UPDATE tenants_alert SET hook_state = state, changed_at = coalesce(solved_at, last_at)",
            migrations.RunSQL.noop,
        )
    ]
