"""On a contact's page managers export, block and erase; nobody else sees the buttons or gets through."""

import io
import json
import zipfile

import pytest

from notifications.models import NotificationJob
from tenants.models import AuditEntry, Contact
from tests.dashboard.people import browser
from tests.factories import make_contact
from tests.notifications.jobs import open_window, promise

pytestmark = pytest.mark.django_db
ODD = ["<script>alert(1)</script>", "مريم", "🎉👩‍👩‍👧", "=cmd|' /C calc'!A0"]


@pytest.fixture
def manager(jana):
    return browser(jana, "manager")


@pytest.fixture
def maria(jana):
    return make_contact(jana)


def page(client, contact):
    return client.get(f"/contatos/{contact.pk}/").content.decode()


@pytest.mark.parametrize("act", ["exportar", "bloquear", "desbloquear", "apagar"])
def test_an_operator_neither_sees_nor_does_it(operator, post, maria, act):
    assert act not in page(operator, maria)
    assert post(operator, f"/contatos/{maria.pk}/{act}/", reason="x", word="APAGAR").status_code == 403
    assert Contact.objects.get().name == "Maria Silva"


def test_the_data_comes_as_a_file(manager, post, maria):
    answer = post(manager, f"/contatos/{maria.pk}/exportar/")
    assert answer["Content-Disposition"] == f'attachment; filename="contact-{maria.pk}.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archive:
        assert json.loads(archive.read("contact.json"))["contact"]["name"] == "Maria Silva"


@pytest.mark.parametrize("reason", ODD)
def test_a_reason_is_shown_as_text(jana, manager, post, maria, reason):
    post(manager, f"/contatos/{maria.pk}/bloquear/", reason=reason)
    html = page(manager, maria)
    assert "Bloqueado desde" in html
    assert "<script>alert" not in html
    assert Contact.objects.get().block_reason == reason


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201])
def test_a_block_without_a_reason_that_fits_is_none(manager, post, maria, reason):
    post(manager, f"/contatos/{maria.pk}/bloquear/", reason=reason)
    assert Contact.objects.get().blocked_at is None
    assert "Diga o motivo" in page(manager, maria)


def test_a_blocked_person_is_let_in_again_by_one_button(manager, post, maria):
    post(manager, f"/contatos/{maria.pk}/bloquear/", reason="ofensas")
    post(manager, f"/contatos/{maria.pk}/desbloquear/")
    assert Contact.objects.get().blocked_at is None
    assert "Bloqueado desde" not in page(manager, maria)


def test_the_composer_of_a_blocked_person_says_why_it_is_shut(jana, manager, operator, post, maria, willing_meta):
    thread = open_window(promise(jana))
    post(manager, f"/contatos/{maria.pk}/bloquear/", reason="ofensas")
    html = operator.get(f"/conversas/{thread.pk}/").content.decode()
    assert "Esta pessoa está bloqueada desde" in html
    assert 'id="write"' not in html


def test_nothing_is_erased_without_the_word(manager, post, maria):
    post(manager, f"/contatos/{maria.pk}/apagar/", word="sim")
    assert Contact.objects.get().erased_at is None


def test_an_erased_person_is_nobody_on_any_page(jana, manager, post, maria):
    job = promise(jana)
    thread = open_window(job)
    post(manager, f"/contatos/{maria.pk}/apagar/", word="apagar")
    assert NotificationJob.objects.get().reason_code == "contact_erased"
    assert "Os dados desta pessoa foram apagados" in page(manager, maria)
    pages = ["contatos/", "conversas/", f"conversas/{thread.pk}/", "mensagens/", f"mensagens/{job.pk}/", "auditoria/"]
    for path in [
        *pages,
        f"mensagens/{job.pk}/por-que/",
        f"agendamentos/{job.appointment_id}/",
        f"contatos/{maria.pk}/historico/",
    ]:
        answer = manager.get(f"/{path}")
        assert answer.status_code in (200, 404), path
        assert "Maria" not in answer.content.decode(), path
    assert AuditEntry.objects.get(action="contact.erased").detail["notices"] == 1


def test_nothing_more_is_done_with_an_erased_person(manager, post, maria):
    post(manager, f"/contatos/{maria.pk}/apagar/", word="APAGAR")
    for act in ("mudar", "bloquear", "exportar", "apagar", "recusa"):
        assert post(manager, f"/contatos/{maria.pk}/{act}/", name="Maria", reason="x").status_code == 404
    assert Contact.objects.get().name == ""
