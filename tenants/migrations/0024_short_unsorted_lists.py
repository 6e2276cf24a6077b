from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models
from django.db.models.functions import Concat

from tenants.folding import Fold
from tenants.operations import TuneIndex


class Migration(migrations.Migration):
    dependencies = [("tenants", "0023_keys_led_by_other_indexes")]

    operations = [
        TuneIndex(
            model_name="contact",
            index=GinIndex(
                OpClass(
                    Fold(Concat(models.F("name"), models.Value(" "), models.F("profile_name"))),
                    name="gin_trgm_ops",
                ),
                gin_pending_list_limit=256,
                name="contact_names",
            ),
        ),
        TuneIndex(
            model_name="identity",
            index=GinIndex(
                OpClass("value", name="gin_trgm_ops"), gin_pending_list_limit=256, name="identity_part"
            ),
        ),
    ]
