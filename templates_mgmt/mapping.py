"""From a kind of notice to the template that speaks for it, with its values in their places."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import replace
from typing import Any, TypeVar

from templates_mgmt import preview
from templates_mgmt.fields import FALLBACKS, FIELDS, FIXED_TEXT
from templates_mgmt.models import MessageTemplate, TemplateMapping
from templates_mgmt.structure import (
    Placeholder,
    fixed_address,
    normalize_language,
    placeholders,
    quick_reply_indexes,
)
from tenants import flags
from tenants.models import Tenant, WhatsAppAccount
from whatsapp.content import ButtonParameter, Parameter, Template, variable_text

__all__ = ["FIELDS", "WAITING", "MappingProblem", "able", "checked", "find", "remembering", "render", "sendable"]

WAITING = frozenset({"template_waiting", "template_lost"})

T = TypeVar("T")
_remembered: ContextVar[dict[Any, Any] | None] = ContextVar("remembered", default=None)


class MappingProblem(Exception):
    """No approved template can say it now.

    ``code`` is ``no_mapping``, ``template_missing``, ``template_not_approved`` (detail ``status``) or
    ``variable_without_value`` (detail ``variable``, ``field``); and, where it passes without anybody writing anew,
    ``template_waiting`` (detail ``status``) or ``template_lost``. ``detail`` holds what the sentence names.
    """

    def __init__(self, code: str, detail: Mapping[str, Any]) -> None:
        super().__init__(f"{code} {dict(detail)}")
        self.code = code
        self.detail = dict(detail)

    @property
    def passes(self) -> bool:
        """Meta may let it be sent again by itself."""
        return self.code in WAITING


@contextmanager
def remembering() -> Iterator[None]:
    """Within it every mapping and template is read once, however many notices ask for it. For one short batch."""
    token = _remembered.set({})
    try:
        yield
    finally:
        _remembered.reset(token)


def _once(key: Any, read: Callable[[], T]) -> T:
    known = _remembered.get()
    if known is None:
        return read()
    if key not in known:
        known[key] = read()
    return known[key]


def find(tenant: Tenant, kind: str, language: str) -> TemplateMapping | None:
    """The tenant's mapping for this kind of notice, with its template."""
    language = normalize_language(language)
    rows = TemplateMapping.objects.select_related("template", "fallback")
    return _once(
        (tenant.pk, kind, language),
        lambda: rows.for_tenant(tenant).filter(kind=kind, language=language).first(),
    )


def render(
    tenant: Tenant,
    account: WhatsAppAccount,
    kind: str,
    language: str,
    values: Mapping[str, str],
    payloads: Sequence[str],
) -> Template:
    """The template that ``account`` sends for ``kind``; raises MappingProblem.

    ``values`` are by field (FIELDS); ``payloads[i]`` is what the template's quick reply i will carry. Where nothing is
    mapped, a tenant that only tries its connection may have Meta's own hello_world sent instead.
    """
    mapped = find(tenant, kind, language)
    if mapped is None:
        return _hello_world(tenant, account, MappingProblem("no_mapping", _asked(kind, language)))
    template = _speaker(mapped, account)
    slots = placeholders(template.components)
    filled = {slot.key: _value(slot, mapped, tenant, values) for slot in slots}
    return Template(
        name=template.name,
        language=template.language,
        header=_parameters(template, slots, filled, "header"),
        body=_parameters(template, slots, filled, "body"),
        buttons=_buttons(template, slots, filled, payloads),
        category=template.category,
        preview=preview.text(template, filled),
    )


def _speaker(mapped: TemplateMapping, account: WhatsAppAccount) -> MessageTemplate:
    """The mapped template, or the one in its place while it cannot be sent; raises the first one's problem."""
    try:
        return sendable(mapped.template, account)
    except MappingProblem:
        if mapped.fallback is not None:
            with suppress(MappingProblem):
                return sendable(mapped.fallback, account)
        raise


def able(account_ids: Iterable[int], names: Iterable[str]) -> set[tuple[int, str]]:
    """Which of the accounts may send which of the templates now: pairs of account id and name, in any language."""
    rows = MessageTemplate.objects.filter(account__in=list(account_ids), name__in=list(names))
    return {(row.account_id, row.name) for row in rows.defer("told_at") if row.is_sendable}


def _asked(kind: str, language: str) -> dict[str, str]:
    return {"kind": kind, "language": normalize_language(language)}


def _hello_world(tenant: Tenant, account: WhatsAppAccount, problem: MappingProblem) -> Template:
    """Meta's test text, never in production; raises ``problem`` where the fallback is off or the text not there."""
    rows = MessageTemplate.objects.filter(account=account, name="hello_world").order_by("language")
    found = next((row for row in rows if row.is_sendable), None)
    if found is None or not flags.resolve(tenant).hello_world_fallback:
        raise problem
    return Template(found.name, found.language, category=found.category, preview=preview.text(found, {}))


def checked(content: Template, account: WhatsAppAccount) -> Template:
    """``content`` as ``account`` may send it, with its category; raises MappingProblem where that is known not to be.

    A template of which none of the tenant's accounts knows is left to the provider to judge.
    """
    own = MessageTemplate.objects.filter(tenant=account.tenant_id, name=content.name)
    rows = list(own.filter(language=normalize_language(content.language)))
    if not rows:
        return content
    row = sendable(next((row for row in rows if row.account_id == account.pk), rows[0]), account)
    return replace(content, category=row.category)


def sendable(template: MessageTemplate, account: WhatsAppAccount) -> MessageTemplate:
    """``template``, or its namesake of ``account``, if Meta lets it be sent now; raises MappingProblem."""
    detail = {"template": template.name, "language": template.language}
    if template.account_id != account.pk:
        namesakes = MessageTemplate.objects.filter(account=account, name=template.name, language=template.language)
        found = _once((account.pk, template.name, template.language), namesakes.first)
    else:
        found = template
    if found is None:
        raise MappingProblem("template_missing", detail)
    if found.missing_since is not None:
        raise MappingProblem("template_lost", detail)
    if not found.is_sendable:
        code = "template_not_approved" if found.status in found.FINAL else "template_waiting"
        raise MappingProblem(code, detail | {"status": found.status})
    return found


def _value(slot: Placeholder, mapped: TemplateMapping, tenant: Tenant, values: Mapping[str, str]) -> str:
    source = str(mapped.variables.get(slot.key, ""))
    if source.startswith(FIXED_TEXT):
        value = source.removeprefix(FIXED_TEXT)
    else:
        value = values.get(source) or FALLBACKS.get(source, lambda _tenant: "")(tenant)
    value = variable_text(value)
    if not value:
        raise MappingProblem("variable_without_value", {"variable": slot.key, "field": source})
    return value


def _parameters(
    template: MessageTemplate, slots: Sequence[Placeholder], filled: Mapping[str, str], part: str
) -> tuple[Parameter, ...]:
    named = template.parameter_format == "NAMED"
    return tuple(Parameter(filled[slot.key], slot.name if named else "") for slot in slots if slot.part == part)


def _buttons(
    template: MessageTemplate, slots: Sequence[Placeholder], filled: Mapping[str, str], payloads: Sequence[str]
) -> tuple[ButtonParameter, ...]:
    """A template with fewer quick replies than payloads leaves the last ones out.

    Meta takes the variable end of an address; a whole link that begins as the template's does is cut to it.
    """
    replies = zip(quick_reply_indexes(template.components), payloads, strict=False)
    found = [ButtonParameter(index, "quick_reply", payload) for index, payload in replies]
    for slot in (slot for slot in slots if slot.part == "button"):
        address = fixed_address(template.components, slot)
        found.append(ButtonParameter(slot.index, "url", filled[slot.key].removeprefix(address)))
    return tuple(sorted(found, key=lambda button: button.index))
