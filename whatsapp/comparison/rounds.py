"""Comparing: one connection now, or all of them within a time, with one alert a number while something differs."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from time import monotonic

from tenants import alerts
from tenants.models import PhoneNumber
from tenants.models.connection import Provider
from whatsapp import delivery, portfolios
from whatsapp.comparison.findings import DIFFERS, compare
from whatsapp.comparison.questions import Answers, ask
from whatsapp.errors import Refused
from whatsapp.models import ConnectionCheck
from whatsapp.providers.base import AccountAccess

State = PhoneNumber.State
ASKED = frozenset({State.CONNECTED, State.DEGRADED, State.PAUSED})
ALERT = "connection_differs"
THREADS = 8
ROUND = timedelta(minutes=20)


def check(number: PhoneNumber, now: datetime) -> ConnectionCheck:
    """Asks Meta at once, keeps what it told and lets the alert follow. Not inside a transaction."""
    return record(number, ask(number, _access(number), delivery.access_of_app()), now)


def check_all(now: datetime, *, deadline: timedelta = ROUND) -> int:
    """Compares every number that acts through Meta; answers how many. One that fails stops no other."""
    ends, app, done = monotonic() + deadline.total_seconds(), delivery.access_of_app(), 0
    rows = PhoneNumber.objects.owned().filter(provider=Provider.META, state__in=ASKED)
    numbers = list(rows.select_related("tenant", "account").order_by("check_row__at", "pk"))
    for start in range(0, len(numbers), THREADS):
        if monotonic() > ends:
            break
        batch = [(number, _access(number)) for number in numbers[start : start + THREADS]]
        with ThreadPoolExecutor(THREADS) as pool:  # threads touch no database
            answers = list(pool.map(lambda pair: ask(pair[0], pair[1], app), batch))
        for (number, _ours), told in zip(batch, answers, strict=True):
            record(number, told, now)
            done += 1
    return done


def record(number: PhoneNumber, answers: Answers, now: datetime) -> ConnectionCheck:
    """Keeps the comparison; one alert a number while something differs."""
    findings = list(compare(number, answers, now))
    values = {"tenant_id": number.tenant_id, "at": now, "findings": [vars(finding) for finding in findings]}
    row = ConnectionCheck.objects.update_or_create(number=number, defaults=values)[0]
    if number.account and answers.account:
        portfolios.learn(number.account, answers.account.business_portfolio_id)
    wrong = [finding.name for finding in findings if finding.state == DIFFERS]
    subject = number.phone_number_id
    if wrong and not alerts.unsolved(ALERT, tenant=number.tenant, subject=subject).filter(detail__facts=wrong).exists():
        detail = {"number": number.display_phone_number, "facts": wrong}
        alerts.raise_alert(ALERT, tenant=number.tenant, subject=subject, now=now, **detail)
    elif not wrong:
        alerts.solve(ALERT, tenant=number.tenant, subject=subject, now=now)
    return row


def _access(number: PhoneNumber) -> AccountAccess | None:
    try:
        return delivery.access_for(number)
    except Refused:
        return None
