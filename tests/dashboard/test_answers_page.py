"""Ready answers of a company: written, changed, removed by whoever manages it."""

import pytest

from tenants.models import AuditEntry
from tests.dashboard.people import browser
from whatsapp.models import CannedAnswer

pytestmark = pytest.mark.django_db
PATH = "/configuracoes/respostas/"


@pytest.fixture
def manager(jana):
    return browser(jana, "manager")


def test_an_answer_is_written_changed_and_removed(jana, manager, post):
    post(manager, PATH, shortcut="Horarios", text="Das 9h às 18h 😀")
    row = CannedAnswer.objects.get()
    assert (row.tenant, row.shortcut, row.text) == (jana, "horarios", "Das 9h às 18h 😀")
    post(manager, f"{PATH}{row.pk}/", shortcut="horarios", text="Das 8h às 17h")
    assert "Das 8h às 17h" in manager.get(PATH).content.decode()
    post(manager, f"{PATH}{row.pk}/remover/")
    assert not CannedAnswer.objects.exists()
    assert AuditEntry.objects.filter(action__startswith="cannedanswer.").count() == 3


@pytest.mark.parametrize(
    "values",
    [{"shortcut": "", "text": "x"}, {"shortcut": "dois nomes", "text": "x"}, {"shortcut": "a", "text": "x" * 4097}],
)
def test_what_makes_no_answer_is_told_at_its_field(manager, post, values):
    assert post(manager, PATH, **values).status_code == 400
    assert not CannedAnswer.objects.exists()


def test_a_shortcut_stands_for_one_answer_of_a_company(jana, charlie, manager, post):
    CannedAnswer.objects.create(tenant=charlie, shortcut="preco", text="R$ 10")
    assert post(manager, PATH, shortcut="preco", text="R$ 20").status_code == 302
    assert post(manager, PATH, shortcut="PRECO", text="R$ 30").status_code == 400


def test_markup_is_shown_as_text(jana, manager):
    CannedAnswer.objects.create(tenant=jana, shortcut="oi", text="<script>alert(1)</script> *oi*")
    html = manager.get(PATH).content.decode()
    assert "&lt;script&gt;" in html
    assert "<b>oi</b>" in html
