"""Alerts by e-mail: what concerns a connection reaches the company's owners and managers, once, in their language.

An alert is claimed before its e-mail leaves and given back when the server does not take it. What solves itself within
two minutes wakes nobody.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from smtplib import SMTPException

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from notifications.models import NotificationJob
from tenants import phones
from tenants.models import Alert, Member, PhoneNumber, Tenant

log = structlog.get_logger(__name__)

SETTLES_WITHIN = timedelta(minutes=2)
OLDEST = timedelta(days=1)
ROLES = (Member.Role.OWNER, Member.Role.MANAGER)
# What happened and what to do, by the alert's kind. A kind that is not here is told in the console only.
SENTENCES: dict[str, str | Promise] = {
    "connection_degraded": gettext_lazy(
        "The number %(number)s lost its access to WhatsApp and sends nothing until it is reconnected. %(reason)s"
    ),
    "connection_differs": gettext_lazy(
        "Meta is not set up as expected for the number %(number)s: webhooks may stay away."
    ),
    "token_expires": gettext_lazy(
        "The access token of the number %(number)s expires within 14 days. Rotate it before."
    ),
    "token_expires_now": gettext_lazy(
        "The access token of the number %(number)s expires within 3 days. Rotate it now."
    ),
    "account_violation": gettext_lazy("Meta reports that the WhatsApp account %(number)s broke a rule."),
    "account_restricted": gettext_lazy("Meta restricted the WhatsApp account %(number)s."),
    "account_to_be_disabled": gettext_lazy("Meta will disable the WhatsApp account %(number)s unless you act."),
    "account_rejected": gettext_lazy("Meta's review rejected the WhatsApp account %(number)s."),
    "number_pin_changed": gettext_lazy("The PIN of a number of the account %(number)s was changed. Was it you?"),
    "number_pin_reset": gettext_lazy(
        "Somebody asked to reset the PIN of a number of the account %(number)s. Was it you?"
    ),
    "phone_app_silent": gettext_lazy(
        "Nothing was seen of the phone app of the number %(number)s for ten days. Open WhatsApp Business on the main "
        "phone: Meta disconnects a number whose app was not opened for about 14 days."
    ),
    "phone_app_sync_uncertain": gettext_lazy(
        "Meta did not answer when it was asked for the contacts or the history of the number %(number)s. It is not "
        "asked again, because a second request would cost the connection."
    ),
    "phone_app_sync_refused": gettext_lazy(
        "Meta refused to send the contacts or the history of the number %(number)s. To get them, the number is "
        "connected with the app anew."
    ),
    "phone_app_missed": gettext_lazy(
        "The contacts or the history of the number %(number)s could not be asked for within 24 hours. To get them, the "
        "number is connected with the app anew."
    ),
}


def tell(now: datetime) -> int:
    """Mails what is open and was not mailed yet, one e-mail a company; answers how many alerts were told."""
    by_tenant: dict[Tenant, list[Alert]] = defaultdict(list)
    for alert in _claim(now):
        if alert.tenant is not None:
            by_tenant[alert.tenant].append(alert)
    return sum(_mail(tenant, alerts) for tenant, alerts in by_tenant.items())


def _claim(now: datetime) -> list[Alert]:
    """The alerts that this caller tells: who sets the mark has them."""
    due = Alert.objects.filter(
        kind__in=SENTENCES,
        state=Alert.State.OPEN,
        mailed_at=None,
        first_at__lte=now - SETTLES_WITHIN,
        last_at__gte=now - OLDEST,
        tenant__state=Tenant.State.ACTIVE,
    )
    rows = list(due.select_related("tenant").order_by("tenant_id", "first_at", "pk"))
    return [row for row in rows if Alert.objects.filter(pk=row.pk, mailed_at=None).update(mailed_at=now)]


def _mail(tenant: Tenant, alerts: Sequence[Alert]) -> int:
    people = recipients(tenant)
    if not people:
        log.warning("alert_without_recipients", tenant_id=str(tenant.pk), kinds=[alert.kind for alert in alerts])
        return 0
    with translation.override(tenant.language):
        subject, body = _written(tenant, alerts)
    server = get_connection()
    letters = [
        EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [person], connection=server) for person in people
    ]
    try:
        server.send_messages(letters)
    except (SMTPException, OSError) as error:
        log.warning("alert_mail_failed", tenant_id=str(tenant.pk), error=type(error).__name__)
        Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(mailed_at=None)
        return 0
    return len(alerts)


def recipients(tenant: Tenant) -> list[str]:
    """The addresses of its active owners and managers, each once."""
    rows = Member.objects.filter(tenant=tenant, role__in=ROLES, user__is_active=True).exclude(user__email="")
    return sorted(set(rows.values_list("user__email", flat=True)))


def _written(tenant: Tenant, alerts: Sequence[Alert]) -> tuple[str, str]:
    """Subject and body: a paragraph an alert, what waits, and where to act."""
    waiting = NotificationJob.objects.filter(tenant=tenant, state=NotificationJob.State.PENDING).count()
    subject = _("%(company)s: WhatsApp needs your attention") % {"company": tenant.name}
    waits = ngettext(
        "%(count)d message waits and nothing is lost.", "%(count)d messages wait and nothing is lost.", waiting
    )
    numbers = dict(PhoneNumber.objects.for_tenant(tenant).values_list("phone_number_id", "display_phone_number"))
    paragraphs = [_paragraph(alert, numbers) for alert in alerts]
    link = f"{settings.PUBLIC_URL}{reverse('connections')}"
    closing = _("See what to do in Connections: %(link)s") % {"link": link}
    return subject, "\n\n".join([*paragraphs, waits % {"count": waiting}, closing]) + "\n"


def _paragraph(alert: Alert, numbers: dict[str, str]) -> str:
    number = numbers.get(alert.subject.partition(":")[0])  # of some kinds a number has one for each matter
    named = phones.display(number) if number else alert.subject
    return (str(SENTENCES[alert.kind]) % {"number": named, "reason": alert.detail.get("reason", "")}).strip()
