from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("templates_mgmt", "0005_life_of_templates"),
    ]

    operations = [
        migrations.AddField(
            model_name="templatesync",
            name="verification",
            field=models.CharField(blank=True, max_length=30, verbose_name="verification of the business"),
        ),
        migrations.AddField(
            model_name="templatesync",
            name="verification_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="verification asked at"),
        ),
    ]
