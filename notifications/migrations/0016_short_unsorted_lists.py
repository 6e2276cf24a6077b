import django.contrib.postgres.indexes
from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models.functions import Concat

import tenants.folding
from tenants.operations import TuneIndex


class Migration(migrations.Migration):
    dependencies = [("notifications", "0015_keys_led_by_other_indexes")]

    operations = [
        TuneIndex(
            model_name="appointment",
            index=django.contrib.postgres.indexes.GinIndex(
                OpClass(
                    tenants.folding.Fold(Concat(models.F("customer_name"), models.Value(" "), models.F("service"))),
                    name="gin_trgm_ops",
                ),
                gin_pending_list_limit=256,
                name="appointment_words",
            ),
        ),
    ]
