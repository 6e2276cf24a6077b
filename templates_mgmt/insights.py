"""Meta's own figures of templates, fetched once a day where the account has them switched on."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

import structlog

from templates_mgmt.models import MessageTemplate, TemplateInsight, TemplateSync
from templates_mgmt.standing import explain
from tenants.models import WhatsAppAccount
from whatsapp import call_limits, delivery
from whatsapp.errors import OutcomeUnknown, ProviderError, Refused
from whatsapp.models import Message
from whatsapp.providers import get_provider
from whatsapp.providers.base import AccountAccess, TemplateFigures

log = structlog.get_logger(__name__)

EVERY = timedelta(hours=20)
GROWING = timedelta(days=8)  # reads and clicks are counted for a week
FARTHEST = timedelta(days=89)
AT_ONCE = 10  # templates a call
NOT_COUNTED = frozenset({200005, 200007})
COUNTS = ("sent", "delivered", "read", "clicked", "cost")


def fetch_all(accounts: Iterable[WhatsAppAccount], now: datetime) -> int:
    """Of the accounts that are due; answers how many rows were written."""
    fresh = set(TemplateSync.objects.filter(insights_at__gt=now - EVERY).values_list("account", flat=True))
    due = [account for account in accounts if account.pk not in fresh]
    return sum(fetch(account, now) for account in due if call_limits.may_ask(account))


def fetch(account: WhatsAppAccount, now: datetime) -> int:
    """The days that still grow (at first all that Meta keeps) of the templates that were sent then; how many rows.

    The wire never raises here: what came is kept, the rest comes the next day.
    """
    kept = TemplateSync.objects.filter(account=account).first()
    since = now - (GROWING if kept and kept.insights else FARTHEST)
    rows = {row.template_id: row for row in _sent(account, since)}
    if not rows:
        return 0
    written, counted = 0, None
    try:
        access = delivery.access_to(account)
        for batch in _batches(sorted(rows)):
            written += _write(rows, _ask(access, batch, since, now))
            counted = True
    except (ProviderError, OutcomeUnknown) as error:
        log.warning("template_insights_failed", waba_id=account.waba_id, error=str(error))
        counted = False if isinstance(error, Refused) and error.code in NOT_COUNTED else counted
    told = {"insights_at": now} | ({} if counted is None else {"insights": counted})
    TemplateSync.objects.update_or_create(
        account=account, defaults=told, create_defaults={"tenant_id": account.tenant_id, "due_at": now, **told}
    )
    return written


def enable(account: WhatsAppAccount, now: datetime) -> str:
    """Lets Meta count from now on, for good; the sentence of what went wrong, empty where it agreed."""
    try:
        get_provider("meta").enable_template_figures(delivery.access_to(account))
    except (ProviderError, OutcomeUnknown) as error:
        refused = error if isinstance(error, Refused) else None
        return explain(refused.code if refused else None, refused.details if refused else str(error))
    told = {"insights": True, "insights_at": None}
    TemplateSync.objects.update_or_create(
        account=account, defaults=told, create_defaults={"tenant_id": account.tenant_id, "due_at": now, **told}
    )
    return ""


def _sent(account: WhatsAppAccount, since: datetime) -> list[MessageTemplate]:
    """The account's templates of which a message went since then."""
    messages = Message.objects.filter(tenant=account.tenant_id, occurred_at__gte=since).exclude(template_name="")
    names = set(messages.order_by().values_list("template_name", "template_language").distinct())
    rows = account.templates.filter(name__among={name for name, _ in names}).exclude(template_id="")
    return [row for row in rows if (row.name, row.language) in names]


def _batches(ids: Sequence[str]) -> Iterator[list[str]]:
    rest = iter(ids)
    while batch := list(islice(rest, AT_ONCE)):
        yield batch


def _ask(access: AccountAccess, ids: Sequence[str], since: datetime, now: datetime) -> list[TemplateFigures]:
    days = since.astimezone(UTC).date(), now.astimezone(UTC).date()
    return get_provider("meta").fetch_template_figures(access, ids, *days)


def _write(templates: dict[str, MessageTemplate], told: Iterable[TemplateFigures]) -> int:
    """One row a template and day, replaced by what is told now. Days on which nothing happened have none."""
    rows = {
        (templates[one.template_id].pk, one.day): TemplateInsight(
            tenant_id=templates[one.template_id].tenant_id,
            template=templates[one.template_id],
            day=one.day,
            **{name: getattr(one, name) for name in COUNTS},
        )
        for one in told
        if one.template_id in templates and (one.sent or one.delivered or one.read or one.clicked)
    }
    TemplateInsight.objects.bulk_create(
        [rows[key] for key in sorted(rows)],
        update_conflicts=True,
        unique_fields=["template", "day"],
        update_fields=COUNTS,
    )
    return len(rows)
