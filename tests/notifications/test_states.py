"""The one state that people see: the same in Python and in SQL, and declared once."""

import functools
import itertools
import operator
from collections import Counter
from datetime import timedelta

import pytest

from notifications import states
from notifications.models import NotificationJob
from tests.factories import NOW, make_contact, make_number, make_tenant
from whatsapp.models import Message, Status

pytestmark = pytest.mark.django_db
JOB_STATES = NotificationJob.State.values
STATUSES = [None, "", *Status.values]


@pytest.fixture
def every_combination() -> list[NotificationJob]:
    """A job in each state with a message in each status, and without a message."""
    tenant = make_tenant()
    number, contact = make_number(tenant), make_contact(tenant)
    jobs = []
    for n, (state, status) in enumerate(itertools.product(JOB_STATES, STATUSES)):
        message = None
        if status is not None:
            message = Message.objects.create(
                tenant=tenant, number=number, direction="outbound", origin="automation", type="text", status=status
            )
        jobs.append(
            NotificationJob.objects.create(
                tenant=tenant,
                kind="manual",
                dedupe_key=str(n),
                contact=contact,
                to="+5511",
                state=state,
                message=message,
                created_at=NOW,
            )
        )
    return jobs


def test_python_and_sql_agree_on_every_combination(every_combination):
    in_sql = dict(states.with_combined_state(NotificationJob.objects.all()).values_list("pk", "combined"))
    assert in_sql == {job.pk: states.combined_state(job) for job in every_combination}


def test_what_may_be_tried_again_is_the_same_in_python_and_in_sql(every_combination):
    in_sql = set(states.retryable(NotificationJob.objects.all()).values_list("pk", flat=True))
    assert in_sql == {job.pk for job in every_combination if states.is_retryable(job)}


def test_every_state_has_its_look(every_combination):
    assert {states.combined_state(job) for job in every_combination} == set(states.STATES)


@pytest.mark.parametrize(
    ("status", "combined"),
    [
        ("", "sent"),
        ("accepted", "sent"),
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "read"),
        ("played", "read"),
        ("failed", "failed"),
    ],
)
def test_from_acceptance_on_the_messages_ladder_speaks(status, combined):
    assert states.combined_state(NotificationJob(state="sent", message=Message(status=status))) == combined


@pytest.mark.parametrize("name", states.STATES)
def test_the_conditions_of_a_state_find_what_is_in_it(every_combination, name):
    found = functools.reduce(operator.or_, states.conditions([name]))
    in_sql = set(NotificationJob.objects.filter(found).values_list("pk", flat=True))
    assert in_sql == {job.pk for job in every_combination if states.combined_state(job) == name}


def test_counts_agree_with_the_states(every_combination):
    counts = states.counts(every_combination[0].tenant, NOW)
    expected = Counter(map(states.combined_state, every_combination))
    assert {name: counts[name] for name in states.SHOWN} == {name: expected[name] for name in states.SHOWN}


def test_what_is_long_over_is_not_counted_and_what_is_open_is(every_combination):
    counts = states.counts(every_combination[0].tenant, NOW + states.COUNTED + timedelta(days=1))
    assert (counts["failed"], counts["skipped"]) == (0, 0)
    assert counts["pending"] == len(STATUSES)


def test_counts_see_one_tenant_only(every_combination):
    assert set(states.counts(make_tenant(), NOW).values()) == {0}


def test_chips_are_told_apart_without_colour():
    looks = [(str(look.word), look.icon) for look in states.STATES.values()]
    assert len({word for word, _ in looks}) == len(looks)
