from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models
from django.db.models.functions import Concat

from tenants.folding import Fold
from tenants.operations import TuneIndex


class Migration(migrations.Migration):
    dependencies = [("notifications", "0015_keys_led_by_other_indexes")]

    operations = [
        TuneIndex(
            model_name="appointment",
            index=GinIndex(
                OpClass(
                    Fold(Concat(models.F("customer_name"), models.Value(" "), models.F("service"))),
                    name="gin_trgm_ops",
                ),
                gin_pending_list_limit=256,
                name="appointment_words",
            ),
        ),
    ]
