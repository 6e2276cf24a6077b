"""Our templates in step with Meta's list, whole or not."""

import json
from datetime import timedelta
from io import StringIO

import pytest
import responses
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from templates_mgmt import sync
from templates_mgmt.models import MessageTemplate
from templates_mgmt.tasks import sync_all
from tenants.models import Alert, Credential, PhoneNumber
from tests.factories import NOW, make_account, make_number, make_template, make_tenant

pytestmark = pytest.mark.django_db
GRAPH = "http://graph.test/v25.0"


@pytest.fixture
def graph():
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def account():
    return make_number(make_tenant()).account


def row(name="aviso", **values):
    defaults = {"id": f"id-{name}", "language": "pt_BR", "status": "APPROVED", "category": "UTILITY"}
    return {"name": name, **defaults, "components": [{"type": "BODY", "text": "Olá {{1}}."}], **values}


def answer(graph, account, *rows, after="", **page):
    paging = {"cursors": {"after": after}, "next": "http://graph.test/next"} if after else {}
    graph.get(f"{GRAPH}/{account.waba_id}/message_templates", json={"data": list(rows), "paging": paging} | page)


def refuse(graph, account, code, status=400):
    body = {"error": {"message": "x", "type": "OAuthException", "code": code}}
    graph.get(f"{GRAPH}/{account.waba_id}/message_templates", json=body, status=status)


def test_new_templates_are_written_as_meta_tells_them(graph, account):
    told = row(quality_score={"score": "GREEN"}, parameter_format="NAMED", rejected_reason="NONE", language="en-US")
    answer(graph, account, told)
    assert sync.sync_account(account, NOW) == sync.SyncResult(created=1)
    template = account.templates.get()
    assert (template.tenant_id, template.template_id, template.language) == (account.tenant_id, "id-aviso", "en_US")
    assert (template.quality_score, template.parameter_format, template.rejected_reason) == ("GREEN", "NAMED", "")
    assert template.components == told["components"]
    assert template.is_sendable


def test_every_page_is_read(graph, account):
    answer(graph, account, row("a"), after="c1")
    answer(graph, account, row("b"), after="c2")
    answer(graph, account, row("c"))
    assert sync.sync_account(account, NOW).created == 3


def test_the_same_list_twice_changes_nothing(graph, account):
    answer(graph, account, row())
    sync.sync_account(account, NOW)
    assert sync.sync_account(account, NOW + timedelta(hours=1)) == sync.SyncResult()


def test_what_changed_at_meta_is_written(graph, account):
    template = make_template(account, "aviso", category="UTILITY", missing_since=NOW)
    answer(graph, account, row(status="REJECTED", category="MARKETING", rejected_reason="PROMOTIONAL"))
    assert sync.sync_account(account, NOW) == sync.SyncResult(updated=1)
    template.refresh_from_db()
    assert (template.status, template.category, template.rejected_reason) == ("REJECTED", "MARKETING", "PROMOTIONAL")
    assert template.missing_since is None


def test_what_a_whole_list_does_not_name_is_marked_and_kept(graph, account):
    gone = make_template(account, "sumiu", created_at=NOW - timedelta(days=1))
    MessageTemplate.objects.update(created_at=NOW - timedelta(days=1))
    answer(graph, account, row())
    assert sync.sync_account(account, NOW) == sync.SyncResult(created=1, missing=1)
    gone.refresh_from_db()
    assert gone.missing_since == NOW
    assert not gone.is_sendable


@pytest.mark.parametrize(
    "second", [{"data": None}, {"data": ["nonsense"]}, {"error": {"code": 131059, "message": "x"}}]
)
def test_half_a_list_marks_nothing_and_says_so(graph, account, second):
    kept = make_template(account, "sumiu")
    MessageTemplate.objects.update(created_at=NOW - timedelta(days=1))
    answer(graph, account, row("a"), after="c1")
    answer(graph, account, **second)
    result = sync.sync_account(account, NOW)
    kept.refresh_from_db()
    assert (result.created, result.missing, bool(result.error)) == (1, 0, True)
    assert kept.missing_since is None


def test_a_template_that_came_during_the_listing_is_not_missing(graph, account):
    make_template(account, "novo")
    MessageTemplate.objects.update(created_at=NOW + timedelta(seconds=1))
    answer(graph, account)
    assert sync.sync_account(account, NOW).missing == 0


def test_a_newer_word_of_a_webhook_keeps_its_status(graph, account):
    paused_at = NOW + timedelta(seconds=2)
    template = make_template(account, "aviso", status="PAUSED", status_at=paused_at)
    answer(graph, account, row(status="APPROVED"))
    sync.sync_account(account, NOW)
    template.refresh_from_db()
    assert (template.status, template.status_at) == ("PAUSED", paused_at)


def test_a_refused_token_degrades_the_accounts_connections(graph, account):
    refuse(graph, account, 190, 401)
    assert "Reconecte" in sync.sync_account(account, NOW).error
    assert account.numbers.get().state == PhoneNumber.State.DEGRADED
    assert Alert.objects.filter(kind="connection_degraded").count() == 1


def test_no_stored_token_is_told_and_degrades_too(account):
    Credential.objects.all().delete()
    assert sync.sync_account(account, NOW).error
    assert account.numbers.get().state == PhoneNumber.State.DEGRADED


@pytest.mark.parametrize("code", [4, 80008, 131000])
def test_a_passing_refusal_degrades_nothing(graph, account, code):
    refuse(graph, account, code)
    assert sync.sync_account(account, NOW).error
    assert account.numbers.get().state == PhoneNumber.State.CONNECTED


def test_one_account_that_fails_stops_no_other(graph, account):
    second = make_number(make_tenant()).account
    refuse(graph, account, 1)
    answer(graph, second, row())
    sync_all()
    assert (account.templates.count(), second.templates.count()) == (0, 1)


def test_only_owned_accounts_of_a_listing_provider_are_asked(account):
    make_number(make_tenant(), provider="stub")
    make_number(make_tenant(), owned_until=NOW)
    make_account(make_tenant())
    assert list(sync.accounts()) == [account]


def test_one_companys_list_touches_no_other_company(graph, account):
    other = make_template(make_number(make_tenant()).account, "aviso")
    MessageTemplate.objects.update(created_at=NOW - timedelta(days=1))
    answer(graph, account, row(status="PAUSED"))
    sync.sync_account(account, NOW)
    other.refresh_from_db()
    assert (other.status, other.missing_since) == ("APPROVED", None)


def test_a_hundred_templates_cost_as_many_queries_as_one(graph, account):
    counts = []
    for size in (1, 1, 100):  # the first of all notes how the account stands
        MessageTemplate.objects.all().delete()
        graph.reset()
        answer(graph, account, *(row(f"t{i}") for i in range(size)))
        with CaptureQueriesContext(connection) as queries:
            sync.sync_account(account, NOW)
        counts.append(len(queries))
    assert counts[1] == counts[2]


def test_the_command_tells_each_account_and_fails_with_one_line(graph, account):
    answer(graph, account, row())
    out = StringIO()
    call_command("sync_templates", f"--tenant-id={account.tenant.slug}", "--json", stdout=out)
    assert json.loads(out.getvalue())["accounts"][0]["created"] == 1
    graph.reset()
    refuse(graph, account, 1)
    told = StringIO()
    with pytest.raises(CommandError, match="1 of 1"):
        call_command("sync_templates", stdout=told)
    assert account.waba_id in told.getvalue()


def test_the_command_says_when_there_is_nothing_to_do():
    with pytest.raises(CommandError, match="No connected"):
        call_command("sync_templates")
