from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0015_saved_filter")]

    operations = [
        migrations.AddField(
            model_name="automationsettings",
            name="optout_words",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text='Beside SAIR, PARAR, STOP, REMOVER and CANCELAR, as the whole message: ["nao quero mais"].',
                verbose_name="further words that stop messages",
            ),
        ),
    ]
