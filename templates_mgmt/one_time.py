"""Which authentication template carries a one-time code, and the code in its two places: the body and the button."""

from collections.abc import Iterable

from django.db.models import QuerySet

from templates_mgmt import preview
from templates_mgmt.mapping import nearest, sendable
from templates_mgmt.models import MessageTemplate
from templates_mgmt.problem import MappingProblem
from templates_mgmt.structure import buttons_of
from templates_mgmt.wording import ONE_TIME, writable
from tenants.models import Tenant, WhatsAppAccount
from whatsapp.content import MASK, ButtonParameter, Parameter, Secret, Template


def is_any(tenant: Tenant, name: str = "") -> bool:
    """Whether one of the tenant's accounts may send such a template now (with that name, where one is given)."""
    rows = _of_codes(MessageTemplate.objects.for_tenant(tenant).filter(account__owned_until=None), name)
    return any(row.is_sendable for row in rows)


def speaker(account: WhatsAppAccount, name: str, *languages: str) -> MessageTemplate:
    """The template of ``account`` that carries a code, in the first of ``languages`` that there is, else in any.

    One that may be sent comes before one that waits. Raises MappingProblem: ``no_code_template``, or what keeps it.
    """
    rows = _of_codes(MessageTemplate.objects.filter(account=account), name)
    rows = [row for row in rows if row.is_sendable] or rows
    if not rows:
        raise MappingProblem("no_code_template", {"template": name})
    language = nearest({row.language for row in rows}, *languages)
    return sendable(next((row for row in rows if row.language == language), rows[0]), account)


def filled(template: MessageTemplate, code: str) -> Template:
    """``template`` with ``code``; what a person reads of it in a conversation is masked."""
    secret = Secret(code)
    shown = preview.bubble(template.components, {"1": MASK}, language=template.language, category=template.category)
    return Template(
        template.name,
        template.language,
        body=(Parameter(secret),),
        buttons=tuple(ButtonParameter(index, "url", secret) for index in _buttons(template)),
        category=template.category,
        preview="\n\n".join(filter(None, (shown.body, shown.footer))),
    )


def _of_codes(rows: QuerySet[MessageTemplate], name: str) -> list[MessageTemplate]:
    """The oldest first, so that one more template changes nothing by itself."""
    named = rows.filter(name=name) if name else rows
    found: Iterable[MessageTemplate] = named.filter(category=MessageTemplate.Category.AUTHENTICATION).order_by("pk")
    return [row for row in found if _buttons(row)]


def _buttons(template: MessageTemplate) -> list[int]:
    """Where its button of a one-time code stands, however Meta spells it."""
    buttons = buttons_of(writable(template.components))
    return [index for index, button in enumerate(buttons) if button.get("type") == ONE_TIME]
