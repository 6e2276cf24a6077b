import django.db.models.deletion
from django.db import migrations, models

import whatsapp.models.media


class Migration(migrations.Migration):
    dependencies = [
        ("templates_mgmt", "0006_verification"),
        ("tenants", "0019_alerts_of_before"),
    ]

    operations = [
        migrations.CreateModel(
            name="HeaderFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(
                        default=whatsapp.models.media.unguessable_key,
                        editable=False,
                        max_length=32,
                        unique=True,
                        verbose_name="key",
                    ),
                ),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("mime_type", models.CharField(max_length=100, verbose_name="type")),
                ("file_name", models.CharField(max_length=100, verbose_name="file name")),
                ("size", models.PositiveIntegerField(verbose_name="size (bytes)")),
                ("by", models.CharField(blank=True, max_length=150, verbose_name="by")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                        verbose_name="company",
                    ),
                ),
            ],
            options={
                "verbose_name": "file of a header",
                "verbose_name_plural": "files of headers",
                "ordering": ["-created_at"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "sha256", "mime_type"), name="one_header_file_a_content"
                    )
                ],
            },
        ),
    ]
