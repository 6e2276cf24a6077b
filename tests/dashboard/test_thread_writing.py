"""Writing in a conversation: what may be sent when, once and only once, and by whom."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.models import NotificationJob
from tenants import consent
from tenants.models import PhoneNumber
from tests.dashboard.test_messages_page import make_job
from tests.dashboard.test_thread_page import page
from tests.dashboard.threads import hear, queued, say, talk
from whatsapp.models import CannedAnswer

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}
CLOSED = timedelta(days=2)


def test_free_text_is_queued_for_the_conversations_own_number(send, jana, operator):
    row = talk(jana)
    answer = send(row, text="Claro! *Até já* <b>")
    (job,) = queued()
    assert (job.content["body"], job.number, job.to, job.origin) == (
        "Claro! *Até já* <b>", row.number, "+5511988887777", "operator"
    )  # fmt: skip
    assert f'id=\\"j-{job.pk}\\"' in answer.content.decode()


def test_a_line_break_of_the_browser_is_one_character(send, jana):
    send(talk(jana), text="x\r\n" * 2000)
    assert queued()[0].content["body"] == "x\n" * 1999 + "x"


def test_the_same_form_sends_once(send, jana):
    row = talk(jana)
    for _ in range(3):
        assert send(row, text="uma vez").status_code == 200
    assert len(queued()) == 1


def test_other_words_or_a_fresh_form_send_again(send, jana):
    row = talk(jana)
    first = send(row, text="ok").json()
    send(row, text="ok!")
    send(row, text="ok", key=first["key"])
    assert [job.content["body"] for job in queued()] == ["ok", "ok!", "ok"]


@pytest.mark.parametrize(("text", "words"), [("", "Escreva a mensagem"), ("x" * 4097, "4096")])
def test_what_cannot_be_sent_is_told_at_its_field(send, jana, text, words):
    answer = send(talk(jana), text=text)
    assert answer.status_code == 422
    assert words in " ".join(answer.json()["problems"]["text"])
    assert queued() == []


def test_an_answer_names_the_message_that_it_answers(send, jana):
    row = talk(jana)
    asked = hear(row, "que horas?")
    send(row, text="às 10h", reply_to=asked.pk)
    assert queued()[0].reply_to == asked.provider_message_id


def test_a_message_of_another_conversation_cannot_be_answered(send, jana, charlie):
    foreign = hear(talk(charlie), "oi")
    send(talk(jana), text="às 10h", reply_to=foreign.pk)
    assert queued()[0].reply_to == ""


def test_a_plain_form_leads_back_to_the_conversation(jana, operator, post):
    row = talk(jana)
    answer = post(operator, f"/conversas/{row.pk}/enviar/", text="sem script", key="k")
    assert answer.url == f"/conversas/{row.pk}/"
    assert len(queued()) == 1


def test_an_open_window_has_its_clock(jana, operator):
    html = page(operator, talk(jana))
    assert re.search(r"Janela aberta até (hoje|amanhã) \d\d:\d\d", html)
    assert "th-soon" not in html


def test_the_last_hour_is_amber(jana, operator):
    assert "th-clock th-soon" in page(operator, talk(jana, heard_ago=timedelta(hours=23, minutes=20)))


@pytest.mark.parametrize("ago", [CLOSED, None])
def test_a_closed_window_offers_templates_in_place_of_the_composer(send, jana, operator, ago):
    row = talk(jana, heard_ago=ago)
    html = page(operator, row)
    assert 'data-mode="template"' in html
    assert "<textarea" not in html.partition('id="composer"')[2]
    answer = send(row, text="oi")
    assert answer.status_code == 422
    assert "janela de 24" in answer.json()["problems"][""][0]


def test_who_opted_out_gets_nothing_and_it_is_told(send, jana, operator):
    row = talk(jana)
    consent.record(row.contact, "opt_out", source="keyword", effective_at=timezone.now())
    assert "O cliente pediu para não receber mensagens" in page(operator, row)
    assert send(row, text="oi").status_code == 422
    assert queued() == []


def test_a_number_that_is_gone_sends_nothing(send, jana, operator):
    row = talk(jana)
    PhoneNumber.objects.filter(pk=row.number_id).update(owned_until=timezone.now())
    assert "Este número não é mais da empresa" in page(operator, row)
    assert send(row, text="oi").status_code == 422


def test_a_number_in_trouble_says_that_messages_wait(send, jana, operator):
    row = talk(jana)
    PhoneNumber.objects.filter(pk=row.number_id).update(state="degraded")
    assert "o que você escrever espera" in page(operator, row)
    assert send(row, text="oi").status_code == 200


def test_a_viewer_reads_and_writes_nothing(send, jana, viewer):
    row = talk(jana)
    job = make_job(jana, NotificationJob.State.FAILED)
    html = page(viewer, row).partition('id="thread"')[2]
    assert "Você pode ler esta conversa" in html
    assert "<form" not in html.partition("</section>")[0]
    for part in ("enviar/", "arquivo/", "sinal/", f"tentar/{job.pk}/"):
        assert send(row, part, client=viewer, text="oi").status_code == 403
    for part in ("modelos/", "respostas/"):
        assert viewer.get(f"/conversas/{row.pk}/{part}").status_code == 403
    assert queued() == [job]


def test_a_failed_message_is_tried_again_where_it_stands(send, jana):
    row = talk(jana)
    job = make_job(jana, NotificationJob.State.SENT, message=say(row, status="failed", error_code=131026))
    assert send(row, f"tentar/{job.pk}/").status_code == 200
    job.refresh_from_db()
    assert job.state == NotificationJob.State.PENDING


def test_an_uncertain_message_asks_before_it_goes_again(send, jana, operator):
    row = talk(jana)
    job = make_job(jana, NotificationJob.State.UNCERTAIN, message=say(row, status=""))
    assert f'data-ask-again="/conversas/{row.pk}/tentar/{job.pk}/"' in page(operator, row)
    assert "duas vezes" in send(row, f"tentar/{job.pk}/").json()["problems"][""][0]
    assert send(row, f"tentar/{job.pk}/", confirmed="1").status_code == 200


def test_a_job_of_another_customer_is_not_found_here(send, jana):
    row, other = talk(jana), make_job(jana, NotificationJob.State.FAILED, phone="+5511977776666")
    assert send(row, f"tentar/{other.pk}/").status_code == 404


def test_ready_answers_are_the_companys_own(jana, charlie, operator):
    CannedAnswer.objects.create(tenant=jana, shortcut="horarios", text="Das 9 às 18 h.")
    CannedAnswer.objects.create(tenant=charlie, shortcut="charlie", text="x")
    answers = operator.get(f"/conversas/{talk(jana).pk}/respostas/").json()["answers"]
    assert answers == [{"shortcut": "horarios", "text": "Das 9 às 18 h."}]


def test_the_customer_sees_that_it_was_read_and_that_somebody_writes(send, jana, willing_meta):
    row = talk(jana)
    assert send(row, "sinal/", typing="1").status_code == 204
    body = willing_meta.calls[-1].request.body
    assert b"typing_indicator" in body
    assert row.window_message.provider_message_id.encode() in body


def test_a_sign_that_meta_refuses_disturbs_nobody(send, jana, willing_meta):
    willing_meta.replace("POST", re.compile(r".*"), json={"error": {"code": 100, "message": "no"}}, status=400)
    assert send(talk(jana), "sinal/").status_code == 204
