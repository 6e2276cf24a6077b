"""How many templates Meta lets an account have: 6 000 once the business behind it is verified and one of its numbers
bears an approved name, 250 before that.

Only Meta knows which. It is asked where it may matter: by accounts that come near the lower limit, once a day. As long
as it has not told, the higher limit counts, and what Meta refuses is shown.
"""

from datetime import datetime, timedelta

import structlog

from templates_mgmt.models import MessageTemplate, TemplateSync
from templates_mgmt.rules.limits import MOST_TEMPLATES, MOST_UNVERIFIED
from tenants.models import WhatsAppAccount
from whatsapp.errors import OutcomeUnknown, ProviderError
from whatsapp.models import NumberReading
from whatsapp.providers.base import AccountAccess
from whatsapp.providers.meta import signup

log = structlog.get_logger(__name__)

NEAR = 200  # templates
EVERY = timedelta(hours=20)
VERIFIED = "VERIFIED"
APPROVED_NAMES = frozenset({"APPROVED", "AVAILABLE_WITHOUT_REVIEW"})


def used(account: WhatsAppAccount) -> int:
    """How many templates the account has at Meta."""
    return account.templates.exclude(status__in=[*MessageTemplate.GONE, MessageTemplate.DRAFT]).count()


def most(account: WhatsAppAccount, total: int) -> int:
    """How many it may have; no question where ``total``, what it has, is below both limits."""
    if total < MOST_UNVERIFIED:
        return MOST_TEMPLATES
    told = TemplateSync.objects.filter(account=account).values_list("verification", flat=True).first()
    return MOST_UNVERIFIED if told and not (told == VERIFIED and _has_name(account)) else MOST_TEMPLATES


def _has_name(account: WhatsAppAccount) -> bool:
    """Whether a number's name is approved; also where Meta has told nothing of any."""
    readings = NumberReading.objects.filter(number__account=account, number__owned_until=None)
    newest = readings.order_by("number_id", "-last_at", "-pk").distinct("number_id")
    told = set(newest.values_list("name_status", flat=True)) - {""}
    return not told or bool(told & APPROVED_NAMES)


def ask(account: WhatsAppAccount, access: AccountAccess, now: datetime) -> None:
    """Asks Meta whether the business is verified, where that may matter and was not asked today. Never raises."""
    asked = TemplateSync.objects.filter(account=account, verification_at__gt=now - EVERY)
    if used(account) < NEAR or asked.exists():
        return
    try:
        facts = signup.fetch_account(access)
    except (ProviderError, OutcomeUnknown) as error:
        log.warning("verification_unknown", waba_id=account.waba_id, error=str(error))
        return
    told = {"verification": facts.verification, "verification_at": now}
    TemplateSync.objects.filter(account=account).update(**told)
