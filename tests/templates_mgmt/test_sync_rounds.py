"""Rounds of synchronisation: what fails is told and asked again, what came is kept, several accounts at once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from templates_mgmt import applying, listing, standing, sync
from templates_mgmt.models import MessageTemplate, TemplateSync
from tests.factories import NOW, make_number, make_template, make_tenant
from whatsapp.providers.base import TemplateFacts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("graph")]
GRAPH = "http://graph.test/v25.0"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
AFTER = NOW + timedelta(days=10_000)  # later than the rows were made


@pytest.fixture
def account():
    return make_number(make_tenant()).account


def row(name, **values):
    body = {"type": "BODY", "text": "Olá."}
    return {"id": f"id-{name}", "name": name, "language": "pt_BR", "status": "APPROVED", "components": [body], **values}


def answer(graph, account, *rows, after=""):
    paging = {"cursors": {"after": after}, "next": "http://graph.test/next"} if after else {}
    url = f"{GRAPH}/{account.waba_id}/message_templates"
    graph.get(url, json={"data": list(rows), "paging": paging})


def refuse(graph, account, code, status=400):
    body = {"error": {"message": "x", "type": "OAuthException", "code": code}}
    graph.get(f"{GRAPH}/{account.waba_id}/message_templates", json=body, status=status)


def old_template(account, name="sumiu"):
    template = make_template(account, name)
    MessageTemplate.objects.filter(pk=template.pk).update(created_at=NOW - timedelta(days=1))
    return template


@pytest.mark.parametrize(("code", "status"), [(80008, 400), (190, 401), (131000, 500), (4, 400)])
def test_what_came_before_a_refusal_is_kept_and_nothing_is_missing(graph, account, code, status):
    kept = old_template(account)
    answer(graph, account, row("a"), after="c1")
    refuse(graph, account, code, status)
    result = sync.sync_account(account, NOW)
    kept.refresh_from_db()
    assert (result.created, result.missing, bool(result.error), kept.missing_since) == (1, 0, True, None)
    assert account.template_sync.error_code == code


def test_a_failure_is_told_in_words_beside_the_last_whole_list(graph, account):
    answer(graph, account, row("a"))
    sync.sync_account(account, NOW)
    graph.reset()
    refuse(graph, account, 80008)
    sync.sync_account(account, NOW + HOUR)
    (told,) = standing.of(account.tenant)
    assert (told.whole_at, told.failed_at) == (NOW, NOW + HOUR)
    assert told.problem
    assert "80008" not in told.problem


def test_an_answer_that_nobody_can_read_is_told_too(graph, account):
    graph.get(f"{GRAPH}/{account.waba_id}/message_templates", body="<html>proxy</html>", status=502)
    assert "não respondeu" in sync.sync_account(account, NOW).error
    assert standing.of(account.tenant)[0].problem


def test_a_whole_list_ends_the_trouble(graph, account):
    refuse(graph, account, 80008)
    sync.sync_account(account, NOW)
    graph.reset()
    answer(graph, account)
    sync.sync_account(account, NOW + HOUR)
    assert standing.of(account.tenant)[0].problem == ""


def test_what_failed_is_asked_again_sooner_and_then_later_and_later(graph, account):
    refuse(graph, account, 131000, 500)
    waits, now = [], NOW
    for _ in range(6):
        sync.sync_account(account, now)
        due_at = TemplateSync.objects.get().due_at
        waits.append(due_at - now)
        now = due_at
    assert waits == [2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, HOUR]


def test_only_what_is_due_is_asked(graph, account):
    answer(graph, account, row("a"))
    assert list(sync.sync_all(NOW)) == [account.pk]
    assert sync.sync_all(NOW + 59 * MINUTE) == {}
    assert list(sync.sync_all(NOW + HOUR)) == [account.pk]


def test_failures_of_accounts_are_told_apart(graph, account):
    other = make_number(account.tenant).account
    refuse(graph, account, 190, 401)
    answer(graph, other, row("b"))
    results = sync.sync_all(NOW)
    assert (bool(results[account.pk].error), results[other.pk]) == (True, sync.SyncResult(created=1))
    assert {told.account.pk: bool(told.problem) for told in standing.of(account.tenant)} == {
        account.pk: True,
        other.pk: False,
    }


class Slow:
    """A provider whose lists come once ``together`` accounts have asked."""

    def __init__(self, together):
        self.barrier = threading.Barrier(together, timeout=5)

    def fetch_templates(self, access):
        self.barrier.wait()
        yield [TemplateFacts(f"id-{access.waba_id}", "aviso", "pt_BR", "APPROVED")]


def test_several_accounts_are_asked_at_the_same_time(monkeypatch):
    accounts = [make_number(make_tenant()).account for _ in range(listing.AT_ONCE)]
    slow = Slow(listing.AT_ONCE)
    monkeypatch.setattr(listing, "get_provider", lambda _name: slow)
    results = sync.sync_accounts(accounts, NOW)
    assert {pk: result.created for pk, result in results.items()} == {account.pk: 1 for account in accounts}


def test_a_single_template_is_read_anew(graph, account):
    template = make_template(account, "aviso", template_id="77", status="PENDING")
    graph.get(f"{GRAPH}/77", json=row("aviso", id="77", category="MARKETING"))
    assert sync.sync_template(template, NOW) == ""
    template.refresh_from_db()
    assert (template.status, template.category) == ("APPROVED", "MARKETING")


def test_a_single_template_that_meta_does_not_give_is_told(graph, account):
    template = make_template(account, "aviso", template_id="77")
    graph.get(f"{GRAPH}/77", json={"error": {"code": 80008, "message": "x"}}, status=400)
    assert sync.sync_template(template, NOW)


def test_an_announced_category_is_kept_until_it_is_the_category(graph, account):
    answer(graph, account, row("aviso", category="UTILITY", correct_category="MARKETING"))
    sync.sync_account(account, NOW)
    assert account.templates.get().coming_category == "MARKETING"
    graph.reset()
    answer(graph, account, row("aviso", category="MARKETING", correct_category="MARKETING"))
    sync.sync_account(account, NOW + HOUR)
    template = account.templates.get()
    assert (template.category, template.coming_category) == ("MARKETING", "")


def test_a_page_of_changes_costs_as_many_queries_as_one(account):
    counts = []
    for size in (1, 100):
        MessageTemplate.objects.all().delete()
        for n in range(size):
            make_template(account, f"t{n}", template_id=f"id-t{n}", status="PENDING")
        facts = [TemplateFacts(f"id-t{n}", f"t{n}", "pt_BR", "APPROVED") for n in range(size)]
        with CaptureQueriesContext(connection) as queries:
            applying.write(account, facts, NOW)
            applying.mark_missing(account, {applying.key(one) for one in facts}, AFTER)
        counts.append(len(queries))
    assert counts[0] == counts[1]
