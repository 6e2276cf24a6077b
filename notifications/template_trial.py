"""What a mapping would send, without sending it: the message, and the exact request for a real appointment."""

from dataclasses import dataclass
from typing import Any

from notifications import routing
from notifications.kinds import values
from notifications.kinds.appointment_notice import QUICK_REPLIES, quick_reply_payloads
from notifications.models import Appointment
from notifications.reasons import Reason, explain
from templates_mgmt import fields, filling, mapping
from templates_mgmt.mapping import MappingProblem
from templates_mgmt.models import TemplateMapping
from templates_mgmt.structure import slot_word
from tenants.models import PhoneNumber, Tenant
from whatsapp import delivery
from whatsapp.content import Template
from whatsapp.errors import InvalidContent
from whatsapp.providers.base import Outgoing

SAMPLE_RECIPIENT = "+5511999990000"


@dataclass(frozen=True)
class Trial:
    """``body`` is the exact request (None: it cannot be made); ``problem`` why it would not go now.

    ``texts`` is what stands in each slot; ``changed`` holds, by slot, values that were made fit for Meta: what they
    were, and what they became.
    """

    texts: dict[str, str]
    changed: dict[str, tuple[str, str]]
    content: Template | None = None
    body: dict[str, Any] | None = None
    problem: Reason | None = None


def run(mapped: TemplateMapping, appointment: Appointment | None, number: PhoneNumber | None) -> Trial:
    """``mapped`` may be one that nobody has saved. Without an appointment the fields' samples stand in."""
    known = values.of_appointment(appointment) if appointment else samples(mapped.tenant)
    payloads = quick_reply_payloads(appointment) if appointment else [f"{name}:0" for name in QUICK_REPLIES]
    texts = filling.shown(mapped, mapped.template, known)
    changed = filling.changes(mapped, mapped.template, known)
    try:
        content = filling.filled(mapped, mapped.template, known, payloads)
    except MappingProblem as problem:
        named = {"variable": slot_word(str(problem.detail.get("variable", "")))}
        return Trial(texts, changed, problem=explain(problem.code, problem.detail | named))
    to = appointment.customer_phone if appointment else SAMPLE_RECIPIENT
    return Trial(texts, changed, content, *_request(content, number, to))


def samples(tenant: Tenant) -> dict[str, str]:
    """A value for every field."""
    return {name: fields.sample(name, tenant) for name in fields.FIELDS}


def why_not_now(mapped: TemplateMapping, number: PhoneNumber | None) -> Reason | None:
    """Why neither the template nor the one in its place could be sent now."""
    if number is None or number.account is None:
        return explain("no_number")
    try:
        mapping.speaker(mapped, number.account)
    except MappingProblem as problem:
        return explain(problem.code, problem.detail)
    return None


def _request(content: Template, number: PhoneNumber | None, to: str) -> tuple[dict[str, Any] | None, Reason | None]:
    if number is None:
        return None, explain("no_number")
    try:
        return delivery.build(number, Outgoing(routing.recipient(to), content, "")), None
    except InvalidContent as problem:
        fields_ = {name: str(text) for name, text in problem.fields.items()}
        return None, explain("invalid_content", {"fields": fields_})
