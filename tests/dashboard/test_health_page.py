"""The Health page: a sentence first, what asks for attention, each number, the flow; the history; the runbooks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard.queries import health, health_platform
from tenants import alerts
from tenants.models import Alert, PhoneNumber
from tests.dashboard.people import browser
from tests.factories import make_number
from tests.notifications.jobs import first_number, promise
from whatsapp import heartbeat
from whatsapp.models import ConnectionCheck, NumberReading, WebhookEvent

pytestmark = pytest.mark.django_db
PATH = "/saude/"


@pytest.fixture
def staff(jana):
    return browser(None, is_superuser=True, is_staff=True)


def text(page):
    return " ".join(page.content.decode().split())


def lasting(page):
    return [told.alert.kind for told in page.context["page"].lasting.told]


def raise_one(jana, kind="jobs_late", **values):
    alerts.raise_alert(
        kind, tenant=jana, now=timezone.now(), **({"count": 3, "since": timezone.now().isoformat()} | values)
    )
    return Alert.objects.get(kind=kind)


def read(number, quality, days_ago, **values):
    at = timezone.now() - timedelta(days=days_ago)
    return NumberReading.objects.create(
        tenant=number.tenant, number=number, first_at=at, last_at=at, quality_rating=quality, **values
    )


def test_it_begins_with_a_sentence(viewer, jana):
    assert "Tudo funcionando" in text(viewer.get(PATH))
    raise_one(jana)
    assert "1 coisa pede atenção" in text(viewer.get(PATH))
    raise_one(jana, "send_failures", percent=40, failed=4, total=10)
    assert "2 coisas pedem atenção" in text(viewer.get(PATH))


def test_what_asks_for_attention_says_what_to_do_and_leads_there(operator, jana):
    raise_one(jana, "send_failures", percent=40, failed=4, total=10)
    html = text(operator.get(PATH))
    assert "40 % falharam: 4 de 10" in html
    assert 'href="/mensagens/?state=failed"' in html
    assert 'href="/saude/ajuda/?sobre=send_failures"' in html


def test_the_gravest_comes_first(viewer, jana):
    number = first_number(jana).phone_number_id
    raise_one(jana, "number_quality", subject=number)
    raise_one(jana, "connection_degraded", subject=number, reason="x")
    assert lasting(viewer.get(PATH)) == ["connection_degraded", "number_quality"]


def test_the_gravest_are_shown_and_the_others_counted(viewer, jana, monkeypatch):
    monkeypatch.setattr(health, "MOST", 2)
    raise_one(jana, "connection_degraded", subject=first_number(jana).phone_number_id, reason="x")
    for subject in ("1", "2", "3"):
        alerts.raise_alert("number_quality", tenant=jana, subject=subject, after="YELLOW", now=timezone.now())
    page = viewer.get(PATH)
    assert lasting(page) == ["connection_degraded", "number_quality"]
    assert "4 coisas pedem atenção" in text(page)
    assert 'href="/saude/alertas/?state=lasting">Mais 2 que pedem atenção' in text(page)


def test_alerts_of_others_and_of_the_platform_are_not_here(viewer, charlie):
    raise_one(charlie)
    raise_one(None, "process_missing", subject="beat")
    assert lasting(viewer.get(PATH)) == []


def test_a_number_is_told_in_words(viewer, jana):
    number = first_number(jana)
    PhoneNumber.objects.update(quality_rating="YELLOW", messaging_limit="TIER_2K", inbound_at=timezone.now())
    read(number, "YELLOW", 0, name_status="APPROVED")
    html = text(viewer.get(PATH))
    for words in ("+55 (11) 3333-4444", "Média", "2.000 pessoas em 24 h", "Aprovado", "agora mesmo"):
        assert words in html, words


def test_what_the_webhook_should_be_and_is_stands_side_by_side(viewer, jana):
    number = first_number(jana)
    finding = {
        "name": "callback",
        "state": "differs",
        "expected": "https://ours.example",
        "found": "https://other.example",
    }
    ConnectionCheck.objects.create(tenant=jana, number=number, at=timezone.now(), findings=[finding])
    html = text(viewer.get(PATH))
    assert "https://ours.example" in html
    assert "https://other.example" in html


@pytest.mark.parametrize(("asked", "days"), [("", 7), ("7", 7), ("30", 30), ("x", 7), ("400", 7)])
def test_its_history_has_the_worst_of_each_day(viewer, jana, asked, days):
    number = first_number(jana)
    for quality in ("GREEN", "RED"):
        read(number, quality, 2)
    page = viewer.get(PATH, {"days": asked})
    (line,) = page.context["page"].numbers
    assert len(line.history) == days
    assert [day.quality.tone if day.quality else None for day in line.history][-4:] == [None, "red", None, None]


def test_a_reading_that_lasted_covers_every_day_of_it(jana):
    now = timezone.now()
    row = NumberReading(first_at=now - timedelta(days=40), last_at=now - timedelta(days=1), quality_rating="GREEN")
    days = health.history([row], now, 7, jana)
    assert [bool(day.quality) for day in days] == [True] * 6 + [False]


def test_the_flow_counts_what_is_the_companys_own(viewer, jana, charlie):
    for tenant in (jana, charlie):
        promise(tenant)
        WebhookEvent.objects.create(provider="meta", key=tenant.slug, state="failed", tenant=tenant, field="messages")
        number = first_number(tenant).phone_number_id
        WebhookEvent.objects.create(provider="meta", key=f"{tenant.slug}2", state="new", phone_number_id=number)
    figures = viewer.get(PATH).context["page"].figures
    assert (figures.jobs_pending, figures.dead_letters, figures.events_waiting) == (1, 1, 1)
    assert figures.oldest_due is not None


def test_a_company_without_numbers_is_told_what_to_do(viewer):
    PhoneNumber.objects.update(owned_until=timezone.now())
    assert "Nenhum número conectado ainda" in text(viewer.get(PATH))


def test_an_open_page_hears_nothing_while_nothing_changes(viewer, jana):
    version = viewer.get(PATH).context["live_version"]
    assert viewer.get(PATH, {"live": version}).status_code == 204
    raise_one(jana)
    part = viewer.get(PATH, {"live": version})
    assert part.status_code == 200
    assert "<html" not in text(part)
    assert "1 coisa pede atenção" in text(part)


def test_one_click_says_that_somebody_looks_after_it(operator, post, jana):
    alert = raise_one(jana)
    answer = post(operator, f"/saude/alertas/{alert.pk}/visto/", back="health")
    alert.refresh_from_db()
    assert (answer.url, alert.state) == (PATH, "acknowledged")
    assert alert.acknowledged_by
    assert alert.acknowledged_at
    assert "cuida disso" in text(operator.get(PATH))


def test_a_second_click_is_told_that_somebody_was_faster(operator, post, jana):
    alert = raise_one(jana)
    post(operator, f"/saude/alertas/{alert.pk}/visto/")
    answer = operator.post(f"/saude/alertas/{alert.pk}/visto/", {"tenant": str(jana.pk)}, follow=True)
    assert "Alguém foi mais rápido" in text(answer)


def test_what_nothing_ends_is_solved_by_hand_with_a_note(operator, post, jana):
    alert = raise_one(jana, "sent_twice", subject="x")
    post(operator, f"/saude/alertas/{alert.pk}/resolver/", note="")
    assert Alert.objects.get().state == "open"
    post(operator, f"/saude/alertas/{alert.pk}/resolver/", note="pedi desculpas")
    assert (Alert.objects.get().state, Alert.objects.get().note) == ("solved", "pedi desculpas")


def test_what_ends_by_itself_is_not_ended_by_hand(operator, post, jana):
    alert = raise_one(jana)
    post(operator, f"/saude/alertas/{alert.pk}/resolver/", note="chega")
    assert Alert.objects.get().state == "open"


def test_a_viewer_reads_and_presses_nothing(viewer, jana):
    for kind in ("jobs_late", "sent_twice"):
        alert = raise_one(jana, kind)
        for act in ("visto", "resolver"):
            answer = viewer.post(f"/saude/alertas/{alert.pk}/{act}/", {"tenant": str(jana.pk), "note": "x"})
            assert answer.status_code == 403
    html = text(viewer.get(PATH))
    assert "/visto/" not in html
    assert "/resolver/" not in html


def test_words_of_others_are_text(viewer, jana):
    raise_one(jana, "connection_degraded", subject="<script>x</script>", reason="<b>x</b>")
    html = text(viewer.get(PATH))
    assert "<script>x" not in html
    assert "<b>x" not in html


def test_the_history_keeps_who_solved_what_and_how(operator, post, jana):
    alert = raise_one(jana, "sent_twice", subject="x")
    post(operator, f"/saude/alertas/{alert.pk}/resolver/", note="pedi desculpas")
    html = text(operator.get("/saude/alertas/"))
    assert "Enviada duas vezes" in html
    assert "pedi desculpas" in html


@pytest.mark.parametrize(
    ("asked", "found"),
    [({}, 3), ({"state": "lasting"}, 2), ({"state": "solved"}, 1), ({"kind": "sent_twice"}, 1), ({"kind": "?"}, 3)],
)
def test_the_history_has_filters(viewer, jana, asked, found):
    for kind in ("jobs_late", "sent_twice", "send_failures"):
        raise_one(jana, kind)
    alerts.solve("jobs_late", tenant=jana, now=timezone.now())
    assert len(viewer.get("/saude/alertas/", asked).context["page"].rows) == found


def test_the_history_comes_in_pages(viewer, jana):
    for each in range(60):
        alerts.raise_alert("sent_twice", tenant=jana, subject=str(each), now=timezone.now())
    first = viewer.get("/saude/alertas/").context["page"]
    second = viewer.get("/saude/alertas/", {"before": str(first.older)}).context["page"]
    assert (len(first.rows), len(second.rows)) == (50, 10)


def test_an_empty_history_says_what_it_is_for(viewer):
    assert "Ainda não houve nenhum alerta" in text(viewer.get("/saude/alertas/"))


def test_a_runbook_is_a_page_in_the_readers_language(viewer):
    html = text(viewer.get("/saude/ajuda/", {"sobre": "webhooks_silent"}))
    assert "O que fazer" in html
    assert "<code>WHATSAPP_AUTOMATION_META_APP_SECRET</code>" in html


@pytest.mark.parametrize("name", ["../settings", "nobody", "pt-br/webhooks_silent", "README"])
def test_only_runbooks_are_served(viewer, name):
    assert viewer.get("/saude/ajuda/", {"sobre": name}).status_code == 404


def test_all_runbooks_are_listed(viewer):
    assert len(viewer.get("/saude/ajuda/").context["books"]) >= 20


@pytest.mark.parametrize("path", [PATH, "/saude/alertas/"])
def test_a_page_asks_no_more_for_many(viewer, jana, path, django_assert_max_num_queries):
    for each in range(5):
        number = make_number(jana, first_number(jana).account)
        read(number, "GREEN", each)
        alerts.raise_alert(
            "number_quality", tenant=jana, subject=number.phone_number_id, after="YELLOW", now=timezone.now()
        )
    viewer.get(path)
    with django_assert_max_num_queries(12):
        viewer.get(path)


def test_the_platform_page_sums_up_all_companies(staff, jana, charlie):
    for tenant in (jana, charlie):
        promise(tenant)
    raise_one(jana)
    raise_one(None, "process_missing", subject="beat")
    page = staff.get("/saude/plataforma/").context["page"]
    assert page.figures.jobs_pending == 2
    assert [told.alert.kind for told in page.lasting.told] == ["process_missing"]
    assert [(row.tenant.slug, row.lasting) for row in page.companies] == [("studio-jana", 1), ("barbearia-charlie", 0)]


def test_the_platform_page_tells_which_processes_live(staff):
    now = timezone.now()
    heartbeat.note(heartbeat.BEAT, "", now)
    heartbeat.note(heartbeat.WORKER, "host-1", now - timedelta(minutes=5))
    html = text(staff.get("/saude/plataforma/"))
    assert "host-1" in html
    assert "há 5 min" in html


def test_the_platform_page_is_for_its_team(operator):
    assert operator.get("/saude/plataforma/").status_code == 403


def test_the_platforms_own_history_is_for_its_team(staff, operator):
    raise_one(None, "process_missing", subject="beat")
    assert len(staff.get("/saude/alertas/", {"nobodys": "1"}).context["page"].rows) == 1
    assert operator.get("/saude/alertas/", {"nobodys": "1"}).context["page"].rows == []


def test_the_platforms_own_alerts_are_acknowledged_by_its_team_alone(staff, operator, post, jana):
    alert = raise_one(None, "process_missing", subject="beat")
    assert post(operator, f"/saude/alertas/{alert.pk}/visto/").status_code == 404
    answer = staff.get(PATH)
    tenant = answer.wsgi_request.tenant
    staff.post(f"/saude/alertas/{alert.pk}/visto/", {"tenant": str(tenant.pk), "back": "health_platform"})
    assert Alert.objects.get().state == "acknowledged"


def test_what_this_version_does_not_use_is_counted_by_field_and_reason():
    for key, field, note in (("a", "calls", "on_purpose"), ("b", "calls", "on_purpose"), ("c", "new", "unknown_field")):
        WebhookEvent.objects.create(provider="meta", key=key, field=field, note=note, state="ignored")
    WebhookEvent.objects.create(provider="meta", key="d", field="messages", state="processed")
    assert [(row.field, row.count) for row in health_platform.unknown_events()] == [("calls", 2), ("new", 1)]


def test_the_platform_page_asks_no_more_for_many(staff, jana, django_assert_max_num_queries):
    staff.get("/saude/plataforma/")
    with django_assert_max_num_queries(12):
        staff.get("/saude/plataforma/")
