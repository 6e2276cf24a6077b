"""From a kind of notice to the template that speaks for it, with its values in their places."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from templates_mgmt import binding, filling, preview
from templates_mgmt.models import MessageTemplate, TemplateMapping
from templates_mgmt.problem import WAITING, MappingProblem
from templates_mgmt.structure import normalize_language
from tenants import flags
from tenants.models import Tenant, WhatsAppAccount
from whatsapp.content import Template

__all__ = [
    "WAITING",
    "MappingProblem",
    "able",
    "checked",
    "find",
    "nearest",
    "remembering",
    "render",
    "render_with",
    "sendable",
    "speaker",
    "voices",
    "whole_template",
]

T = TypeVar("T")
_remembered: ContextVar[dict[Any, Any] | None] = ContextVar("remembered", default=None)


@contextmanager
def remembering(tenants: Iterable[Tenant] = ()) -> Iterator[None]:
    """Within it every mapping and template is read once, however many notices ask for it. For one short batch.

    The mappings of ``tenants`` are read at once.
    """
    token = _remembered.set({(pk,): found for pk, found in _in_force(tenants).items()})
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
    """The tenant's main mapping in force for this kind of notice, with its template; ``language`` as ``voices``."""
    return next(iter(voices(tenant, kind, language)), None)


def voices(tenant: Tenant, kind: str, language: str) -> Sequence[TemplateMapping]:
    """The mapping in force, the main one first, and its variants; empty where nothing is mapped.

    Where nothing is mapped in ``language``, those of the same tongue (pt_PT for pt_BR), else of the company's own one.
    """
    rows = _once((tenant.pk,), lambda: _in_force([tenant])[tenant.pk]).get(kind, {})
    return rows.get(nearest(rows, language, tenant.language) or "", ())


def _in_force(tenants: Iterable[Tenant]) -> dict[UUID, dict[str, dict[str, list[TemplateMapping]]]]:
    """Of each tenant by kind, then by language; a variant that has lost its main one says nothing."""
    known = {tenant.pk: tenant for tenant in tenants}
    rows = TemplateMapping.objects.filter(tenant__in=known, is_next=False).order_by("is_variant", "pk")
    found: dict[UUID, dict[str, dict[str, list[TemplateMapping]]]] = {pk: defaultdict(dict) for pk in known}
    for row in rows.select_related("template", "fallback"):
        row.tenant = known[row.tenant_id]  # read already
        if not row.is_variant:
            found[row.tenant_id][row.kind][row.language] = [row]
        elif row.language in found[row.tenant_id][row.kind]:
            found[row.tenant_id][row.kind][row.language].append(row)
    return found


def nearest(spoken: Iterable[str], *wanted: str) -> str | None:
    """Of the languages ``spoken``, the first one wanted, exactly or as another land speaks it."""
    spoken = sorted(spoken)
    for language in map(normalize_language, wanted):
        tongue = language.split("_")[0]
        if found := [one for one in spoken if one == language] or [
            one for one in spoken if one.split("_")[0] == tongue
        ]:
            return found[0]
    return None


def render(
    tenant: Tenant,
    account: WhatsAppAccount,
    kind: str,
    language: str,
    values: Mapping[str, str],
    payloads: Sequence[str],
    voice: TemplateMapping | None = None,
) -> Template:
    """The template that ``account`` sends for ``kind``; raises MappingProblem.

    ``values`` are by field (FIELDS); ``payloads[i]`` is what the template's quick reply i will carry. ``voice``: which
    of the ``voices`` was chosen; else the main one speaks. Where nothing is mapped, a tenant that only tries its
    connection may have Meta's own hello_world sent instead.
    """
    mapped = voice or find(tenant, kind, language)
    if mapped is None:
        return _hello_world(tenant, account, MappingProblem("no_mapping", _asked(kind, language)))
    return render_with(mapped, account, values, payloads)


def render_with(
    mapped: TemplateMapping, account: WhatsAppAccount, values: Mapping[str, str], payloads: Sequence[str]
) -> Template:
    """As ``render``, by a mapping at hand: also one that nobody has saved yet."""
    asked = (mapped.tenant_id, mapped.kind, mapped.language, mapped.pk, account.pk)
    return filling.filled(mapped, _once(asked, lambda: speaker(mapped, account)), values, payloads)


def speaker(mapped: TemplateMapping, account: WhatsAppAccount) -> MessageTemplate:
    """The mapped template, or the one in its place while it cannot be sent; raises the problem that may pass first."""
    problems = []
    for template in filter(None, (mapped.template, mapped.fallback)):
        try:
            return _bound(mapped, sendable(template, account))
        except MappingProblem as problem:
            problems.append(problem)
    raise next((problem for problem in problems if problem.passes), problems[0])


def whole_template(mapped: TemplateMapping, account: WhatsAppAccount) -> MessageTemplate | None:
    """The mapped template itself where ``account`` may send it now and every value has its place; else None."""
    asked = ("whole", mapped.pk, account.pk)
    return _once(asked, lambda: _whole(mapped, account))


def _whole(mapped: TemplateMapping, account: WhatsAppAccount) -> MessageTemplate | None:
    try:
        template = _bound(mapped, sendable(mapped.template, account))
    except MappingProblem:
        return None
    return None if binding.problems(mapped) else template


def _bound(mapped: TemplateMapping, template: MessageTemplate) -> MessageTemplate:
    """``template`` if the mapping can fill it: its words may have changed at Meta meanwhile."""
    if not binding.fits(mapped, template):
        names = ", ".join(binding.misfits(mapped, template))
        detail = {"template": template.name, "language": template.language, "variables": names}
        raise MappingProblem("mapping_broken", detail)
    return template


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
