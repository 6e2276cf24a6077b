"""The Events page: what webhooks told, whose it is, what became of it, and processing it again."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dashboard.queries import events
from tenants.models import AuditEntry
from tests.dashboard.people import browser
from tests.factories import make_number
from tests.notifications.jobs import first_number
from whatsapp.models import HandlerFailure, WebhookEvent

pytestmark = pytest.mark.django_db
State = WebhookEvent.State


@pytest.fixture
def manager(jana):
    return browser(jana, "manager")


@pytest.fixture
def staff(jana):
    return browser(jana, "owner", is_superuser=True)


def make_event(tenant, state=State.PROCESSED, **values):
    key = f"key-{WebhookEvent.objects.count()}"
    defaults = {"provider": "meta", "key": key, "field": "messages", "item": "statuses", "payload": "{}"}
    return WebhookEvent.objects.create(tenant=tenant, state=state, **(defaults | values))


def fill(tenant, count):
    values = {"provider": "meta", "field": "messages", "item": "statuses", "payload": "{}", "state": State.PROCESSED}
    rows = [WebhookEvent(tenant=tenant, key=f"{tenant}{n}", **values) for n in range(count)]
    WebhookEvent.objects.bulk_create(rows)


def plan_of(tenant, **asked):
    with CaptureQueriesContext(connection) as captured:
        events.page(tenant, events.Filters(**asked), before=None)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE whatsapp_webhookevent")
        cursor.execute("EXPLAIN " + captured[0]["sql"])
        return "\n".join(line for (line,) in cursor.fetchall())


def shown(client, **asked):
    return [row.event for row in client.get("/eventos/", asked).context["page"].rows]


def test_a_companys_events_are_listed_newest_first_and_no_others(jana, charlie, viewer):
    first, second = make_event(jana), make_event(jana)
    make_event(charlie)
    make_event(None, State.WAITING)
    assert shown(viewer) == [second, first]


@pytest.mark.parametrize(
    ("asked", "values"),
    [
        ({"state": "failed"}, {"state": State.FAILED}),
        ({"state": "unknown"}, {"state": State.IGNORED, "note": "unknown_field"}),
        ({"field": "security"}, {"field": "security"}),
        ({"item": "messages"}, {"item": "messages"}),
        ({"q": "wamid.X"}, {"message_ref": "wamid.X"}),
    ],
)
def test_filters_narrow_the_list(jana, viewer, asked, values):
    wanted = make_event(jana, **values)
    make_event(jana)
    assert shown(viewer, **asked) == [wanted]


def test_of_a_company_that_went_quiet_only_its_own_events_are_read(jana, charlie):
    """By the order of ids alone, all that others received since would be read before its first one."""
    fill(jana, 1_000)
    fill(charlie, 1_000)
    assert "using event_recent on" in (plan := plan_of(jana, item="statuses")), plan


@pytest.mark.parametrize(("asked", "index"), [({"item": "errors"}, "item"), ({"field": "history"}, "field")])
def test_what_is_neither_message_nor_status_is_found_without_reading_all_others(jana, asked, index):
    fill(jana, 2_000)
    make_event(jana, **asked)
    assert f"event_other_{index} on" in (plan := plan_of(jana, **asked)), plan


def test_events_of_one_number_and_of_one_id(jana, viewer):
    other, number = make_event(jana), first_number(jana)
    mine = make_event(jana, number=number)
    assert shown(viewer, number=number.pk) == [mine]
    assert shown(viewer, q=str(other.pk)) == [other]


def test_days_bound_the_list_in_the_companys_own_time(jana, viewer):
    now = timezone.now()
    old = make_event(jana, received_at=now - timedelta(days=9))
    new = make_event(jana, received_at=now)
    yesterday = (now.astimezone(jana.zone) - timedelta(days=1)).strftime("%d/%m/%Y")
    assert shown(viewer, since=yesterday) == [new]
    assert shown(viewer, until=yesterday) == [old]


def test_pages_follow_each_other_by_id(jana, viewer):
    made = [make_event(jana) for _ in range(events.PAGE_SIZE + 5)]
    first = viewer.get("/eventos/").context["page"]
    second = viewer.get("/eventos/", {"before": str(first.older)}).context["page"]
    assert [row.event for row in (*first.rows, *second.rows)] == made[::-1]
    assert second.older is None


def test_no_query_grows_with_rows(jana, viewer, django_assert_max_num_queries, django_assert_num_queries):
    make_event(jana, State.FAILED)
    viewer.get("/eventos/")
    with django_assert_max_num_queries(12) as few:
        viewer.get("/eventos/")
    for _ in range(20):
        make_event(jana, State.FAILED, number=first_number(jana))
    with django_assert_num_queries(len(few)):
        viewer.get("/eventos/")


def test_an_event_that_is_not_understood_is_marked(jana, viewer):
    make_event(jana, State.IGNORED, field="invented_by_meta", note="unknown_field")
    html = viewer.get("/eventos/").content.decode()
    assert "invented_by_meta" in html
    assert "desconhecido" in html


def test_an_event_shows_its_body_without_what_opens_doors(jana, viewer):
    payload = '{"text": {"body": "<b>ol\\u00e1</b>"}, "access_token": "EAAsecretsecret1234", "nul": "\\u0000\\ud800"}'
    event = make_event(jana, payload=payload)
    html = viewer.get(f"/eventos/{event.pk}/").content.decode()
    assert "&lt;b&gt;olá&lt;/b&gt;" in html
    assert "secretsecret" not in html
    assert "••••1234" in html


def test_the_address_of_a_file_at_meta_loses_its_key(jana, viewer):
    payload = '{"url": "https://lookaside.fbsbx.com/whatsapp/?mid=1&hash=opens-the-file"}'
    html = viewer.get(f"/eventos/{make_event(jana, payload=payload).pk}/").content.decode()
    assert "lookaside.fbsbx.com" in html
    assert "opens-the-file" not in html


@pytest.mark.parametrize("payload", ["", "no json at all", "[" * 50_000, '{"a": ' * 3000])
def test_a_body_that_cannot_be_read_is_shown_all_the_same(jana, viewer, payload):
    event = make_event(jana, State.IGNORED, payload=payload, note="of_an_old_version", field="", item="")
    assert viewer.get(f"/eventos/{event.pk}/").status_code == 200


def test_a_company_reads_what_broke_and_the_platforms_team_the_traceback(jana, viewer, staff):
    event = make_event(jana, State.FAILED, error="Traceback\n  File x\nKeyError: 'id'", attempts=5)
    HandlerFailure.objects.create(event=event, handler="notifications.replies", error="Traceback\nValueError: no")
    own, whole = (client.get(f"/eventos/{event.pk}/").content.decode() for client in (viewer, staff))
    assert "KeyError" in own
    assert "ValueError: no" in own
    assert "File x" not in own
    assert "File x" in whole


def test_a_consequence_that_failed_is_told_and_found(jana, viewer):
    event = make_event(jana)
    HandlerFailure.objects.create(event=event, handler="notifications.replies")
    make_event(jana)
    assert shown(viewer, state="partly") == [event]
    assert "Feito em parte" in viewer.get("/eventos/").content.decode()


def test_one_event_is_processed_again(jana, manager, post):
    event = make_event(jana, State.FAILED, error="x", attempts=5)
    post(manager, f"/eventos/{event.pk}/processar/")
    event.refresh_from_db()
    assert (event.state, event.attempts, event.error) == (State.NEW, 0, "")
    assert AuditEntry.objects.get(action="webhookevent.replayed").tenant == jana


@pytest.mark.parametrize("role", ["operator", "viewer"])
def test_who_runs_nothing_processes_nothing_again(jana, role, post):
    client, event = browser(jana, role), make_event(jana, State.FAILED)
    assert post(client, f"/eventos/{event.pk}/processar/").status_code == 403
    assert post(client, "/eventos/processar/", state="failed").status_code == 403
    assert "/processar/" not in client.get(f"/eventos/{event.pk}/").content.decode()


def test_all_that_a_filter_shows_goes_back_in_steps(jana, charlie, manager, monkeypatch):
    monkeypatch.setattr("dashboard.views.events.STEP", 2)
    failed = [make_event(jana, State.FAILED) for _ in range(5)]
    kept, foreign = make_event(jana), make_event(charlie, State.FAILED)
    values, steps = {"tenant": str(jana.pk), "state": "failed"}, 0
    while (answer := manager.post("/eventos/processar/", values, headers={"HX-Request": "true"})).content:
        values |= {name: answer.context[name] for name in ("after", "done", "last")}
        steps += 1
    assert steps == 3
    assert "state=failed" in answer["HX-Redirect"]
    states = WebhookEvent.objects.filter(pk__in=[event.pk for event in failed]).values_list("state", flat=True)
    assert set(states) == {State.NEW}
    assert WebhookEvent.objects.get(pk=kept.pk).state == State.PROCESSED
    assert WebhookEvent.objects.get(pk=foreign.pk).state == State.FAILED


def test_processing_everything_again_must_be_meant(jana, manager, post):
    make_event(jana)
    answer = manager.post("/eventos/processar/", {"tenant": str(jana.pk)}, follow=True)
    assert "Escolha um filtro" in answer.content.decode()
    assert not WebhookEvent.objects.filter(state=State.NEW).exists()


def test_nobodys_events_are_the_platforms_alone(jana, manager, staff):
    event = make_event(None, State.WAITING, phone_number_id="999")
    assert shown(manager, nobody="1") == []
    assert manager.get(f"/eventos/{event.pk}/").status_code == 404
    assert shown(staff, nobody="1") == [event]
    assert staff.get(f"/eventos/{event.pk}/").status_code == 200


def test_the_platform_gives_what_waits_to_the_numbers_owner(jana, staff, manager, post):
    number = make_number(jana, phone_number_id="999")
    long_ago = timezone.now() - timedelta(days=3)
    event = make_event(None, State.WAITING, phone_number_id="999", received_at=long_ago)
    assert post(manager, f"/eventos/{event.pk}/atribuir/").status_code == 404
    assert "Studio Jana" in staff.get(f"/eventos/{event.pk}/").content.decode()
    post(staff, f"/eventos/{event.pk}/atribuir/")
    event.refresh_from_db()
    assert (event.state, event.note) == (State.NEW, "released")
    assert AuditEntry.objects.get(action="webhookevent.released").tenant == number.tenant


def test_what_waits_for_a_number_of_nobody_stays(staff, post):
    event = make_event(None, State.WAITING, phone_number_id="999")
    post(staff, f"/eventos/{event.pk}/atribuir/")
    event.refresh_from_db()
    assert event.state == State.WAITING


def test_an_empty_page_says_what_to_do(viewer):
    assert "Nenhum evento ainda" in viewer.get("/eventos/").content.decode()


@pytest.mark.parametrize("query", ["?state=x", "?number=abc", "?before=9999999999999999999999", "?since=9"])
def test_a_filter_that_fits_nothing_is_left_out(jana, viewer, query):
    make_event(jana)
    assert viewer.get(f"/eventos/{query}").status_code == 200
