import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

UNREAD = models.Q(
    ("last_inbound_at__isnull", False),
    models.Q(("read_at__isnull", True), ("last_inbound_at__gt", models.F("read_at")), _connector="OR"),
)
# What was said before counts as read, but for the last day's: that may still wait for an answer.
LOOK_BACK = """
SET LOCAL statement_timeout = 0;
UPDATE whatsapp_conversation c
   SET last_message_at = greatest(c.last_message_at, said.at),
       last_inbound_at = said.inbound_at,
       read_at = coalesce(c.read_at, CASE WHEN said.inbound_at < now() - interval '1 day' THEN said.inbound_at END)
  FROM (SELECT conversation_id, max(occurred_at) AS at,
               max(occurred_at) FILTER (WHERE direction = 'inbound' AND origin = 'customer') AS inbound_at
          FROM whatsapp_message
         WHERE conversation_id IS NOT NULL
         GROUP BY conversation_id) said
 WHERE said.conversation_id = c.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0012_confirmations"),
        ("whatsapp", "0014_fewer_index_entries_at_the_door"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="last_inbound_at",
            field=models.DateTimeField(null=True, verbose_name="customer's last message"),
        ),
        migrations.RunSQL(LOOK_BACK, migrations.RunSQL.noop),
        migrations.RemoveIndex(model_name="conversation", name="conversation_recent"),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(fields=["tenant", "-last_message_at", "-id"], name="conversation_recent"),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=UNREAD, fields=["tenant", "-last_message_at", "-id"], name="conversation_unread"
            ),
        ),
        migrations.CreateModel(
            name="CannedAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "shortcut",
                    models.SlugField(
                        allow_unicode=True, help_text="For example: horarios", max_length=40, verbose_name="shortcut"
                    ),
                ),
                ("text", models.TextField(max_length=4096, verbose_name="text")),
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
            options={"verbose_name": "ready answer", "verbose_name_plural": "ready answers", "ordering": ["shortcut"]},
        ),
        migrations.AddConstraint(
            model_name="cannedanswer",
            constraint=models.UniqueConstraint(fields=("tenant", "shortcut"), name="one_ready_answer_a_shortcut"),
        ),
        migrations.CreateModel(
            name="ConversationNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(max_length=4000, verbose_name="text")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="time")),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="whatsapp.conversation",
                        verbose_name="conversation",
                    ),
                ),
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
                "verbose_name": "note on a conversation",
                "verbose_name_plural": "notes on conversations",
                "ordering": ["-at", "-id"],
                "indexes": [models.Index(fields=["conversation", "-at", "-id"], name="note_recent")],
            },
        ),
    ]
