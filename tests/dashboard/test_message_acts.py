import re
from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.models import NotificationJob
from tenants.models import AuditEntry
from tests.dashboard.test_messages_page import make_job
from tests.factories import MARIA, make_contact
from tests.notifications.jobs import open_window

pytestmark = pytest.mark.django_db
State = NotificationJob.State


def state_of(job):
    job.refresh_from_db()
    return job.state


def test_send_now_makes_a_waiting_message_due(jana, operator, post):
    job = make_job(jana, due_at=timezone.now() + timedelta(days=1))
    post(operator, f"/mensagens/{job.pk}/enviar/")
    job.refresh_from_db()
    assert job.due_at <= timezone.now()
    assert AuditEntry.objects.filter(action="job.send_now", object_id=str(job.pk)).exists()


def test_a_failed_message_goes_back_to_the_queue(jana, operator, post):
    job = make_job(jana, State.FAILED)
    post(operator, f"/mensagens/{job.pk}/tentar/")
    assert state_of(job) == State.PENDING


def test_an_uncertain_message_asks_first_and_names_the_risk(jana, operator, post):
    job = make_job(jana, State.UNCERTAIN)
    html = operator.get(f"/mensagens/{job.pk}/").content.decode()
    assert "recebê-la duas vezes" in html
    post(operator, f"/mensagens/{job.pk}/tentar/")
    assert state_of(job) == State.UNCERTAIN
    post(operator, f"/mensagens/{job.pk}/tentar/", confirmed="1")
    assert state_of(job) == State.PENDING


@pytest.mark.parametrize(("word", "state"), [("descartar", State.CANCELLED), ("falhou", State.FAILED)])
def test_ending_a_message_wants_a_reason(jana, operator, post, word, state):
    job = make_job(jana, State.UNCERTAIN)
    post(operator, f"/mensagens/{job.pk}/{word}/")
    assert state_of(job) == State.UNCERTAIN
    post(operator, f"/mensagens/{job.pk}/{word}/", reason="cliente ligou")
    assert state_of(job) == state


@pytest.mark.parametrize("word", ["enviar", "tentar", "descartar", "falhou"])
def test_a_viewer_presses_nothing(jana, viewer, post, word):
    job = make_job(jana, State.FAILED)
    assert post(viewer, f"/mensagens/{job.pk}/{word}/", reason="x").status_code == 403
    assert state_of(job) == State.FAILED
    own = viewer.get(f"/mensagens/{job.pk}/").content.decode().partition("rc-detail-head")[2]
    assert "<button" not in own.partition("</main>")[0]


def test_many_at_once_say_how_many_and_why_not(jana, charlie, operator, post):
    failed, sent, foreign = make_job(jana, State.FAILED), make_job(jana, State.SENT), make_job(charlie, State.FAILED)
    page = operator.post(
        "/mensagens/em-lote/",
        {"tenant": str(jana.pk), "act": "retry", "job": [str(job.pk) for job in (failed, sent, foreign)]},
        follow=True,
    )
    told = [str(message) for message in page.context["messages"]]
    assert told[0] == "Feito em 1 mensagem."
    assert "Maria Silva" in told[1]
    assert [state_of(job) for job in (failed, sent, foreign)] == [State.PENDING, State.SENT, State.FAILED]


def test_all_that_fit_the_filter_are_done_and_nothing_else(jana, charlie, operator, post):
    failed = [make_job(jana, State.FAILED) for _ in range(3)]
    skipped, foreign = make_job(jana, State.SKIPPED), make_job(charlie, State.FAILED)
    post(operator, "/mensagens/em-lote/", act="retry", everything="1", back="/mensagens/?state=failed&before=x")
    assert {state_of(job) for job in failed} == {State.PENDING}
    assert (state_of(skipped), state_of(foreign)) == (State.SKIPPED, State.FAILED)


def test_of_very_many_as_many_are_done_as_fit_and_that_is_told(jana, operator, monkeypatch):
    monkeypatch.setattr("dashboard.views.message_acts.EVERYTHING_LIMIT", 2)
    jobs = [make_job(jana, State.FAILED) for _ in range(3)]
    values = {"tenant": str(jana.pk), "act": "retry", "everything": "1", "back": "/mensagens/?state=failed"}
    page = operator.post("/mensagens/em-lote/", values, follow=True)
    assert "Mais mensagens" in page.content.decode()
    assert sorted(state_of(job) for job in jobs) == [State.FAILED, State.PENDING, State.PENDING]


def test_discarding_many_wants_a_reason_and_keeps_it(jana, operator, post):
    jobs = [make_job(jana) for _ in range(2)]
    post(operator, "/mensagens/em-lote/", act="discard", everything="1", back="/mensagens/")
    assert {state_of(job) for job in jobs} == {State.PENDING}
    post(operator, "/mensagens/em-lote/", act="discard", everything="1", back="/mensagens/", reason="agenda trocada")
    assert {state_of(job) for job in jobs} == {State.CANCELLED}
    assert jobs[0].reason_detail == {"reason": "agenda trocada"}


def test_uncertain_ones_of_many_are_told_with_their_risk(jana, operator):
    for _ in range(2):
        make_job(jana, State.UNCERTAIN)
    values = {"tenant": str(jana.pk), "act": "retry", "everything": "1", "back": "/mensagens/"}
    told = [str(line) for line in operator.post("/mensagens/em-lote/", values, follow=True).context["messages"]]
    assert len(told) == 1
    assert told[0].startswith("2 mensagens não foram alteradas (Maria Silva)")


def test_the_drawer_comes_back_with_the_result(jana, operator):
    job = make_job(jana, State.FAILED)
    answer = operator.post(
        f"/mensagens/{job.pk}/tentar/", {"tenant": str(jana.pk), "in_drawer": "1"}, headers={"HX-Request": "true"}
    )
    html = answer.content.decode()
    assert answer["HX-Trigger"] == "refresh"
    assert "De volta à fila" in html
    assert "<html" not in html


def test_free_text_goes_while_the_window_is_open(jana, operator, post):
    job = make_job(jana)
    open_window(job, timezone.now())
    post(operator, f"/mensagens/para/{job.contact_id}/", text="Já te respondo", key="k1")
    written = NotificationJob.objects.get(origin="operator")
    assert (written.kind, written.to) == ("manual", MARIA)
    assert written.content["body"] == "Já te respondo"


def test_free_text_that_is_sent_twice_goes_once(jana, operator, post):
    job = make_job(jana)
    open_window(job, timezone.now())
    page = operator.get(f"/mensagens/{job.pk}/").content.decode()
    key = re.search(r'name="key" value="(\w+)"', page)[1]
    for text in ("Já te respondo", "Já te respondo", "Amanhã às 10h"):
        post(operator, f"/mensagens/para/{job.contact_id}/", text=text, key=key)
    assert NotificationJob.objects.filter(origin="operator").count() == 2


def test_a_closed_window_is_told_plainly_and_queues_nothing(jana, operator, post):
    contact = make_contact(jana)
    page = post(operator, f"/mensagens/para/{contact.pk}/", text="oi", key="k1")
    told = operator.get(page.url).content.decode()
    assert "janela de 24" in told
    assert not NotificationJob.objects.filter(origin="operator").exists()


def test_an_address_elsewhere_is_not_followed_after_an_act(jana, operator, post):
    answer = post(operator, "/mensagens/em-lote/", act="retry", back="https://evil.example/")
    assert answer.url == "/mensagens/"
