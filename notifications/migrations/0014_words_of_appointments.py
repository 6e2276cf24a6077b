import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Concat

import tenants.folding


class Migration(migrations.Migration):
    atomic = False  # bookings are many, and come in while the index is made

    dependencies = [("notifications", "0013_variant_days"), ("tenants", "0002_text_search")]

    operations = [
        migrations.RunSQL("SET statement_timeout = 0", "RESET statement_timeout"),
        AddIndexConcurrently(
            model_name="appointment",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    tenants.folding.Fold(Concat(models.F("customer_name"), models.Value(" "), models.F("service"))),
                    name="gin_trgm_ops",
                ),
                name="appointment_words",
            ),
        ),
        # How frequent a name is, which a new index does not know by itself, decides how it is looked up.
        migrations.RunSQL("ANALYZE notifications_appointment", migrations.RunSQL.noop),
        migrations.RunSQL("RESET statement_timeout", "SET statement_timeout = 0"),
    ]
