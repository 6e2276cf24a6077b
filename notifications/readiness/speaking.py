"""What a company's notices lack before they can be sent: for each kind a template that speaks, with every value."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from notifications.reasons import explain
from templates_mgmt import binding, mapping, speech
from templates_mgmt.mapping import MappingProblem
from templates_mgmt.models import TemplateMapping
from templates_mgmt.speech import Speech
from tenants.models import Tenant, WhatsAppAccount


def gaps(tenant: Tenant, accounts: Iterable[WhatsAppAccount]) -> list[str]:
    """A sentence for everything that is missing; empty where each kind that needs a template has one that can go."""
    accounts = list(accounts)
    with mapping.remembering():
        return [sentence for one in speech.needed() for sentence in _of_kind(tenant, one, accounts)]


def _of_kind(tenant: Tenant, wanted: Speech, accounts: list[WhatsAppAccount]) -> list[str]:
    mapped = mapping.find(tenant, wanted.kind, tenant.language)
    if mapped is None:
        return [_told(wanted, _("No template is chosen."))]
    wrong = [_told(wanted, sentence) for sentence in binding.sentences(mapped)]
    return wrong or [_told(wanted, sentence) for sentence in _unable(mapped, accounts)]


def _unable(mapped: TemplateMapping, accounts: list[WhatsAppAccount]) -> list[str]:
    """Why some of the accounts cannot send it, each reason once."""
    found = []
    for account in accounts:
        try:
            mapping.speaker(mapped, account)
        except MappingProblem as problem:
            found.append(explain(problem.code, problem.detail).sentence)
    return list(dict.fromkeys(found))


def _told(wanted: Speech, sentence: str) -> str:
    return _("%(kind)s: %(problem)s") % {"kind": wanted.label, "problem": sentence}
