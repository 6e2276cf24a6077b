"""The test message: free text while the phone's window is open, else an approved template without variables."""

import json
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tenants import contacts, phones
from tenants.models import Contact, PhoneNumber
from whatsapp import conversations, delivery, statuses, window
from whatsapp.content import Content, Template, Text
from whatsapp.content.stored import to_json
from whatsapp.content.wording import readable
from whatsapp.models import Conversation, Message
from whatsapp.onboarding.problems import Stopped
from whatsapp.providers import get_provider
from whatsapp.providers.base import Outgoing, Recipient, TemplateFacts

FAVOURITE = "hello_world"
SENT_TEXT, SENT_TEMPLATE = "text", "template"


def send(number: PhoneNumber, to: str, client_ref: str, now: datetime) -> str:
    """Sends it once (``client_ref``); answers how. Stopped, or the family of whatsapp.errors."""
    if phones.digits(to) == phones.digits(number.display_phone_number):
        raise Stopped("own_number")
    if Message.objects.filter(number=number, client_ref=client_ref).exists():
        raise Stopped("not_answered")  # whoever sent it died before the answer
    contact = contacts.get_or_create_for_phone(number.tenant, to)
    outgoing = Outgoing(Recipient(to), _content(number, contact, now), client_ref)
    body = delivery.build(number, outgoing)
    message = _record(number, contact, outgoing, now)
    accepted = delivery.deliver(number, body)
    statuses.record_accepted(message, accepted.provider_message_id, now)
    return SENT_TEMPLATE if isinstance(outgoing.content, Template) else SENT_TEXT


def _content(number: PhoneNumber, contact: Contact, now: datetime) -> Content:
    if window.find(number, contact, now).open:
        return Text(_("Test message of %(company)s: the number is connected.") % {"company": number.tenant.name})
    template = _plain_template(number)
    return Template(template.name, template.language, category=template.category, preview=_preview(template))


def _plain_template(number: PhoneNumber) -> TemplateFacts:
    """An approved template that needs no values, hello_world first."""
    access = delivery.access_for(number)
    pages = get_provider(number.provider).fetch_templates(access)
    plain = [row for page in pages for row in page if row.status == "APPROVED" and _is_plain(row)]
    if not plain:
        raise Stopped("no_template")
    return min(plain, key=lambda row: (row.name != FAVOURITE, row.name))


def _is_plain(template: TemplateFacts) -> bool:
    media = any(part.get("format", "TEXT") != "TEXT" for part in template.components)
    return "{{" not in json.dumps(template.components) and not media and template.category != "AUTHENTICATION"


def _preview(template: TemplateFacts) -> str:
    return next((str(part.get("text", "")) for part in template.components if part.get("type") == "BODY"), "")


def _record(number: PhoneNumber, contact: Contact, outgoing: Outgoing, now: datetime) -> Message:
    content, template = outgoing.content, {}
    if isinstance(content, Template):
        template = {"template_name": content.name, "template_language": content.language}
    with transaction.atomic(durable=True):
        threads = conversations.open_many([(number, contact)], state=Conversation.State.WAITING)
        conversations.speak([threads[number.pk, contact.pk].pk], now)
        return Message.objects.create(
            tenant=number.tenant,
            number=number,
            contact=contact,
            conversation=threads[number.pk, contact.pk],
            direction=Message.Direction.OUTBOUND,
            origin=Message.Origin.OPERATOR,
            client_ref=outgoing.client_ref,
            address=phones.digits(outgoing.to.phone),
            type=content.type,
            text=readable(content),
            content=to_json(content),
            occurred_at=now,
            **template,
        )
