"""How many templates Meta lets an account have, which depends on whether the business behind it is verified."""

from datetime import timedelta

import pytest

from templates_mgmt import allowance, sync, writing
from templates_mgmt.models import MessageTemplate, TemplateSync
from templates_mgmt.refusals import NotWritten
from tests.factories import NOW, make_number, make_tenant
from tests.templates_mgmt.template_samples import GOOD
from whatsapp.models import NumberReading

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("graph")]
GRAPH = "http://graph.test/v25.0"
DAY = timedelta(days=1)


@pytest.fixture
def number():
    return make_number(make_tenant())


def fill(account, count):
    facts = {"tenant": account.tenant, "account": account, "language": "pt_BR", "status": "APPROVED", "synced_at": NOW}
    rows = (MessageTemplate(name=f"modelo_{n}", template_id=str(n), **facts) for n in range(count))
    MessageTemplate.objects.bulk_create(rows)


def listed(graph, account, verification):
    graph.get(f"{GRAPH}/{account.waba_id}/message_templates", json={"data": []})
    told = {"id": account.waba_id, "business_verification_status": verification}
    return graph.get(f"{GRAPH}/{account.waba_id}", json=told)


def named(number, status):
    told = {"first_at": NOW, "last_at": NOW, "name_status": status}
    NumberReading.objects.create(tenant=number.tenant, number=number, **told)


def verified(account, word):
    TemplateSync.objects.create(tenant=account.tenant, account=account, due_at=NOW, verification=word)


def test_a_business_that_is_not_verified_is_told_before_anything_is_sent(graph, number):
    listed(graph, number.account, "pending_submission")
    fill(number.account, 250)
    sync.sync_account(number.account, NOW)
    with pytest.raises(NotWritten) as refused:
        writing.write(number.account, GOOD["words"], now=NOW)
    (problem,) = refused.value.problems
    assert (problem.code, problem.field, problem.values) == ("creation_unverified", "name", {"most": 250})
    assert {call.request.method for call in graph.calls} == {"GET"}


def test_below_the_limit_a_template_is_made(graph, number):
    verified(number.account, "UNVERIFIED")
    fill(number.account, 249)
    made = {"id": "900", "status": "PENDING", "category": "UTILITY"}
    graph.post(f"{GRAPH}/{number.account.waba_id}/message_templates", json=made)
    assert writing.write(number.account, GOOD["words"], now=NOW).status == "PENDING"


@pytest.mark.parametrize(
    ("verification", "name", "most"),
    [
        ("VERIFIED", "APPROVED", 6000),
        ("VERIFIED", "AVAILABLE_WITHOUT_REVIEW", 6000),
        ("VERIFIED", "", 6000),
        ("VERIFIED", "DECLINED", 250),
        ("PENDING", "APPROVED", 250),
        ("", "DECLINED", 6000),
    ],
)
def test_the_limit_goes_by_what_meta_said_of_business_and_name(number, verification, name, most):
    verified(number.account, verification)
    named(number, name)
    assert allowance.most(number.account, 250) == most


@pytest.mark.parametrize(("count", "questions"), [(199, 0), (200, 1)])
def test_meta_is_asked_once_a_day_by_accounts_that_come_near(graph, number, count, questions):
    asked = listed(graph, number.account, "verified")
    fill(number.account, count)
    for hours in (0, 1, 2):
        sync.sync_account(number.account, NOW + timedelta(hours=hours))
    assert asked.call_count == questions
    sync.sync_account(number.account, NOW + DAY)
    assert asked.call_count == questions * 2


def test_a_question_that_fails_leaves_the_list_as_it_came(graph, number):
    graph.get(f"{GRAPH}/{number.account.waba_id}/message_templates", json={"data": []})
    graph.get(f"{GRAPH}/{number.account.waba_id}", json={"error": {"code": 10, "message": "no"}}, status=403)
    fill(number.account, 250)
    assert sync.sync_account(number.account, NOW).error == ""
    assert number.account.template_sync.verification == ""
