"""Alerts by e-mail: a company's owners and managers, and of the platform's own alerts its team, each once.

Which kinds are worth a letter stands in the catalogue (notifications.watching). An alert is claimed before its e-mail
leaves and given back when the server does not take it. What solves itself within two minutes wakes nobody.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from smtplib import SMTPException

import structlog
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage, get_connection
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications import watching
from notifications.models import NotificationJob
from tenants.models import Alert, Member, Tenant

log = structlog.get_logger(__name__)

SETTLES_WITHIN = timedelta(minutes=2)
OLDEST = timedelta(days=1)
ROLES = (Member.Role.OWNER, Member.Role.MANAGER)
MAILED = [name for name, kind in watching.KINDS.items() if kind.mailed]


def tell(now: datetime) -> int:
    """Mails what is open and was not mailed yet, one e-mail a company; answers how many alerts were told."""
    by_tenant: dict[Tenant | None, list[Alert]] = defaultdict(list)
    for alert in _claim(now):
        by_tenant[alert.tenant].append(alert)
    return sum(_mail(tenant, alerts) for tenant, alerts in by_tenant.items())


def _claim(now: datetime) -> list[Alert]:
    """The alerts that this caller tells: who sets the mark has them."""
    due = Alert.objects.filter(
        Q(tenant=None) | Q(tenant__state=Tenant.State.ACTIVE),
        kind__in=MAILED,
        state=Alert.State.OPEN,
        mailed_at=None,
        first_at__lte=now - SETTLES_WITHIN,
        last_at__gte=now - OLDEST,
    )
    rows = list(due.select_related("tenant").order_by("tenant_id", "first_at", "pk"))
    return [row for row in rows if Alert.objects.filter(pk=row.pk, mailed_at=None).update(mailed_at=now)]


def _mail(tenant: Tenant | None, alerts: Sequence[Alert]) -> int:
    people, owner = recipients(tenant), str(tenant.pk) if tenant else "platform"
    if not people:
        log.warning("alert_without_recipients", tenant_id=owner, kinds=[alert.kind for alert in alerts])
        return 0
    with translation.override(tenant.language if tenant else settings.LANGUAGE_CODE):
        subject, body = _written(tenant, alerts)
    server = get_connection()
    letters = [
        EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [person], connection=server) for person in people
    ]
    try:
        server.send_messages(letters)
    except (SMTPException, OSError) as error:
        log.warning("alert_mail_failed", tenant_id=owner, error=type(error).__name__)
        Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(mailed_at=None)
        return 0
    return len(alerts)


def recipients(tenant: Tenant | None) -> list[str]:
    """The addresses of a company's active owners and managers, or of the platform's team; each once."""
    people = get_user_model().objects.filter(is_active=True).exclude(email="")
    if tenant is None:
        rows = people.filter(is_superuser=True)
    else:
        rows = people.filter(memberships__tenant=tenant, memberships__role__in=ROLES)
    return sorted(set(rows.values_list("email", flat=True)))


def _written(tenant: Tenant | None, alerts: Sequence[Alert]) -> tuple[str, str]:
    """Subject and body: a paragraph an alert, what waits, and where to act."""
    company = tenant.name if tenant else "Recado"
    subject = _("%(company)s: WhatsApp needs your attention") % {"company": company}
    numbers = watching.numbers_of([tenant] if tenant else [])
    told = [watching.tell(alert, numbers) for alert in alerts]
    paragraphs = [f"{each.sentence} {each.kind.next_step}" for each in told]
    link = f"{settings.PUBLIC_URL}{reverse('health')}"
    closing = _("See what to do on the Health page: %(link)s") % {"link": link}
    return subject, "\n\n".join([*paragraphs, *_waiting(tenant), closing]) + "\n"


def _waiting(tenant: Tenant | None) -> list[str]:
    if tenant is None:
        return []
    waiting = NotificationJob.objects.filter(tenant=tenant, state=NotificationJob.State.PENDING).count()
    waits = ngettext(
        "%(count)d message waits and nothing is lost.", "%(count)d messages wait and nothing is lost.", waiting
    )
    return [waits % {"count": waiting}]
