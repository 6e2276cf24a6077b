"""What a person must know before reading the list: nothing goes out, something is refused, something is kept aside."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.chips import CONNECTIONS
from tenants import alerts, flags, prepared
from tenants.models import Alert, Credential, KillSwitch, PhoneNumber, Tenant
from whatsapp import bell, signatures
from whatsapp.coexistence import app
from whatsapp.health_alerts import TOKEN_ENDS_NOW, TOKEN_ENDS_SOON

# Whether it is worth asking who stopped what and which token ends: on most days neither, and this one is quick.
CONCERN = """
SELECT EXISTS (SELECT FROM {switch} WHERE ended_at IS NULL AND (tenant_id IS NULL OR tenant_id = %(tenant)s)),
       EXISTS (SELECT FROM {credential}
                WHERE tenant_id = %(tenant)s AND retired_at IS NULL AND expires_at < %(soon)s)
"""
TABLES = {"switch": KillSwitch._meta.db_table, "credential": Credential._meta.db_table}


@dataclass(frozen=True)
class Banner:
    """A sentence with what to do; ``link`` names a page of the console."""

    tone: str
    icon: str
    sentence: str
    next_step: str = ""
    link: str = ""


def of(tenant: Tenant, numbers: list[PhoneNumber], now: datetime) -> list[Banner]:
    """The banners of a tenant, the gravest first."""
    stops, ends = prepared.rows(CONCERN.format(**TABLES), {"tenant": tenant.pk, "soon": now + TOKEN_ENDS_SOON})[0]
    switch, token = _kill_switch(tenant, now) if stops else None, _token(tenant, now) if ends else None
    states = [*(_number(number) for number in numbers), *_silent_apps(tenant, numbers, now)]
    return [banner for banner in [switch, _broker(), *states, token, _signatures(now)] if banner]


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


def _token(tenant: Tenant, now: datetime) -> Banner | None:
    """The access token that ends next, once it ends soon."""
    rows = Credential.objects.for_tenant(tenant).filter(kind=Credential.Kind.ACCESS_TOKEN, retired_at=None)
    rows = rows.filter(account__owned_until=None, expires_at__lt=now + TOKEN_ENDS_SOON).select_related("account")
    row = rows.order_by("expires_at").first()
    if row is None or row.expires_at is None:
        return None
    days = max((row.expires_at - now) // timedelta(days=1), 0)
    sentence = ngettext(
        "The access token of %(account)s expires in %(days)d day.",
        "The access token of %(account)s expires in %(days)d days.",
        days,
    )
    tone = "red" if row.expires_at < now + TOKEN_ENDS_NOW else "amber"
    told = sentence % {"account": row.account, "days": days}
    return Banner(tone, "hourglass_bottom", told, _("Rotate it before, and no message waits."), "connections")


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
