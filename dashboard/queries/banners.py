"""What a person must know before reading the list: nothing goes out, something is refused, something is kept aside."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.chips import CONNECTIONS
from tenants import alerts, flags
from tenants.models import Alert, PhoneNumber, Tenant
from whatsapp import bell, signatures
from whatsapp.coexistence import app


@dataclass(frozen=True)
class Banner:
    """A sentence with what to do; ``link`` names a page of the console."""

    tone: str
    icon: str
    sentence: str
    next_step: str = ""
    link: str = ""


def of(tenant: Tenant, numbers: list[PhoneNumber], now: datetime) -> list[Banner]:
    """The banners of a tenant, the gravest first. One query (the kill switch)."""
    states = [*(_number(number) for number in numbers), *_silent_apps(tenant, numbers, now)]
    found = [_kill_switch(tenant, now), _broker(), *states, _signatures(now)]
    return [banner for banner in found if banner]


def _kill_switch(tenant: Tenant, now: datetime) -> Banner | None:
    switch = flags.kill_switch(tenant, now)
    if switch is None:
        return None
    whole = _("Sending is stopped for the whole platform: %(reason)s.")
    own = _("Sending is stopped for this company: %(reason)s.")
    sentence = (own if switch.tenant_id else whole) % {"reason": switch.reason}
    if switch.until:
        local = timezone.localtime(switch.until)
        until = f"{date_format(local, 'SHORT_DATE_FORMAT')} {local:%H:%M}"
        sentence += " " + _("It ends by itself at %(until)s.") % {"until": until}
    return Banner("red", "emergency_home", sentence, _("Messages wait and nothing is lost."))


def _broker() -> Banner | None:
    if not bell.is_broker_down():
        return None
    return Banner(
        "amber",
        "cloud_off",
        _("The queue's server does not answer, so messages go out late."),
        _("Everything is stored and nothing is lost; it goes on by itself when the server is back."),
    )


def _number(number: PhoneNumber) -> Banner | None:
    if number.state not in PhoneNumber.WAITS:
        return None
    values = {"number": number.display_phone_number, "state": str(CONNECTIONS[number.state].word).lower()}
    sentence = _("The number %(number)s is %(state)s, so its messages wait and nothing is lost.") % values
    tone = "slate" if number.state == PhoneNumber.State.PAUSED else "amber"
    return Banner(tone, "pause" if tone == "slate" else "warning", sentence, number.state_reason, "connections")


def _silent_apps(tenant: Tenant, numbers: list[PhoneNumber], now: datetime) -> Iterator[Banner]:
    """Numbers whose phone app shows no life; asked only of a company that has such an app."""
    shared = {number.phone_number_id: number for number in numbers if number.coexistence}
    rows = Alert.objects.filter(tenant=tenant, kind=app.SILENT_ALERT, subject__in=shared, state__in=alerts.UNSOLVED)
    for alert in rows if shared else ():
        seen = datetime.fromisoformat(alert.detail["seen_at"])
        values = {"number": shared[alert.subject].display_phone_number, "days": (now - seen).days}
        yield Banner(
            "amber",
            "phonelink_erase",
            _("Nothing was seen of the phone app of %(number)s for %(days)s days.") % values,
            _("Open WhatsApp Business on the main phone: Meta disconnects the number after about 14 days."),
            "connections",
        )


def _signatures(now: datetime) -> Banner | None:
    refused = signatures.refused(now)
    if not refused:
        return None
    sentence = ngettext(
        "Refused signatures: %(count)d in the last 24 hours.",
        "Refused signatures: %(count)d in the last 24 hours.",
        refused,
    )
    advice = _("Webhooks arrived with a signature of another app secret. The platform's team checks the app secret.")
    return Banner("amber", "gpp_maybe", sentence % {"count": refused}, advice)
