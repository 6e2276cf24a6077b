"""What a line of the audit trail tells beside the act, as a person reads it; a change as before → after."""

from collections.abc import Callable, Mapping
from datetime import UTC
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateTimeField, Field
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications import kinds, reasons
from templates_mgmt.fields import FIELDS, FIXED_TEXT
from templates_mgmt.structure import slot_word
from tenants import phones
from tenants.models import AuditEntry, Consent, Identity
from whatsapp.models import Message

# Names that audit.record is given; those of fields speak for themselves.
NAMES: dict[str, Any] = {
    "accesses": gettext_lazy("accesses ended"),
    "accounts": gettext_lazy("accounts"),
    "address": gettext_lazy("network address"),
    "after": gettext_lazy("now"),
    "assigned_to": gettext_lazy("assigned to"),
    "before": gettext_lazy("before"),
    "by": gettext_lazy("by"),
    "cancelled": gettext_lazy("messages cancelled"),
    "category": gettext_lazy("category"),
    "code": gettext_lazy("code"),
    "conversations": gettext_lazy("conversations"),
    "count": gettext_lazy("how many"),
    "current": gettext_lazy("under the key already"),
    "expires_at": gettext_lazy("until"),
    "fact": gettext_lazy("what was mended"),
    "fields": gettext_lazy("fields"),
    "filters": gettext_lazy("filters"),
    "handler": gettext_lazy("handled by"),
    "identities": gettext_lazy("names"),
    "item": gettext_lazy("item"),
    "kind": gettext_lazy("kind"),
    "lines": gettext_lazy("lines"),
    "messages": gettext_lazy("messages"),
    "moved": gettext_lazy("moved along"),
    "name": gettext_lazy("name"),
    "new": gettext_lazy("new number"),
    "note": gettext_lazy("note"),
    "notify_client": gettext_lazy("customer told"),
    "old": gettext_lazy("number before"),
    "origin": gettext_lazy("origin"),
    "page": gettext_lazy("page"),
    "path": gettext_lazy("address"),
    "back": gettext_lazy("id of the other contact"),
    "refusals": gettext_lazy("refusals that count for both"),
    "prefix": gettext_lazy("key begins with"),
    "problem": gettext_lazy("problem"),
    "provider": gettext_lazy("provider"),
    "reason": gettext_lazy("reason"),
    "records": gettext_lazy("records forgotten"),
    "role": gettext_lazy("role"),
    "rotated": gettext_lazy("encrypted anew"),
    "sessions": gettext_lazy("sessions"),
    "source": gettext_lazy("source"),
    "state": gettext_lazy("state"),
    "step": gettext_lazy("step"),
    "text_key": gettext_lazy("text"),
    "unreadable": gettext_lazy("unreadable"),
    "waba_id": gettext_lazy("WABA id"),
    "was": gettext_lazy("was"),
    "way": gettext_lazy("way"),
    "webhooks_ended": gettext_lazy("webhooks ended"),
}
NAMES |= {  # counted when a person's data are exported or erased
    "address_books": gettext_lazy("phone's address book"),
    "appointments": gettext_lazy("appointments"),
    "consents": gettext_lazy("words on messages"),
    "events": gettext_lazy("webhook events"),
    "files": gettext_lazy("files"),
    "labels": gettext_lazy("labels"),
    "leads": gettext_lazy("leads"),
    "manual_notices": gettext_lazy("manual notices"),
    "notes": gettext_lazy("notes"),
    "notices": gettext_lazy("messages of the queue"),
    "reactions": gettext_lazy("reactions"),
    "revisions": gettext_lazy("changes of messages"),
    "statuses": gettext_lazy("statuses"),
    "tickets": gettext_lazy("tickets"),
}
KINDS: dict[str, Any] = dict(Identity.Kind.choices)
CATEGORIES: dict[str, Any] = dict(Consent.Category.choices)
ADDED = ".added"  # ends the action of a new row
OF_STATE = ("before", "after")  # of a move: two values of the row's state
# Words of our own that stand as values: who did it, and how a person came in.
VALUES: dict[str, Any] = {
    **dict(Message.Origin.choices),
    "customer": gettext_lazy("customer"),
    "operator": gettext_lazy("operator"),
    "password": gettext_lazy("password"),
    "recovery_codes": gettext_lazy("recovery code"),
    "totp": gettext_lazy("authenticator app"),
    "webauthn": gettext_lazy("passkey"),
}


def facts(entry: AuditEntry) -> list[tuple[str, str]]:
    """A line's detail as (what, told), changes of fields first; of a row that was added, what it holds."""
    object_type, changes = entry.object_type, entry.detail.get("changes", {})
    rest = {name: value for name, value in entry.detail.items() if name != "changes"}
    is_new = entry.action.endswith(ADDED)
    changed = [
        (_of_field(object_type, name), " → ".join(_value(object_type, name, value) for value in values[is_new:]))
        for name, values in sorted(changes.items())
        if not _is_silent(_field(object_type, name), values[1], is_new)
    ]
    told_of = sorted(rest.items(), key=lambda pair: (pair[0] not in OF_STATE, pair[0] == "after"))
    return changed + [(_name(name), _of_act(object_type, name, value)) for name, value in told_of]


def _of_act(object_type: str, name: str, value: Any) -> str:
    if isinstance(value, dict):
        parts = [(_part(object_type, part), _item(part, item)) for part, item in value.items() if part != "pk"]
        return ", ".join(f"{part[:1].lower()}{part[1:]}: {item}" for part, item in parts if item != told(None))
    if name == "identities" and isinstance(value, list):
        return ", ".join(f"{KINDS.get(kind, kind)}: {phones.display(named)}" for kind, named in value)
    if isinstance(value, list) and len(value) == 2 and _field(object_type, name):  # before and after
        return " → ".join(map(told, value))
    if name == "category":
        return str(CATEGORIES.get(value, told(value)))
    return _value(object_type, "state" if name in OF_STATE else name, value)


def _part(object_type: str, name: str) -> str:
    """A kind of row, counted; a field of the row that the line is about; or a name of our own."""
    if "." in name:
        return str(apps.get_model(name)._meta.verbose_name_plural)
    return _of_field(object_type, name) if _field(object_type, name) else _name(name)


def _item(name: str, value: Any) -> str:
    return phones.display(value) if name == "address" and isinstance(value, str) and value else told(value)


def _is_silent(field: Field | None, value: Any, is_new: bool) -> bool:
    """Says nothing: the id of a person, who is named beside it; of a new row, what is empty, or only an id."""
    if field is not None and field.is_relation:
        return is_new or field.related_model is get_user_model()
    return is_new and told(value) == told(None)


def _name(name: str) -> str:
    word = str(NAMES.get(name, name.replace("_", " ")))
    return word[:1].upper() + word[1:]


def _of_field(object_type: str, name: str) -> str:
    word = str(getattr(_field(object_type, name), "verbose_name", "")) or name.replace("_", " ")
    return word[:1].upper() + word[1:]


def _field(object_type: str, name: str) -> Field | None:
    try:
        found = apps.get_model(object_type)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return None
    return found if isinstance(found, Field) else None


def _value(object_type: str, name: str, value: Any) -> str:
    """A value of a field as its forms show it: the word of a choice, the local time of a moment."""
    if (object_type, name) in WRITTEN:
        return WRITTEN[object_type, name](value)
    field = _field(object_type, name)
    if isinstance(value, str) and field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, told(value)))
    moment = parse_datetime(value) if isinstance(value, str) and isinstance(field, DateTimeField) else None
    if moment is not None:
        return reasons.clock(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    return told(value)


def _notice(kind: Any) -> str:
    return told(kinds.word(kind))


def _filled(slots: Any) -> str:
    """What stands in each variable of a template: a field in words, or a fixed text in quotes."""
    if not isinstance(slots, Mapping) or not slots:
        return told(slots)
    return ", ".join(f"{slot_word(key)}: {_source(value)}" for key, value in slots.items())


def _source(value: Any) -> str:
    if isinstance(value, str) and value.startswith(FIXED_TEXT):
        return f"“{value.removeprefix(FIXED_TEXT)}”"
    return str(FIELDS.get(value, value))


# Fields of no choices whose values are codes all the same.
WRITTEN: dict[tuple[str, str], Callable[[Any], str]] = {
    ("templates_mgmt.templatemapping", "kind"): _notice,
    ("templates_mgmt.templatemapping", "variables"): _filled,
    ("templates_mgmt.templatemapping", "otherwise"): _filled,
}


def told(value: Any) -> str:
    """Any value of a detail in words."""
    if value in (None, "", "None", [], {}):
        return "–"
    if str(value) in ("True", "False"):
        return _("yes") if str(value) == "True" else _("no")
    if isinstance(value, list):
        return ", ".join(map(told, value))
    if isinstance(value, dict):
        return ", ".join(f"{_name(name).lower()}: {told(item)}" for name, item in value.items())
    return str(VALUES.get(str(value), value))
