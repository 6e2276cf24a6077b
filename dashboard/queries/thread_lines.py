"""What people did with a conversation, told between its messages: taken, handed over, closed, opened again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants import phones
from tenants.models import AuditEntry
from whatsapp.models import Conversation, ConversationNote, Message
from whatsapp.providers.values import mapping, text

LIMIT = 100  # of one page
# Acts of the audit trail on a conversation: icon and sentence.
ACTS: dict[str, tuple[str, str | Promise]] = {
    "taken": ("front_hand", gettext_lazy("%(who)s took the conversation.")),
    "closed": ("task_alt", gettext_lazy("%(who)s closed the conversation.")),
    "set_aside": ("hourglass_empty", gettext_lazy("%(who)s set the conversation aside until the customer writes.")),
    "reopened": ("replay", gettext_lazy("%(who)s opened the conversation again.")),
}
TO_ROBOT = gettext_lazy("%(who)s gave the conversation to the robot.")
TO_PERSON = gettext_lazy("%(who)s gave the conversation to a person.")
TO_NOBODY = gettext_lazy("%(who)s took the conversation from its owner.")
TO_SOMEBODY = gettext_lazy("%(who)s gave the conversation to %(to)s.")

# What WhatsApp says by itself, by Meta's name for it.
SYSTEM: dict[str, tuple[str, str | Promise]] = {
    "user_changed_number": ("sim_card", gettext_lazy("The customer changed number: it is %(to)s now.")),
    "user_changed_user_id": ("badge", gettext_lazy("The customer goes by another WhatsApp user id now.")),
    "customer_identity_changed": (
        "phonelink_setup",
        gettext_lazy("The customer's security code changed: WhatsApp is on another phone, or was installed anew."),
    ),
}


@dataclass(frozen=True)
class Line:
    """One line across the thread."""

    key: str
    at: datetime
    icon: str
    sentence: str
    kind = "line"
    waits = False


@dataclass(frozen=True)
class Note:
    """What a person of the company wrote for colleagues; the customer never sees it."""

    key: str
    at: datetime
    author: str
    text: str
    kind = "note"
    waits = False


def lines(conversation: Conversation, since: datetime | None, until: datetime | None) -> list[Line | Note]:
    """Acts and notes between two times (None: without end). Two queries."""
    acts = AuditEntry.objects.for_tenant(conversation.tenant_id)
    acts = acts.filter(object_type=Conversation._meta.label_lower, object_id=str(conversation.pk))
    notes = ConversationNote.objects.filter(conversation=conversation).select_related("author")
    told = [line for row in _within(acts, since, until) if (line := _line(row))]
    return [*told, *map(_note, _within(notes, since, until))]


def _within(rows: QuerySet, since: datetime | None, until: datetime | None) -> QuerySet:
    rows = rows.filter(at__gte=since) if since else rows
    rows = rows.filter(at__lt=until) if until else rows
    return rows.order_by("-at")[:LIMIT]


def _note(row: ConversationNote) -> Note:
    author = row.author.get_full_name() or row.author.get_username() if row.author else ""
    return Note(f"n-{row.pk}", row.at, author, row.text)


def of_system(row: Message) -> Line:
    """What WhatsApp itself says of a customer: another number, another phone."""
    told = mapping(mapping(row.content).get("system"))
    icon, sentence = SYSTEM.get(text(told.get("type")), ("info", ""))
    words = str(sentence) % {"to": phones.display(text(told.get("wa_id")))} if sentence else row.text
    return Line(f"m-{row.pk}", row.occurred_at, icon, words or _("WhatsApp told something of this customer."))


def _line(entry: AuditEntry) -> Line | None:
    """None for an act that says nothing to a reader of the conversation."""
    verb, detail = entry.action.partition(".")[2], mapping(entry.detail)
    icon, sentence = _given(verb, detail) or ACTS.get(verb, ("", ""))
    if not icon:
        return None
    named = {"who": entry.actor_label or _("Recado"), "to": text(detail.get("assigned_to"))}
    return Line(f"a-{entry.pk}", entry.at, icon, str(sentence) % named)


def _given(verb: str, detail: Mapping[str, Any]) -> tuple[str, str | Promise] | None:
    """To whom it was handed or assigned."""
    if verb == "handed_over":
        to_robot = Conversation.Handler.ROBOT in {detail.get("handler"), detail.get("to")}
        return ("smart_toy", TO_ROBOT) if to_robot else ("person", TO_PERSON)
    if verb == "assigned":
        return ("person_add", TO_SOMEBODY) if detail.get("assigned_to") else ("person_remove", TO_NOBODY)
    return None
