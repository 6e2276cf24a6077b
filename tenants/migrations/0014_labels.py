import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

OF_A_TENANT = models.ForeignKey(
    on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.tenant", verbose_name="company"
)


class Migration(migrations.Migration):
    dependencies = [("tenants", "0013_contact_note")]

    operations = [
        migrations.CreateModel(
            name="Label",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, verbose_name="name")),
                (
                    "tone",
                    models.CharField(
                        choices=[
                            ("teal", "Teal"),
                            ("blue", "Blue"),
                            ("amber", "Amber"),
                            ("violet", "Violet"),
                            ("green", "Green"),
                            ("red", "Red"),
                            ("slate", "Slate"),
                        ],
                        default="slate",
                        max_length=10,
                        verbose_name="colour",
                    ),
                ),
                ("tenant", OF_A_TENANT),
            ],
            options={"verbose_name": "label", "verbose_name_plural": "labels", "ordering": ["name"]},
        ),
        migrations.CreateModel(
            name="ContactLabel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="labelled",
                        to="tenants.contact",
                        verbose_name="contact",
                    ),
                ),
                (
                    "label",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="labelled",
                        to="tenants.label",
                        verbose_name="label",
                    ),
                ),
                ("tenant", OF_A_TENANT.clone()),
            ],
            options={
                "verbose_name": "label of a contact",
                "verbose_name_plural": "labels of contacts",
                "ordering": ["label__name"],
            },
        ),
        migrations.AddField(
            model_name="label",
            name="contacts",
            field=models.ManyToManyField(related_name="labels", through="tenants.ContactLabel", to="tenants.contact"),
        ),
        migrations.AddConstraint(
            model_name="label",
            constraint=models.UniqueConstraint(
                models.F("tenant"), django.db.models.functions.text.Lower("name"), name="one_label_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="contactlabel",
            constraint=models.UniqueConstraint(fields=("contact", "label"), name="one_label_a_contact"),
        ),
    ]
