"""A person takes back at Meta what they granted: access (deauthorize), or everything kept of them (data deletion)."""

import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tenants import alerts, audit, connections
from tenants.models import Credential, DataDeletion, PhoneNumber, WhatsAppAccount
from whatsapp.providers.meta.signed_request import SignedRequest

ALERT = "access_withdrawn"
State = PhoneNumber.State


def deauthorize(asked: SignedRequest, now: datetime) -> int:
    """Ends the access that the person granted before they asked; answers for how many accounts.

    A request that is played again later ends nothing that was granted since. Messages wait, none is lost.
    """
    granted = _granted_by(asked).filter(retired_at=None, created_at__lte=asked.issued_at)
    accounts = [row.account for row in granted.select_related("account__tenant") if row.account]
    with transaction.atomic():
        granted.update(retired_at=now)
        for account in accounts:
            _revoke(account, now)
        audit.record("access.withdrawn", tenant=None, accounts=len(accounts))
    return len(accounts)


def _granted_by(asked: SignedRequest) -> QuerySet[Credential]:
    return Credential.objects.filter(granted_by=asked.user_id, kind=Credential.Kind.ACCESS_TOKEN)


def _revoke(account: WhatsAppAccount, now: datetime) -> None:
    reason = _("The person who connected it took Recado's access away at Meta.")
    for number in account.numbers.filter(owned_until=None).select_related("tenant"):
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
