"""The company's own wordings, written with a preview."""

import pytest

from notifications import texts
from tenants.models import MessageText
from tests.dashboard.people import browser

pytestmark = pytest.mark.django_db
PATH = "/configuracoes/textos/voucher_answer/"


@pytest.fixture
def manager(jana):
    return browser(jana, "manager")


def test_every_text_is_listed_as_a_customer_reads_it(manager):
    html = manager.get("/configuracoes/textos/").content.decode()
    assert html.count("rc-bubble") == len(texts.DEFAULTS)
    assert "Maria" in html
    assert "{first_name}" not in html


def test_an_own_text_takes_the_place_of_the_default_and_gives_it_back(jana, manager, post):
    post(manager, PATH, body="Tudo certo, {first_name}")
    assert texts.text(jana, "voucher_answer", first_name="Ana") == "Tudo certo, Ana"
    assert "texto próprio" in manager.get("/configuracoes/textos/").content.decode()
    post(manager, PATH, default="1")
    assert not MessageText.objects.exists()


@pytest.mark.parametrize("body", ["", "   ", "x" * 5000, "Olá {nome}"])
def test_what_cannot_be_sent_is_told_and_kept_in_the_field(jana, manager, post, body):
    answer = post(manager, PATH, body=body)
    assert answer.status_code == 400
    assert body.strip() in answer.content.decode()
    assert not MessageText.objects.exists()


def test_the_preview_shows_marks_and_never_markup(manager, post):
    html = post(manager, "/configuracoes/textos/previa/", body="*Oi* <script>{first_name}</script>").content.decode()
    assert "<b>Oi</b> &lt;script&gt;Maria&lt;/script&gt;" in html
