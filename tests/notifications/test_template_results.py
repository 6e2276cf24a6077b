"""What became of a template's messages, counted from our own rows."""

from datetime import date, timedelta

import pytest

from notifications import template_results
from notifications.models import JobAttempt
from notifications.template_results import Counts
from templates_mgmt.models import MessageTemplate
from tenants import consent
from tests.factories import NOW, make_ready_tenant
from tests.notifications.jobs import first_number, promise
from whatsapp import conversations
from whatsapp.models import Message, MessageStatus

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TODAY = date(2026, 11, 20)
_ids = iter(range(1, 10_000))


@pytest.fixture
def tenant():
    return make_ready_tenant()


@pytest.fixture
def template(tenant):
    return MessageTemplate.objects.select_related("tenant").get(tenant=tenant, name="aviso_de_agendamento")


def sent(tenant, status="delivered", at=NOW, **values):
    """A message of the template; each to another customer."""
    n = next(_ids)
    job = promise(tenant, phone=f"+5511977{n:06}")
    number = first_number(tenant)
    defaults = {
        "direction": "outbound", "origin": "automation", "type": "template", "template_name": "aviso_de_agendamento",
        "template_language": "pt_BR", "occurred_at": at, "status": status, "provider_message_id": f"wamid.out{n}",
    }  # fmt: skip
    thread = conversations.open_for(number, job.contact)
    return Message.objects.create(
        tenant=tenant, number=number, contact=job.contact, conversation=thread, **(defaults | values)
    )


def answer(message, after=HOUR, kind="text", **values):
    return Message.objects.create(
        tenant=message.tenant, number=message.number, contact=message.contact, conversation=message.conversation,
        direction="inbound", origin="customer", type=kind, occurred_at=message.occurred_at + after,
        provider_message_id=f"wamid.in{next(_ids)}", **values,
    )  # fmt: skip


def total(template, since=TODAY, until=TODAY):
    return template_results.of(template, since, until).total


def test_the_ladder_is_counted_from_what_was_accepted(tenant, template):
    for status in ("accepted", "sent", "delivered", "read", "played", "failed"):
        sent(tenant, status)
    counts = total(template)
    assert (counts.sent, counts.delivered, counts.read, counts.failed) == (6, 3, 2, 1)


def test_what_meta_refused_at_once_failed_too(tenant, template):
    message = sent(tenant, "")
    assert total(template) == Counts()
    job = promise(tenant)
    JobAttempt.objects.create(
        job=job, attempt=1, lease_token=job.pk, client_ref="1:1", message=message, outcome="refused", error_code=132001
    )
    results = template_results.of(template, TODAY, TODAY)
    assert (results.total.sent, results.total.failed, results.failures[0].code) == (1, 1, 132001)


def test_an_answer_within_a_day_counts_once(tenant, template):
    message = sent(tenant)
    answer(message)
    answer(message, 2 * HOUR)
    answer(sent(tenant), DAY + HOUR)
    assert total(template).replied == 1


def test_a_press_is_one_of_its_own_buttons(tenant, template):
    first, second = sent(tenant), sent(tenant)
    answer(first, kind="button", context_message_id=first.provider_message_id)
    answer(second, kind="button", context_message_id="wamid.of-another")
    counts = total(template)
    assert (counts.pressed, counts.replied) == (1, 2)


def test_an_opt_out_counts_within_a_day(tenant, template):
    for after in (HOUR, DAY + HOUR, -HOUR):
        message = sent(tenant)
        consent.record(message.contact, "opt_out", source="keyword", effective_at=NOW + after)
    assert total(template).refused == 1


def test_failures_are_told_by_reason_the_commonest_first(tenant, template):
    for code in (131049, 131026, 131026):
        sent(tenant, "failed", error_code=code)
    failures = template_results.of(template, TODAY, TODAY).failures
    assert [(one.code, one.count) for one in failures] == [(131026, 2), (131049, 1)]
    assert all(one.sentence for one in failures)


def test_what_was_charged_is_told_by_category_once_a_message(tenant, template):
    message = sent(tenant)
    for status, billable in (("sent", True), ("delivered", True)):
        MessageStatus.objects.create(
            tenant=tenant, number=message.number, message=message, provider_message_id=message.provider_message_id,
            status=status, occurred_at=NOW, pricing={"billable": billable, "category": "utility"},
        )  # fmt: skip
    assert template_results.of(template, TODAY, TODAY).charged == {"utility": 1}


def test_days_are_those_of_the_companys_zone(tenant, template):
    sent(tenant, at=NOW.replace(hour=2))
    results = template_results.of(template, TODAY - DAY, TODAY)
    assert list(results.days) == [TODAY - DAY]


def test_versions_are_counted_apart(tenant, template):
    for at in (NOW - 2 * HOUR, NOW, NOW + HOUR):
        sent(tenant, at=at)
    results = template_results.of(template, TODAY, TODAY, [(1, NOW - HOUR), (2, NOW + HOUR)])
    assert {number: counts.sent for number, counts in results.versions.items()} == {0: 1, 1: 1, 2: 1}


def test_another_companys_or_languages_messages_are_not_counted(tenant, template):
    sent(make_ready_tenant())
    sent(tenant, template_language="en_US")
    sent(tenant, template_name="outro")
    assert total(template) == Counts()


def test_the_counts_cost_one_query_however_many_messages(tenant, template, django_assert_num_queries):
    for _ in range(5):
        answer(sent(tenant))
    with django_assert_num_queries(1):
        template_results.of(template, TODAY, TODAY)


def test_a_share_is_of_what_was_sent():
    assert Counts(sent=4, read=1).share("read") == 0.25
    assert Counts().share("read") is None
