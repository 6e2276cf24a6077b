"""What was sent by a number that was replaced: its statuses count, and what goes again goes by the new one."""

from datetime import timedelta

import pytest

from notifications import actions, queue
from notifications.models import NotificationJob
from tenants.models import Alert, PhoneNumber
from tests.factories import NOW, make_number, make_person, make_ready_tenant
from tests.notifications.jobs import Graph, first_number, promise, run, store_status, tell_status
from whatsapp.models import Conversation

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=10)
HOLD_OVER = NOW + timedelta(hours=1)


@pytest.fixture
def tenant():
    return make_ready_tenant()


def replace_number(tenant) -> PhoneNumber:
    """As whatsapp.renumbering leaves it for what is over already."""
    old = first_number(tenant)
    new = make_number(tenant, old.account)
    Conversation.objects.filter(number=old).update(number=new)
    NotificationJob.objects.filter(number=old).exclude(state="sent").update(number=new)
    PhoneNumber.objects.filter(pk=old.pk).update(owned_until=NOW + timedelta(minutes=5), state="disconnected")
    return new


def fresh(job):
    return NotificationJob.objects.select_related("message__number__account", "tenant", "contact", "number").get(
        pk=job.pk
    )


def test_a_status_of_the_old_number_settles_an_unanswered_call(tenant, graph: Graph):
    job = promise(tenant)
    graph.fall_silent(times=1)
    run()
    replace_number(tenant)
    tell_status(fresh(job).message, "delivered", LATER, wamid="wamid.7")
    assert (fresh(job).state, fresh(job).message.status) == ("sent", "delivered")
    assert (run(HOLD_OVER).due, len(graph.bodies)) == (0, 1)


def test_a_hold_does_not_end_while_the_old_numbers_status_waits_in_our_inbox(tenant, graph: Graph):
    job = promise(tenant)
    graph.fall_silent(times=1)
    run()
    replace_number(tenant)
    store_status(fresh(job).message, "delivered", LATER, wamid="wamid.7")
    queue.sweep(HOLD_OVER)
    assert fresh(job).state == "uncertain"


def test_what_the_old_number_failed_to_deliver_goes_again_by_the_new_one(tenant, graph: Graph):
    job = promise(tenant)
    run()
    new = replace_number(tenant)
    tell_status(fresh(job).message, "failed", LATER, code=131000)
    assert (fresh(job).state, fresh(job).number) == ("pending", new)
    run(HOLD_OVER)
    assert (fresh(job).state, fresh(job).message.number, len(graph.bodies)) == ("sent", new, 2)


def test_what_a_person_tries_again_goes_by_the_new_one(tenant, graph: Graph):
    job = promise(tenant)
    run()
    new = replace_number(tenant)
    tell_status(fresh(job).message, "failed", LATER, code=131026)
    actions.retry(fresh(job), make_person(tenant, "operator"), LATER)
    run(LATER)
    assert (fresh(job).state, fresh(job).message.number) == ("sent", new)


def test_nobody_is_warned_of_a_number_that_the_company_has_given_up(tenant, graph: Graph):
    job = promise(tenant)
    run()
    new = replace_number(tenant)
    tell_status(fresh(job).message, "failed", LATER, code=131042)
    new.refresh_from_db()
    assert (fresh(job).state, fresh(job).number, new.state) == ("pending", new, "connected")
    assert not Alert.objects.exists()
