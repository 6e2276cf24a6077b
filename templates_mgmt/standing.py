"""How the synchronisation of each account stands, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from templates_mgmt.models import TemplateSync
from tenants.models import Tenant, WhatsAppAccount
from whatsapp.providers.meta import error_codes


@dataclass(frozen=True)
class Standing:
    """``whole_at``: when the whole list last came (None: never). ``problem``: why it did not come since, a sentence."""

    account: WhatsAppAccount
    whole_at: datetime | None
    failed_at: datetime | None
    problem: str
    due_at: datetime | None


def of(tenant: Tenant) -> Sequence[Standing]:
    """Of each account that the company owns now; two queries."""
    owned = WhatsAppAccount.objects.for_tenant(tenant).owned().order_by("name", "pk")
    kept = {row.account_id: row for row in TemplateSync.objects.for_tenant(tenant)}
    return [_standing(account, kept.get(account.pk)) for account in owned]


def _standing(account: WhatsAppAccount, row: TemplateSync | None) -> Standing:
    if row is None:
        return Standing(account, None, None, "", None)
    problem = explain(row.error_code, row.error_details) if row.failures else ""
    return Standing(account, row.whole_at, row.failed_at, problem, row.due_at)


def explain(code: int | None, details: str) -> str:
    """A failed question in words; ``code`` is None where no readable answer came."""
    if code is None:
        return _("Meta did not answer. Recado tries again by itself.")
    return error_codes.sentence(code, details)
