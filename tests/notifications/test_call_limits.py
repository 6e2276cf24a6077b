"""Graph's usage headers: the pace falls before Meta refuses, and its refusals widen the wait of their scope alone."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import responses

from notifications import queue, rates
from notifications.models import Rate
from notifications.queue import Outcome
from templates_mgmt import sync
from tenants.models import PhoneNumber, Tenant
from tests.factories import MARIA, NOW, make_number, make_ready_tenant
from tests.notifications.jobs import Graph, promise, run
from whatsapp import call_limits, health, valkey
from whatsapp.errors import ErrorKind, Refused, Scope
from whatsapp.providers.base import Accepted
from whatsapp.providers.usage import Area, Usage

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def tenant() -> Tenant:
    return make_ready_tenant()


@pytest.fixture
def number(tenant) -> PhoneNumber:
    return PhoneNumber.objects.select_related("account").get()


def told(area: Area, subject: str, percent: float, regain: float | None = None) -> None:
    call_limits.keep([Usage(area, subject, percent, regain)])


def share(number: PhoneNumber) -> float:
    return call_limits.shares([number]).get(number.pk, 1)


@pytest.mark.parametrize(("percent", "expected"), [(0, 1), (74, 1), (80, 0.8), (90, 0.4), (100, 0.05), (250, 0.05)])
def test_the_share_falls_as_the_limit_is_used_up(number, percent, expected):
    told(Area.APP, "", percent)
    assert share(number) == pytest.approx(expected)


def test_a_limit_is_its_accounts_and_nobody_elses(number):
    make_ready_tenant()
    other = PhoneNumber.objects.select_related("account").exclude(pk=number.pk).get()
    told(Area.MESSAGES, number.account.waba_id, 90)
    assert (share(number), share(other)) == (pytest.approx(0.4), 1)


def test_questions_about_templates_slow_no_message_and_wait_themselves(number):
    told(Area.MANAGEMENT, number.account.waba_id, 95)
    assert (share(number), call_limits.may_ask(number.account)) == (1, False)


def test_the_word_of_an_answer_slows_the_next_messages(tenant, number, graph: Graph):
    headers = {
        "X-Business-Use-Case-Usage": f'{{"{number.account.waba_id}": [{{"type": "whatsapp", "call_count": 95}}]}}'
    }
    graph.headers = headers
    promise(tenant)
    run()
    assert share(number) == pytest.approx(0.2)
    demands = [rates.Demand(number, f"+55119{n:08}") for n in range(80)]
    answers = rates.reserve(demands, NOW + 120 * SECOND)
    delays = [answer for answer in answers if isinstance(answer, rates.Delay)]
    assert 60 <= len(delays) <= 68
    assert {delay.code for delay in delays} == {"slowed"}


def test_without_valkey_everything_goes_on(tenant, graph: Graph, monkeypatch):
    monkeypatch.setattr(valkey, "attempt", lambda _command: None)
    promise(tenant)
    assert run().sent == 1


def test_an_account_with_hardly_any_calls_left_is_not_synchronised_by_itself(tenant, number):
    told(Area.MANAGEMENT, number.account.waba_id, 97)
    with responses.RequestsMock():
        assert sync.sync_all(NOW) == {}


def test_its_numbers_are_not_asked_for_either(tenant, number):
    told(Area.MANAGEMENT, number.account.waba_id, 97)
    with responses.RequestsMock():
        assert health.poll(NOW) == 0


def test_a_word_is_forgotten_after_a_while(number, clean_valkey):
    told(Area.APP, "", 99)
    told(Area.MESSAGES, number.account.waba_id, 99, 1800)
    lives = sorted(clean_valkey.ttl(key) for key in clean_valkey.keys("recado:call-limit:*"))
    assert lives == [pytest.approx(60, abs=2), pytest.approx(1800, abs=2)]


# Which numbers wait after a refusal: our own, its sister of the same account, and another company's.
SCOPES: list[tuple[int, list[str]]] = [
    (131056, []),
    (130429, ["own"]),
    (80007, ["own", "sister"]),
    (80008, ["own", "sister"]),
    (4, ["own", "sister", "stranger"]),
]


@pytest.mark.parametrize(("code", "held"), SCOPES)
def test_a_refusal_widens_the_wait_of_its_scope_alone(tenant, number, graph: Graph, code, held):
    numbers = {"own": number, "sister": make_number(tenant, number.account)}
    numbers["stranger"] = PhoneNumber.objects.get(tenant=make_ready_tenant())
    graph.refuse(code)
    job = promise(tenant, number=number)
    run()
    job.refresh_from_db()
    assert (job.state, job.reason_code, job.failures) == ("pending", "provider_rate", 0)
    someone = "+5511977770000"
    waits = {name: rates.reserve([rates.Demand(one, someone)], NOW + SECOND)[0] for name, one in numbers.items()}
    assert [name for name, answer in waits.items() if isinstance(answer, rates.Delay)] == held
    assert isinstance(rates.reserve([rates.Demand(number, MARIA)], NOW + SECOND)[0], rates.Delay)


def strikes(**values: Any) -> list[int]:
    return list(Rate.objects.filter(strikes__gt=0, **values).values_list("strikes", flat=True))


def called(outcome: Outcome, now: datetime) -> None:
    """One call of what is due, and its answer, both at ``now``."""
    batch = queue.claim(now, limit=10)
    (ticket,) = queue.start(batch.ready, batch.token, now)
    queue.record(ticket, outcome, now)


def too_fast(scope: Scope, code: int) -> Refused:
    return Refused("too fast", ErrorKind.RATE_LIMITED, scope, code=code)


def test_the_wait_grows_with_each_refusal_and_shrinks_with_what_is_accepted(tenant):
    job, now, waits = promise(tenant), NOW, []
    for _time in range(3):
        called(too_fast(Scope.NUMBER, 130429), now)
        job.refresh_from_db()
        waits.append((job.due_at - now).total_seconds())
        now = job.due_at
    assert (waits, strikes()) == ([2, 4, 8], [3])
    called(Accepted("wamid.1"), now)
    assert strikes() == [2]
    promise(tenant, phone="+5511977770001", scheduled_for=now + SECOND)
    called(Accepted("wamid.2"), now + SECOND)
    assert strikes() == [1]


def test_what_was_on_its_way_before_the_refusal_shrinks_nothing(tenant, number, graph: Graph):
    promise(tenant)
    batch = queue.claim(NOW, limit=10)
    (ticket,) = queue.start(batch.ready, batch.token, NOW)
    rates.block(number, Scope.NUMBER, MARIA, NOW + SECOND)
    assert queue.record(ticket, Accepted("wamid.1"), NOW + 5 * SECOND) == "sent"
    assert strikes() == [1]


def test_a_pair_that_was_too_fast_is_forgiven_by_its_own_answers_alone(tenant):
    job = promise(tenant)
    called(too_fast(Scope.PAIR, 131056), NOW)
    promise(tenant, phone="+5511977770001", scheduled_for=NOW + SECOND)
    called(Accepted("wamid.1"), NOW + SECOND)
    assert strikes(recipient=MARIA) == [1]
    job.refresh_from_db()
    called(Accepted("wamid.2"), job.due_at)
    assert strikes() == []
