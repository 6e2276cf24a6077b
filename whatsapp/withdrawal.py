"""A person takes back at Meta what they granted: access (deauthorize), or everything kept of them (data deletion)."""

import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tenants import alerts, audit, connections
from tenants.models import Credential, DataDeletion, PhoneNumber, WhatsAppAccount
from whatsapp import bell
from whatsapp.models import Signup
from whatsapp.onboarding import progress
from whatsapp.providers.meta.signed_request import SignedRequest

ALERT = "access_withdrawn"
POLL_TASK = "whatsapp.poll_health"
State = PhoneNumber.State


def deauthorize(asked: SignedRequest, now: datetime) -> int:
    """Ends the access that the person granted before they asked; answers for how many accounts.

    A request that is played again later ends nothing that was granted since. Messages wait, none is lost. Where no
    access is known by their id, Meta is asked at once about all of them: one that died is found by that.
    """
    granted = _granted_by(asked).filter(retired_at=None, created_at__lte=asked.issued_at)
    accounts = [row.account for row in granted.select_related("account__tenant") if row.account]
    with transaction.atomic():
        granted.update(retired_at=now)
        for account in accounts:
            _revoke(account, now)
        for signup in _begun_by(asked).select_for_update(of=("self",)).select_related("tenant"):
            progress.end(signup, Signup.State.CANCELLED, now)
            audit.record("onboarding.cancelled", tenant=signup.tenant, obj=signup)
        audit.record("access.withdrawn", tenant=None, accounts=len(accounts))
        if not accounts:
            transaction.on_commit(lambda: bell.ring(POLL_TASK))
    return len(accounts)


def _granted_by(asked: SignedRequest) -> QuerySet[Credential]:
    """By the person's own id or, where the token stands for a user of the business, by that one's."""
    rows = Credential.objects.filter(kind=Credential.Kind.ACCESS_TOKEN)
    return rows.filter(Q(granter=asked.user_id) | Q(granted_by=asked.user_id))


def _begun_by(asked: SignedRequest) -> QuerySet[Signup]:
    """Their signups that are not through: what they granted for them is gone too."""
    named = Q(facts__granter=asked.user_id) | Q(facts__token__user_id=asked.user_id)
    return Signup.objects.filter(named, state__in=Signup.OPEN, created_at__lte=asked.issued_at)


def _revoke(account: WhatsAppAccount, now: datetime) -> None:
    reason = _("The person who connected it took Recado's access away at Meta.")
    for number in account.numbers.owned().select_related("tenant"):
        if State.REVOKED in connections.ARROWS[number.state]:
            connections.move(number, State.REVOKED, reason=reason, now=now)
    alerts.raise_alert(ALERT, tenant=account.tenant, subject=account.waba_id, now=now, reason=reason)
    audit.record("access.withdrawn", tenant=account.tenant, obj=account)


def delete_data(asked: SignedRequest, now: datetime) -> DataDeletion:
    """Ends the person's access and forgets their id; the row that its code leads to keeps nothing of them."""
    with transaction.atomic():
        ended = deauthorize(asked, now)
        forgotten = _granted_by(asked).update(granted_by="")
        row = DataDeletion.objects.create(
            code=secrets.token_hex(8), requested_at=now, completed_at=now, accesses=ended, records=forgotten
        )
        audit.record("person_data.deleted", tenant=None, obj=row, accesses=ended, records=forgotten)
    return row
