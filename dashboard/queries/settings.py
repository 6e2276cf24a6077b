"""What the settings pages show beside their forms: what the kill switch holds, texts as a customer reads them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from notifications import texts
from notifications.kinds import values
from notifications.models import NotificationJob
from tenants import flags
from tenants.models import KillSwitch, MessageText, Tenant

HELD_ENOUGH = 9_999
PAST_SWITCHES = 5


@dataclass(frozen=True)
class Stop:
    """``on`` stops the company now (its own, or the platform's); ``held`` are the messages that wait."""

    on: KillSwitch | None
    is_own: bool
    held: int
    past: Sequence[KillSwitch]

    @property
    def is_more(self) -> bool:
        return self.held > HELD_ENOUGH


def stop_of(tenant: Tenant, now: datetime) -> Stop:
    """Three queries."""
    on = flags.kill_switch(tenant, now)
    waiting = NotificationJob.objects.for_tenant(tenant).filter(state=NotificationJob.State.PENDING)
    past = KillSwitch.objects.for_tenant(tenant).select_related("author")
    own = [row for row in past[: PAST_SWITCHES + 1] if row != on]
    return Stop(on, on is not None and on.tenant_id is not None, waiting.order_by()[: HELD_ENOUGH + 1].count(), own)


@dataclass(frozen=True)
class Text:
    """A wording in force; ``shown`` is it with the values of an example."""

    key: str
    label: str | Promise
    body: str
    is_own: bool
    limit: int
    shown: str

    @property
    def default(self) -> str:
        return str(texts.DEFAULTS[self.key].default)


def all_texts(tenant: Tenant, now: datetime) -> list[Text]:
    """Every wording of the tenant, in one query."""
    own = dict(MessageText.objects.for_tenant(tenant).values_list("key", "body"))
    return [_text(tenant, key, own.get(key), now) for key in texts.DEFAULTS]


def text(tenant: Tenant, key: str, now: datetime) -> Text:
    own = MessageText.objects.for_tenant(tenant).filter(key=key).values_list("body", flat=True).first()
    return _text(tenant, key, own, now)


def _text(tenant: Tenant, key: str, own: str | None, now: datetime) -> Text:
    wording = texts.DEFAULTS[key]
    with translation.override(tenant.language):
        body = own or str(wording.default)
    return Text(key, wording.label, body, own is not None, wording.limit, preview(tenant, body, now))


def preview(tenant: Tenant, body: str, now: datetime) -> str:
    """The wording as a made-up customer would get it."""
    return texts.fill(body, example(tenant, now))


def example(tenant: Tenant, now: datetime) -> dict[str, str]:
    """Values for every placeholder, in the tenant's language."""
    with translation.override(tenant.language):
        day = (now + timedelta(days=2)).astimezone(tenant.zone).replace(hour=14, minute=0)
        return (
            {name: _("(example)") for name in texts.FIELDS}
            | values.of_tenant(tenant)
            | {
                "customer_name": "Maria Silva",
                "first_name": "Maria",
                "service": _("Haircut"),
                "date": date_format(day, "SHORT_DATE_FORMAT"),
                "time": date_format(timezone.localtime(day, tenant.zone), "TIME_FORMAT"),
                "place": tenant.address_line or _("Company's address"),
                "voucher_url": "https://…/voucher/abc123",
            }
        )
