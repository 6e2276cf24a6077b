import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from dashboard.queries import messages, pages
from notifications.models import Appointment, NotificationJob
from tenants import flags
from tenants.models import PhoneNumber
from tests.factories import make_contact, make_person
from tests.notifications.jobs import first_number, open_window, promise
from whatsapp import signatures
from whatsapp.models import Message, WebhookEvent

pytestmark = pytest.mark.django_db
State = NotificationJob.State


def make_job(tenant, state=State.PENDING, name="Maria Silva", phone="+5511988887777", **values):
    contact = make_contact(tenant, phone, name)
    defaults = {"kind": "manual", "dedupe_key": str(uuid.uuid4()), "to": phone, "state": state}
    return NotificationJob.objects.create(tenant=tenant, contact=contact, **(defaults | values))


def text_of(client, path="/mensagens/"):
    page = client.get(path)
    assert page.status_code == 200
    return page.content.decode()


def test_a_row_says_why_who_acts_and_what_is_next(jana, operator):
    make_job(jana, State.SKIPPED, reason_code="window_no_inbound")
    html = text_of(operator)
    assert "Não enviada" in html
    assert "Quem age:" in html
    assert "este cliente" in html or "24 h" in html


def test_nothing_of_another_company_is_listed_or_counted(jana, charlie, operator):
    make_job(charlie, State.FAILED, name="Cliente do Charlie")
    page = operator.get("/mensagens/")
    assert "Cliente do Charlie" not in page.content.decode()
    assert {counter.count for counter in page.context["counters"]} == {0}


@pytest.mark.parametrize(
    ("state", "query"),
    [(State.PENDING, "queue"), (State.SENDING, "queue"), (State.FAILED, "failed"), (State.UNCERTAIN, "uncertain")],
)
def test_a_counter_is_a_filter(jana, operator, state, query):
    wanted = make_job(jana, state)
    make_job(jana, State.CANCELLED)
    page = operator.get("/mensagens/", {"state": query})
    assert [row.job for row in page.context["page"].rows] == [wanted]


@pytest.mark.parametrize(
    "q", ["maria", "MÁRIA sil", "98888", "(11) 98888-7777", "11 8888 7777", "wamid.X", "Corte", "horário"]
)
def test_search_finds_by_name_phone_message_id_and_appointment(jana, operator, q):
    job = promise(jana)
    number = first_number(jana)
    job.message = Message.objects.create(
        tenant=jana,
        number=number,
        direction="outbound",
        origin="automation",
        type="template",
        provider_message_id="wamid.X",
        text="Seu horário está marcado",
    )
    job.save()
    make_job(jana, name="Outra Pessoa", phone="+5511977776666")
    page = operator.get("/mensagens/", {"q": q})
    assert [row.job for row in page.context["page"].rows] == [job]


def test_search_finds_a_text_that_was_not_said_yet_and_a_booking_by_its_id(jana, operator):
    waiting = make_job(jana, content={"type": "text", "body": "Promoção de amanhã"})
    booked = promise(jana, phone="+5511977776666")
    for q, wanted in (("promoção de", waiting), (booked.appointment.external_id, booked)):
        assert [row.job for row in operator.get("/mensagens/", {"q": q}).context["page"].rows] == [wanted]


@pytest.mark.parametrize("q", ["hidratacao", "ANDRÉ", "andre", "atação"])
def test_search_finds_a_booking_by_part_of_its_words_accents_aside(jana, charlie, operator, q):
    wanted = promise(jana, phone="+5511977776666")
    for job in (wanted, promise(charlie, phone="+5511977776666")):
        Appointment.objects.filter(pk=job.appointment_id).update(customer_name="André", service="Hidratação")
    make_job(jana)
    assert [row.job for row in operator.get("/mensagens/", {"q": q}).context["page"].rows] == [wanted]


@pytest.mark.parametrize("q", ["'", '"', "%", "a & b | !c", "\\", "<script>", "🙂", "x" * 100])
def test_search_takes_whatever_is_typed(jana, operator, q):
    make_job(jana)
    assert operator.get("/mensagens/", {"q": q}).status_code == 200


@pytest.mark.parametrize("query", ["?state=nonsense", "?number=abc", "?since=99/99/9999", "?before=x"])
def test_a_filter_that_fits_nothing_is_left_out(jana, operator, query):
    make_job(jana)
    assert len(operator.get(f"/mensagens/{query}").context["page"].rows) == 1


def test_pages_follow_each_other_by_key_without_gap_or_repeat(jana, operator):
    at = timezone.now()
    jobs = [make_job(jana, created_at=at - timedelta(minutes=n // 3)) for n in range(messages.SIZE + 20)]
    first = operator.get("/mensagens/").context["page"]
    second = operator.get("/mensagens/", {"before": str(first.older)}).context["page"]
    seen = [row.job.pk for row in (*first.rows, *second.rows)]
    assert len(seen) == len(set(seen)) == len(jobs)
    assert second.older is None


def test_no_query_grows_with_rows(jana, operator, django_assert_num_queries, django_assert_max_num_queries):
    make_job(jana)
    operator.get("/mensagens/")
    with django_assert_max_num_queries(12) as few:
        operator.get("/mensagens/")
    for n in range(30):
        make_job(jana, State.FAILED, name=f"Pessoa {n}", phone=f"+55119888877{n:02}", reason_code="unreachable")
    with django_assert_num_queries(len(few)):
        operator.get("/mensagens/")


@pytest.mark.parametrize(
    "broken",
    [
        {"kind": "sms_of_2019"},
        {"to": "not a phone", "content": ["a", "list"]},
        {"reason_code": "of_an_old_version", "reason_detail": ["x"], "state": State.FAILED},
        {"reason_code": "window_expired", "reason_detail": {"last_inbound_at": "yesterday"}, "state": State.SKIPPED},
        {"window": "?", "content": {"type": "hologram"}, "state": State.CANCELLED},
        {"reason_code": "provider_refused", "reason_detail": {"error_code": "many"}, "state": State.FAILED},
    ],
)
def test_malformed_old_jobs_are_shown_without_breaking(jana, operator, broken):
    job = make_job(jana, **broken)
    job.events.create(event="forgotten", detail=["odd"])
    assert "Maria Silva" in text_of(operator)
    assert "Maria Silva" in text_of(operator, f"/mensagens/{job.pk}/")


def test_a_message_leads_to_its_conversation(jana, operator):
    job = make_job(jana)
    thread = open_window(job, timezone.now())
    assert f'href="/conversas/{thread.pk}/"' in text_of(operator, f"/mensagens/{job.pk}/")


def test_refused_signatures_are_told(operator):
    signatures.count_refused(timezone.now())
    assert "Assinaturas recusadas: 1" in text_of(operator)


def test_a_broker_that_is_down_is_told_and_that_nothing_is_lost(operator, monkeypatch):
    monkeypatch.setattr("whatsapp.bell.is_broker_down", lambda: True)
    assert "nada se perde" in text_of(operator)


def test_a_kill_switch_is_told_with_its_reason(jana, operator):
    flags.stop(jana, "texto errado no modelo", make_person())
    assert "texto errado no modelo" in text_of(operator)


def test_a_kill_switch_of_the_platform_is_told_to_every_company(operator):
    flags.stop(None, "Meta fora do ar", make_person())
    assert "Meta fora do ar" in text_of(operator)


def test_a_kill_switch_of_another_company_or_that_has_ended_is_not_told(jana, charlie, operator):
    flags.stop(charlie, "conta suspensa", make_person())
    flags.stop(jana, "texto errado no modelo", make_person(), until=timezone.now() - timedelta(minutes=1))
    html = text_of(operator)
    assert "conta suspensa" not in html
    assert "texto errado no modelo" not in html


def test_a_number_that_waits_is_told(jana, operator):
    PhoneNumber.objects.for_tenant(jana).update(state=PhoneNumber.State.DEGRADED)
    assert "com problema" in text_of(operator)


def test_kept_events_are_counted_and_lead_to_them(jana, operator):
    WebhookEvent.objects.create(tenant=jana, provider="meta", key="k", state=WebhookEvent.State.IGNORED)
    html = text_of(operator)
    assert "1 evento recebido ainda não é usado" in html
    assert "/eventos/?state=ignored" in html


def test_a_plan_that_is_kept_counts_kept_events_by_their_index(jana):
    rows = [WebhookEvent(tenant=jana, provider="meta", key=f"{n}", state="processed") for n in range(2_000)]
    WebhookEvent.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE whatsapp_webhookevent")
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute(f"PREPARE kept AS {messages.kept_sql() % {'tenant': '$1'}}")
        cursor.execute(f"EXPLAIN EXECUTE kept('{jana.pk}')")
        plan = "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute("DEALLOCATE kept")
    assert "using event_aside_of_tenant on" in plan, plan


def test_a_row_that_changed_comes_alone_and_its_neighbour_does_not(jana, operator):
    still, moving = make_job(jana), make_job(jana)
    seen = f"{still.pk}:{messages.version(still)},{moving.pk}:{messages.version(moving)}"
    NotificationJob.objects.filter(pk=moving.pk).update(state=State.FAILED)
    html = operator.get("/mensagens/novidades/", {"seen": seen}).content.decode()
    assert f"job-{moving.pk}" in html
    assert f"job-{still.pk}" not in html


def test_a_line_whose_message_was_sent_stands_still_until_it_is_delivered(jana, operator):
    told = Message.objects.create(
        tenant=jana, number=first_number(jana), direction="outbound", origin="automation", type="text", status="sent"
    )
    job = make_job(jana, State.SENT, message=told, number=told.number)
    page = operator.get("/mensagens/")
    asked = {"seen": f"{job.pk}:{page.context['page'].rows[0].version}"}
    asked |= {"counters": page.context["counters_version"], "fresh": "0"}
    assert operator.get("/mensagens/novidades/", asked).status_code == 204
    Message.objects.filter(pk=told.pk).update(status="delivered")
    assert f"job-{job.pk}" in operator.get("/mensagens/novidades/", asked).content.decode()


def test_new_messages_are_told_and_not_put_in(jana, operator):
    newest = pages.Key.of(make_job(jana), messages.ORDER)
    for _ in range(3):
        make_job(jana)
    html = operator.get("/mensagens/novidades/", {"newest": str(newest)}).content.decode()
    assert "3 novas" in html


def test_of_a_search_only_new_messages_that_fit_are_told(jana, operator):
    asked = {"q": "Maria", "newest": str(pages.Key.of(make_job(jana), messages.ORDER)), "fresh": "0"}
    asked["counters"] = operator.get("/mensagens/").context["counters_version"]
    assert operator.get("/mensagens/novidades/", asked).status_code == 204
    make_job(jana, name="Bruno Lima", phone="+5511977776666")
    assert 'data-count="0"' in operator.get("/mensagens/novidades/", asked).content.decode()
    make_job(jana)
    assert "1 nova" in operator.get("/mensagens/novidades/", asked).content.decode()


def test_a_poll_without_news_is_empty_and_cheap(jana, operator, django_assert_max_num_queries):
    job = make_job(jana)
    page = operator.get("/mensagens/")
    sent = {
        "seen": f"{job.pk}:{messages.version(job)}",
        "newest": str(page.context["newest"]),
        "fresh": "0",
        "counters": page.context["counters_version"],
    }
    with django_assert_max_num_queries(8):
        assert operator.get("/mensagens/novidades/", sent).status_code == 204


def test_received_messages_have_their_own_list(jana, operator, charlie):
    for tenant, text in ((jana, "bom dia, Jana"), (charlie, "bom dia, Charlie")):
        Message.objects.create(
            tenant=tenant, number=first_number(tenant), direction="inbound", origin="customer", type="text", text=text
        )
    html = text_of(operator, "/mensagens/recebidas/")
    assert "bom dia, Jana" in html
    assert "bom dia, Charlie" not in html


def test_a_received_message_without_words_is_told_by_its_kind(jana, operator):
    for kind in ("audio", "hologram"):
        Message.objects.create(
            tenant=jana, number=first_number(jana), direction="inbound", origin="customer", type=kind, text=""
        )
    html = text_of(operator, "/mensagens/recebidas/")
    assert "Áudio" in html
    assert "Mensagem que não pode ser mostrada" in html
    assert "hologram" not in html
