"""What a company's people write about a contact: the name they know it by, and a note."""

from typing import Any

from django.db import transaction

from tenants import audit
from tenants.models import Contact

FIELDS = ("name", "note")


def change(contact: Contact, values: dict[str, str], actor: Any = None) -> bool:
    """Writes ``name`` or ``note``, or both; False where nothing is different. The trail has what each was.

    An empty name shows the one that the person gave itself on WhatsApp.
    """
    with transaction.atomic(durable=True):
        row = Contact.objects.select_for_update().get(pk=contact.pk)
        was = {name: getattr(row, name) for name in FIELDS if name in values and getattr(row, name) != values[name]}
        if was:
            _write(row, {name: values[name] for name in was})
            audit.record("contact.changed", tenant=row.tenant, actor=actor, obj=row, **_told(was, values))
    return bool(was)


def _write(row: Contact, values: dict[str, str]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=[*values, "updated_at"])


def _told(was: dict[str, str], values: dict[str, str]) -> dict[str, list[str]]:
    return {name: [before, values[name]] for name, before in was.items()}
