import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_an_unknown_page_is_told_inside_the_console(operator):
    page = operator.get("/nada/")
    assert page.status_code == 404
    assert "Mensagens" in page.content.decode()


def test_an_unknown_page_is_told_to_strangers_too():
    page = Client().get("/nada/")
    assert page.status_code == 404
    assert "Não encontramos esta página" in page.content.decode()


def test_under_api_errors_are_json():
    answer = Client().get("/api/nada/")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


def test_what_a_role_may_not_do_is_told_with_whom_to_ask(viewer):
    page = viewer.get("/agendamentos/novo/")
    assert page.status_code == 403
    assert "gerente" in page.content.decode()


def test_a_form_without_its_token_is_told_to_reload(jana):
    page = Client(enforce_csrf_checks=True).post("/entrar/", {"login": "a", "password": "b"})
    assert page.status_code == 403
    assert "Recarregue" in page.content.decode()


def test_a_failure_of_ours_gets_a_page_that_needs_no_database(operator, monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError("broken")

    monkeypatch.setattr("dashboard.queries.messages.counters", fail)
    operator.raise_request_exception = False
    page = operator.get("/mensagens/")
    assert page.status_code == 500
    assert "nada se perdeu" in page.content.decode()


@pytest.mark.parametrize("path", ["/mensagens/?kind=%00", "/eventos/?q=%00", "/modelos/?q=%00"])
def test_an_address_with_a_nul_is_refused_with_a_page(operator, path):
    page = operator.get(path)
    assert page.status_code == 400
    assert "Recado" in page.content.decode()
