"""One alert in a person's words: title, what happened, what to do next."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications import reasons
from notifications.watching.catalogue import KINDS
from notifications.watching.kinds import About, AlertKind
from templates_mgmt.models import MessageTemplate
from tenants import phones
from tenants.models import Alert, PhoneNumber, Tenant
from whatsapp import heartbeat, numbers

PROCESSES: dict[str, str | Promise] = {
    heartbeat.BEAT: _("scheduler (beat)"),
    heartbeat.WORKER: _("worker"),
    heartbeat.RELAY: _("relay of events"),
}
# A kind that this version does not know, of a row that another one raised.
UNKNOWN = AlertKind(
    _("Alert"), _("Something asks for attention: %(kind)s %(subject)s."), _("Show it to the platform's team."), ""
)

Numbers = Mapping[str, str]  # the display number by phone number id


@dataclass(frozen=True)
class Told:
    """An alert with its words; ``what`` says of what or whom it speaks."""

    alert: Alert
    kind: AlertKind
    sentence: str
    what: str


def tell(alert: Alert, shown: Numbers) -> Told:
    """``shown`` as of ``numbers_of``; an id that is not there is shown as it is."""
    kind = KINDS.get(alert.kind, UNKNOWN)
    what = _what(alert, kind, shown)
    detail = alert.detail if isinstance(alert.detail, Mapping) else {}
    values = {"reason": ""} | {name: _said(value) for name, value in detail.items()}
    values |= {"kind": alert.kind, "subject": what, "number": what}
    sentence = (str(kind.sentence) % defaultdict(lambda: "?", values)).strip()
    return Told(alert, kind, sentence, what)


def numbers_of(tenants: Iterable[Tenant]) -> Numbers:
    """The numbers of these companies as people read them. One query."""
    rows = PhoneNumber.objects.filter(tenant__in=list(tenants)).values_list("phone_number_id", "display_phone_number")
    return {number: phones.display(shown) for number, shown in rows}


def _said(value: Any) -> Any:
    """Meta's words for qualities, limits and categories as people call them; times in the reader's zone."""
    if not isinstance(value, str):
        return value
    if value in PhoneNumber.Quality.values:
        return str(PhoneNumber.Quality(value).label).lower()
    if value in MessageTemplate.Category.values:
        return str(MessageTemplate.Category(value).label).lower()
    if value.startswith("TIER_"):
        people = numbers.people_limit(value)
        return _("without limit") if people is None else number_format(people, force_grouping=True)
    return reasons.shown(value)


def _what(alert: Alert, kind: AlertKind, shown: Numbers) -> str:
    """A number's subject may name a matter of it behind a colon."""
    if kind.about is About.NUMBER:
        number = alert.subject.partition(":")[0]
        return shown.get(number) or _told_number(alert) or number
    return str(PROCESSES.get(alert.subject, alert.subject)) if alert.kind == "process_missing" else alert.subject


def _told_number(alert: Alert) -> str:
    told: Any = alert.detail.get("number") if isinstance(alert.detail, Mapping) else None
    return phones.display(str(told)) if told else ""
