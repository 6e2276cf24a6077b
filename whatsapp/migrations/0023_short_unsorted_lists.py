from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models

from tenants.operations import TuneIndex


class Migration(migrations.Migration):
    dependencies = [("whatsapp", "0022_keys_led_by_other_indexes")]

    operations = [
        TuneIndex(
            model_name="message",
            index=GinIndex(
                models.Func("tenant", "text", "content", function="recado_words_of"),
                gin_pending_list_limit=256,
                name="message_words_of_tenant",
            ),
        ),
    ]
