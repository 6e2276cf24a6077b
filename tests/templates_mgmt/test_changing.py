"""Changing what speaks for a kind of notice, without a moment in which nothing does."""

import pytest

from templates_mgmt import changing, mapping
from templates_mgmt.models import MessageTemplate, TemplateMapping
from templates_mgmt.webhook_handlers import change_status
from tenants.models import Alert
from tests.factories import NOTICE_VARIABLES, NOW, make_account, make_template, make_tenant, map_template
from whatsapp.dispatch import Incoming
from whatsapp.events import TemplateStatusChanged
from whatsapp.models import WebhookEvent

pytestmark = pytest.mark.django_db
KIND = "appointment_created"


@pytest.fixture
def account():
    return make_account(make_tenant())


@pytest.fixture
def current(account):
    return map_template(make_template(account, template_id="1"))


def draft(account, name="aviso_v2", **values):
    template = make_template(account, name, template_id="2", **values)
    return TemplateMapping(
        tenant=account.tenant, kind=KIND, language="pt_BR", template=template, variables=NOTICE_VARIABLES
    )


def put(row, *rows):
    return changing.put(row, changing.version(rows), NOW)


def approve(template):
    event = TemplateStatusChanged(template.template_id, template.name, template.language, "APPROVED", NOW)
    change_status([Incoming(event, WebhookEvent(), template.tenant, account=template.account)], NOW)


def speaks(account):
    return mapping.find(account.tenant, KIND, "pt_BR").template.name


def test_an_approved_template_takes_over_at_once(account, current):
    saved = put(draft(account), current)
    assert (saved.is_next, speaks(account), TemplateMapping.objects.count()) == (False, "aviso_v2", 1)


def test_one_in_review_waits_and_takes_over_when_meta_approves_it(account, current):
    saved = put(draft(account, status="PENDING"), current)
    assert (saved.is_next, speaks(account)) == (True, "aviso_de_agendamento")
    approve(saved.template)
    assert (speaks(account), TemplateMapping.objects.get().is_next) == ("aviso_v2", False)


def test_one_in_review_is_in_force_where_nothing_else_could_speak(account, current):
    MessageTemplate.objects.update(status="DISABLED")
    assert put(draft(account, status="PENDING"), current).is_next is False


def test_a_second_next_one_takes_the_place_of_the_first(account, current):
    put(draft(account, status="PENDING"), current)
    rows = TemplateMapping.objects.all()
    put(draft(account, "aviso_v3", status="PENDING"), *rows)
    assert TemplateMapping.objects.get(is_next=True).template.name == "aviso_v3"


def test_an_approval_changes_nothing_where_the_mapping_does_not_fit_any_more(account, current):
    saved = put(draft(account, status="PENDING"), current)
    MessageTemplate.objects.filter(pk=saved.template_id).update(components=[{"type": "BODY", "text": "Oi {{9}}."}])
    approve(saved.template)
    assert speaks(account) == "aviso_de_agendamento"


def test_the_second_of_two_people_is_told(account, current):
    seen = changing.version([current])
    changing.put(draft(account), seen, NOW)
    with pytest.raises(changing.Overtaken):
        changing.put(draft(account, "aviso_v3"), seen, NOW)
    assert speaks(account) == "aviso_v2"


def test_a_new_mapping_ends_the_alert_of_the_template_before(account, current):
    MessageTemplate.objects.update(status="DISABLED")
    changing.outages.tell([current.template_id], NOW)
    assert Alert.objects.exclude(state="solved").count() == 1
    put(draft(account), current)
    assert not Alert.objects.exclude(state="solved").exists()


def test_what_is_taken_away_speaks_no_more(account, current):
    changing.remove(current, NOW)
    assert mapping.find(account.tenant, KIND, "pt_BR") is None


def test_another_companys_next_mapping_stays(account, current):
    other = make_account(make_tenant())
    map_template(make_template(other, template_id="1"))
    theirs = map_template(make_template(other, "aviso_v2", template_id="2", status="PENDING"), is_next=True)
    saved = put(draft(account, status="PENDING"), current)
    approve(saved.template)
    theirs.refresh_from_db()
    assert theirs.is_next


@pytest.mark.parametrize(
    ("spoken", "wanted", "found"),
    [
        (["pt_BR", "en_US"], ("pt-br",), "pt_BR"),
        (["pt_PT", "en_US"], ("pt_BR",), "pt_PT"),
        (["en_US"], ("es", "en"), "en_US"),
        (["en_US"], ("es", "pt_BR"), None),
        ([], ("pt_BR",), None),
    ],
)
def test_the_nearest_language_speaks(spoken, wanted, found):
    assert mapping.nearest(spoken, *wanted) == found
