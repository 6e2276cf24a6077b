"""What nobody types stands in an address or a form: the page comes without it, never a 500."""

import pytest
from django.utils import timezone

from notifications.models import NotificationJob
from tests.dashboard.people import browser
from tests.factories import make_contact
from tests.notifications.jobs import first_number, open_window, promise
from whatsapp import conversations

pytestmark = pytest.mark.django_db
MOMENT = "2026-11-20T12:00:00+00:00"
KEYS = (f"{MOMENT},abc", f"{MOMENT},²", f"{MOMENT},{'9' * 40}", f"{MOMENT},", "9" * 5000, "0001-01-01T00:00:00+23:59,1")
LISTS = (
    *("/mensagens/", "/mensagens/novidades/", "/mensagens/recebidas/", "/conversas/", "/conversas/novidades/"),
    *("/contatos/", "/contatos/unioes/", "/eventos/", "/auditoria/", "/saude/alertas/"),
)


@pytest.fixture
def manager(jana):
    return browser(jana, "manager")


@pytest.mark.parametrize("path", LISTS)
def test_a_list_begins_at_its_beginning_where_its_key_is_none(manager, path):
    answers = [manager.get(path, {name: key}) for key in KEYS for name in ("before", "newest", "since", "after")]
    assert {answer.status_code for answer in answers} <= {200, 204}


def test_a_key_of_another_list_is_none(manager, jana):
    job = promise(jana)
    assert manager.get("/mensagens/", {"before": f"{MOMENT},7"}).context["is_first"] is False
    assert [row.job for row in manager.get("/mensagens/", {"before": f"{MOMENT},7"}).context["page"].rows] == [job]
    assert manager.get("/contatos/", {"before": f"{MOMENT},{job.pk}"}).context["is_first"] is True


def test_a_thread_shows_its_newest_messages_where_the_key_is_none(manager, jana):
    row = conversations.open_for(first_number(jana), make_contact(jana))
    answers = [manager.get(f"/conversas/{row.pk}/anteriores/", {"before": key}) for key in KEYS]
    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5000, "²", "abc"])
def test_nothing_is_sent_from_a_number_that_is_none(manager, jana, post, number):
    job = promise(jana)
    open_window(job, timezone.now())
    assert post(manager, f"/mensagens/para/{job.contact_id}/", text="Oi", key="k1", number=number).status_code == 404
    assert not NotificationJob.objects.filter(kind="manual").exists()


@pytest.mark.parametrize("day", ["2026-13-45", "0000-01-01", "0001-01-01", "9999-12-31", "31/12/9999", "x" * 300])
def test_a_day_that_is_none_narrows_nothing(manager, day):
    for path in ("/mensagens/", "/analises/", "/eventos/", "/auditoria/", "/saude/alertas/", "/agendamentos/"):
        for name in ("since", "until", "day"):
            assert manager.get(path, {name: day, "period": "dates"}).status_code == 200, path
