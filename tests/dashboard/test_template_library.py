"""The library of ready templates: three tones, and one press to have one."""

import pytest
import responses

from templates_mgmt import library
from templates_mgmt.models import MessageTemplate
from tests.dashboard.people import browser
from tests.factories import make_template

pytestmark = pytest.mark.django_db
GRAPH = "http://graph.test/v25.0"
KEY = next(iter(library.entries()))
NAME = library.entries()[KEY].payload["name"]


@pytest.fixture(autouse=True)
def graph(settings):
    settings.WHATSAPP_META_GRAPH_URL = "http://graph.test"
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def manager(jana):
    return browser(jana, "manager")


@pytest.fixture
def account(jana):
    return MessageTemplate.objects.for_tenant(jana).first().account


def create(client, jana, account, key=KEY):
    form = {"tenant": str(jana.pk), "account": str(account.pk), "key": key}
    return client.post("/modelos/biblioteca/criar/", form)


def test_each_situation_is_shown_in_three_tones(operator):
    page = operator.get("/modelos/biblioteca/")
    assert {len(shown) for _word, _automatic, shown in page.context["situations"]} == {3}
    assert page.content.decode().count("tp-bubble") == len(library.entries())


def test_what_no_notice_says_by_itself_is_told_so(operator):
    page = operator.get("/modelos/biblioteca/")
    assert [automatic for _word, automatic, _shown in page.context["situations"]] == [True, True, True, False]
    assert page.content.decode().count("Nenhum aviso automático diz isto") == 1


def test_one_press_sends_it_to_meta(jana, manager, account, graph):
    told = {"id": "77", "status": "PENDING", "category": "UTILITY"}
    graph.post(f"{GRAPH}/{account.waba_id}/message_templates", json=told)
    answer = create(manager, jana, account)
    row = MessageTemplate.objects.get(name=NAME)
    assert answer.url == f"/modelos/{row.pk}/"
    assert row.status == "PENDING"


def test_what_meta_refuses_is_told_in_words(jana, manager, account, graph):
    error = {"code": 100, "message": "Invalid parameter", "error_subcode": 2388024}
    graph.post(f"{GRAPH}/{account.waba_id}/message_templates", json={"error": error}, status=400)
    graph.get(f"{GRAPH}/{account.waba_id}/message_templates", json={"data": []})
    create(manager, jana, account)
    assert "rc-note tone-red" in manager.get("/modelos/biblioteca/").content.decode()


def test_what_the_account_has_already_is_shown_and_not_offered(manager, account):
    row = make_template(account, NAME)
    html = manager.get("/modelos/biblioteca/").content.decode()
    assert f'href="/modelos/{row.pk}/"' in html
    assert f'value="{KEY}"' not in html


def test_nothing_is_made_in_another_companys_account(jana, charlie, manager):
    other = MessageTemplate.objects.for_tenant(charlie).first().account
    assert create(manager, jana, other).status_code == 404


def test_an_unknown_key_is_answered_like_no_page(jana, manager, account):
    assert create(manager, jana, account, "x").status_code == 404


def test_a_viewer_reads_and_has_no_button(jana, viewer, account):
    html = viewer.get("/modelos/biblioteca/").content.decode()
    assert "criar/" not in html
    assert create(viewer, jana, account).status_code == 403


def test_the_library_costs_few_questions(operator, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        operator.get("/modelos/biblioteca/")
