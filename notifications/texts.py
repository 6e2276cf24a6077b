"""The wordings that Recado sends or offers by itself, each of which a tenant may write anew.

A wording holds placeholders such as ``{first_name}`` (FIELDS). One without a value disappears, and so does a line
that says nothing without it.
"""

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenants.models import MessageText, Tenant
from whatsapp.content import INTERACTIVE_BODY_LIMIT, TEXT_LIMIT

FIELDS: dict[str, Promise] = {
    "customer_name": _("Customer's name"),
    "first_name": _("Customer's first name"),
    "service": _("Service"),
    "date": _("Date"),
    "time": _("Time"),
    "place": _("Place"),
    "voucher_url": _("Link to the voucher"),
    "contact_name": _("Contact person"),
    "tenant_name": _("Company"),
    "booking_url": _("Booking link"),
}
ANY_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Wording:
    """One wording: what it is for, as people read it, the default, and how long it may be."""

    label: Promise
    default: Promise
    limit: int = TEXT_LIMIT


DEFAULTS: dict[str, Wording] = {
    "voucher_answer": Wording(
        _("Answer to “Confirm”"),
        _(
            "All set, {first_name}. Your {service} is confirmed for {date} at {time}.\n"
            "Place: {place}\n\n"
            "Your voucher: {voucher_url}"
        ),
    ),
    "reschedule_answer": Wording(
        _("Answer to “Reschedule”"),
        _(
            "Of course, {first_name}. We will write to you here to find another time.\n"
            "If you prefer, choose one yourself: {booking_url}"
        ),
    ),
    "talk_answer": Wording(
        _("Answer to “Talk to …”"),
        _("One moment, {first_name}. Somebody from {tenant_name} will answer you here."),
    ),
    "cancellation_notice": Wording(
        _("Notice of a cancellation"),
        _(
            "Hello, {first_name}. Your {service} on {date} at {time} was cancelled.\n"
            "To book again, answer this message.\n"
            "Or choose a new time here: {booking_url}"
        ),
    ),
    "manual_booking": Wording(
        _("Ready text: booking"),
        _(
            "Hello, {first_name}. Your *{service}* at {tenant_name} is booked for *{date}* at *{time}*.\n"
            "Place: {place}\n\n"
            "Your voucher: {voucher_url}"
        ),
    ),
    "manual_confirmation": Wording(
        _("Ready text: confirmation"),
        _(
            "Hello, {first_name}. Can you come to your *{service}* on *{date}* at *{time}*?\n"
            "Place: {place}\n\n"
            "*1* - Confirm\n"
            "*2* - Reschedule\n"
            "*3* - Talk to {contact_name}\n\n"
            "Answer with the number."
        ),
    ),
    "manual_cancellation": Wording(
        _("Ready text: cancellation"),
        _(
            "Hello, {first_name}. Your *{service}* on *{date}* at *{time}* was cancelled.\n"
            "To book again, answer this message.\n"
            "Or choose a new time here: {booking_url}"
        ),
    ),
    "optout_question": Wording(
        _("Question after “CANCELAR”"),
        _(
            "Do you want to stop all messages from {tenant_name}? "
            "Your appointments stay as they are, but you will get no notice of them.\n"
            "To cancel an appointment, write to us here what you need."
        ),
        INTERACTIVE_BODY_LIMIT,
    ),
    "optout_done": Wording(
        _("Confirmation of an opt-out"),
        _("Done. You will get no more messages from {tenant_name}.\nIf you change your mind, write VOLTAR."),
    ),
    "optout_kept": Wording(
        _("Confirmation that messages go on"),
        _("All right, {first_name}. You will go on getting the notices of your appointments."),
    ),
    "optin_done": Wording(
        _("Confirmation of an opt-in"),
        _("Welcome back, {first_name}. You will get messages from {tenant_name} again.\nTo stop them, write SAIR."),
    ),
}


def text(tenant: Tenant, key: str, **values: str) -> str:
    """The tenant's wording of ``key`` (else the default in its language), with ``values`` put in."""
    return fill(body(tenant, key), values)


def body(tenant: Tenant, key: str) -> str:
    """The wording in force with its placeholders. KeyError for a key that does not exist."""
    default = DEFAULTS[key].default
    own = MessageText.objects.filter(tenant=tenant, key=key).values_list("body", flat=True).first()
    with translation.override(tenant.language):
        return own or str(default)


def fill(wording: str, values: dict[str, str]) -> str:
    """Puts values in; drops what says nothing without them."""
    lines = (_fill_line(line, values) for line in wording.splitlines())
    filled = "\n".join(line for line in lines if line is not None)
    return re.sub(r"\n{3,}", "\n\n", filled).strip()


def _fill_line(line: str, values: dict[str, str]) -> str | None:
    names = ANY_PLACEHOLDER.findall(line)
    if names and not any(values.get(name) for name in names):
        return None
    filled = ANY_PLACEHOLDER.sub(lambda match: values.get(match[1], ""), line)
    if all(values.get(name) for name in names):
        return filled
    return re.sub(r"[ \t]+([,.;:!?])", r"\1", re.sub(r"[ \t]{2,}", " ", filled.replace("**", ""))).strip()


def check(key: str, wording: str) -> None:
    """Refuses a wording that is empty, too long or asks for a value that does not exist. Raises ValidationError."""
    if key not in DEFAULTS:
        raise ValidationError(gettext("There is no text “%(key)s”.") % {"key": key})
    if not wording.strip():
        raise ValidationError(gettext("Write the text."))
    if len(wording) > DEFAULTS[key].limit:
        raise ValidationError(
            gettext("At most %(limit)d characters; this has %(length)d.")
            % {"limit": DEFAULTS[key].limit, "length": len(wording)}
        )
    if unknown := [name for name in ANY_PLACEHOLDER.findall(wording) if name not in FIELDS]:
        raise ValidationError(
            gettext("{%(name)s} is not known. You can use: %(fields)s.")
            % {"name": unknown[0], "fields": ", ".join(f"{{{name}}}" for name in FIELDS)}
        )


def save(tenant: Tenant, key: str, wording: str) -> MessageText | None:
    """Keeps the tenant's own wording, checked; an empty one goes back to the default (None)."""
    if not wording.strip():
        MessageText.objects.filter(tenant=tenant, key=key).delete()
        return None
    wording = wording.replace("\r\n", "\n")
    ProhibitNullCharactersValidator()(wording)
    check(key, wording)
    return MessageText.objects.update_or_create(tenant=tenant, key=key, defaults={"body": wording})[0]
