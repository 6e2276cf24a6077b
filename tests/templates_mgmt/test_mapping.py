"""Which template speaks for a notice, with which values."""

import pytest
from django.core.exceptions import ValidationError

from templates_mgmt import mapping, preview
from templates_mgmt.mapping import MappingProblem
from templates_mgmt.models import TemplateMapping
from templates_mgmt.structure import normalize_language
from tests.factories import NOW, make_account, make_template, make_tenant, map_template
from whatsapp.content import ButtonParameter, Parameter, Template, check

pytestmark = pytest.mark.django_db
KIND = "appointment_created"
VALUES = {"customer_name": "Maria", "service": "Corte", "date": "22/11/2026", "time": "14:00", "place": "Sala 2"}
PAYLOADS = ["confirm:7", "reschedule:7", "talk:7"]


@pytest.fixture
def tenant():
    return make_tenant()


@pytest.fixture
def account(tenant):
    return make_account(tenant)


def components(body="Olá {{1}}.", *, header=None, buttons=()):
    parts = [{"type": "BODY", "text": body}]
    if header:
        parts.insert(0, {"type": "HEADER", "format": "TEXT", "text": header})
    return parts + ([{"type": "BUTTONS", "buttons": list(buttons)}] if buttons else [])


def render(tenant, account, values=VALUES, payloads=PAYLOADS, language="pt_BR"):
    return mapping.render(tenant, account, KIND, language, values, payloads)


def problem(*args, **kwargs):
    with pytest.raises(MappingProblem) as raised:
        render(*args, **kwargs)
    return raised.value


def test_a_notice_becomes_its_template_with_values_payloads_and_preview(tenant, account):
    map_template(make_template(account))
    content = render(tenant, account)
    check(content)
    assert [parameter.text for parameter in content.body] == ["Maria", "Corte", "22/11/2026", "14:00", "Sala 2"]
    assert content.buttons == tuple(ButtonParameter(i, "quick_reply", payload) for i, payload in enumerate(PAYLOADS))
    assert content.preview == "Olá Maria, seu horário de Corte é dia 22/11/2026 às 14:00, em Sala 2. Até lá."
    assert (content.name, content.language, content.category) == ("aviso_de_agendamento", "pt_BR", "UTILITY")


def test_the_place_falls_back_to_the_companys_address(tenant, account):
    map_template(make_template(account))
    assert render(tenant, account, VALUES | {"place": ""}).body[-1].text == "Rua Um, 1"


def test_named_variables_carry_their_names(tenant, account):
    template = make_template(
        account,
        components=components("Oi {{first_name}}, {{service}}.", header="{{tenant_name}}"),
        parameter_format="NAMED",
    )
    sources = {"first_name": "first_name", "service": "service", "header.tenant_name": "tenant_name"}
    map_template(template, variables=sources)
    content = render(tenant, account, {"first_name": "Maria", "service": "Corte"})
    assert content.body == (Parameter("Maria", "first_name"), Parameter("Corte", "service"))
    assert content.header == (Parameter(tenant.name, "tenant_name"),)
    assert content.preview == f"{tenant.name}\n\nOi Maria, Corte."


def test_header_and_body_have_a_first_variable_each(tenant, account):
    template = make_template(account, components=components("Olá {{1}}.", header="{{1}}"))
    map_template(template, variables={"header.1": "service", "1": "customer_name"})
    content = render(tenant, account)
    assert (content.header[0].text, content.body[0].text) == ("Corte", "Maria")
    assert content.preview == "Corte\n\nOlá Maria."


def test_buttons_keep_their_places_and_a_link_is_cut_to_its_end(tenant, account, settings):
    settings.PUBLIC_URL = "https://recado.test"
    buttons = [
        {"type": "URL", "text": "Ver", "url": "https://recado.test/voucher/{{1}}"},
        {"type": "QUICK_REPLY", "text": "Confirmar"},
    ]
    template = make_template(account, components=components(buttons=buttons))
    map_template(template, variables={"1": "customer_name", "button.0": "voucher_url"})
    content = render(tenant, account, VALUES | {"voucher_url": "https://recado.test/voucher/abc"})
    assert content.buttons == (ButtonParameter(0, "url", "abc"), ButtonParameter(1, "quick_reply", "confirm:7"))


def test_ten_positional_variables_keep_their_order(tenant, account):
    body = " ".join(f"{{{{{i}}}}}," for i in range(1, 11))
    map_template(make_template(account, components=components(body)), variables={str(i): f"={i}" for i in range(1, 11)})
    assert [parameter.text for parameter in render(tenant, account).body] == [str(i) for i in range(1, 11)]


def test_values_are_made_what_a_variable_may_hold(tenant, account):
    map_template(make_template(account, components=components()), variables={"1": "customer_name"})
    assert render(tenant, account, {"customer_name": "Maria\nSilva\t "}).body[0].text == "Maria Silva"


@pytest.mark.parametrize("language", ["pt_BR", "pt-br", "pt-BR", "PT_br"])
def test_a_language_is_one_however_it_is_spelled(tenant, account, language):
    map_template(make_template(account), language="pt-br")
    assert render(tenant, account, language=language).language == "pt_BR"
    assert normalize_language("en-US") == "en_US"


def test_without_mapping_nothing_is_said(tenant, account):
    map_template(make_template(account), "appointment_reminder")
    assert (problem(tenant, account).code, mapping.find(tenant, KIND, "pt_BR")) == ("no_mapping", None)


@pytest.mark.parametrize("status", ["PENDING", "PAUSED", "DISABLED", "IN_APPEAL", "SOMETHING_NEW"])
def test_only_an_approved_template_speaks_and_the_others_may_come_back(tenant, account, status):
    map_template(make_template(account, status=status))
    found = problem(tenant, account)
    assert (found.code, found.detail["status"], found.passes) == ("template_waiting", status, True)


@pytest.mark.parametrize("status", ["REJECTED", "DELETED", "PENDING_DELETION"])
def test_what_only_a_person_can_change_does_not_pass(tenant, account, status):
    map_template(make_template(account, status=status))
    found = problem(tenant, account)
    assert (found.code, found.detail["status"], found.passes) == ("template_not_approved", status, False)


def test_a_template_that_meta_lost_may_be_back_in_a_moment(tenant, account):
    map_template(make_template(account, missing_since=NOW))
    found = problem(tenant, account)
    assert (found.code, found.passes) == ("template_lost", True)


def test_another_template_speaks_in_its_place_while_it_cannot(tenant, account):
    mapped = map_template(make_template(account, status="PAUSED"))
    mapped.fallback = make_template(
        account, "aviso_curto", template_id="2", components=components("Olá {{1}}, até já.")
    )
    mapped.clean()
    mapped.save()
    content = render(tenant, account)
    assert (content.name, [parameter.text for parameter in content.body]) == ("aviso_curto", ["Maria"])


def test_where_neither_can_speak_the_first_ones_problem_is_told(tenant, account):
    mapped = map_template(make_template(account, status="PAUSED"))
    mapped.fallback = make_template(account, "aviso_curto", template_id="2", status="REJECTED")
    mapped.save()
    assert problem(tenant, account).code == "template_waiting"


def test_the_one_in_its_place_asks_for_no_other_variables(tenant, account):
    mapped = map_template(make_template(account))
    mapped.fallback = make_template(account, "aviso_longo", template_id="2", components=components("{{1}} {{9}}"))
    with pytest.raises(ValidationError) as raised:
        mapped.clean()
    assert list(raised.value.message_dict) == ["fallback"]


def test_another_account_speaks_with_its_namesake(tenant, account):
    map_template(make_template(account))
    second = make_account(tenant)
    assert problem(tenant, second).code == "template_missing"
    make_template(second, template_id="2")
    assert render(tenant, second).name == "aviso_de_agendamento"


def test_a_variable_without_value_is_named(tenant, account):
    map_template(make_template(account))
    found = problem(tenant, account, VALUES | {"service": " \n"})
    assert (found.code, found.detail) == ("variable_without_value", {"variable": "2", "field": "service"})


def test_another_companys_mapping_is_not_found(tenant, account):
    map_template(make_template(account))
    assert mapping.find(make_tenant(), KIND, "pt_BR") is None


def test_a_preview_leaves_what_has_no_value(account):
    template = make_template(
        account, components=[*components("Olá {{1}}, {{2}}."), {"type": "FOOTER", "text": "Até lá"}]
    )
    assert preview.text(template, {"1": "Maria"}) == "Olá Maria, {{2}}.\n\nAté lá"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"variables": {"1": "customer_name"}}, "variables"),
        ({"variables": {"1": "customer_name", "2": "service", "3": "date"}}, "variables"),
        ({"variables": {"1": "customer_name", "2": "shoe_size"}}, "variables"),
        ({"variables": {"1": "customer_name", "2": "="}}, "variables"),
        ({"variables": {"1": "customer_name", "2": 7}}, "variables"),
        ({"variables": ["customer_name"]}, "variables"),
        ({"language": "es_MX"}, "language"),
    ],
)
def test_a_mapping_that_could_not_be_sent_is_not_saved(tenant, account, changes, field):
    template = make_template(account, components=components("Olá {{1}}, {{2}}."))
    values = {"variables": {"1": "customer_name", "2": "=amanhã"}, "language": "pt_BR"}
    row = TemplateMapping(tenant=tenant, kind=KIND, template=template, **values)
    row.full_clean()
    for name, value in changes.items():
        setattr(row, name, value)
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert list(refused.value.message_dict) == [field]


def test_another_companys_template_is_not_mapped(tenant):
    template = make_template(make_account(make_tenant()), components=components("Olá."))
    with pytest.raises(ValidationError) as refused:
        TemplateMapping(tenant=tenant, kind=KIND, template=template).full_clean()
    assert list(refused.value.message_dict) == ["template"]


@pytest.fixture
def hello_world(account):
    return make_template(account, "hello_world", language="en_US", components=components("Hello World"))


def test_a_link_that_begins_otherwise_than_the_buttons_address_is_not_sent(tenant, account, settings):
    settings.PUBLIC_URL = "https://recado.test"
    buttons = [{"type": "URL", "text": "Ver", "url": "https://elsewhere.example/{{1}}"}]
    template = make_template(account, components=components(buttons=buttons))
    map_template(template, variables={"1": "customer_name", "button.0": "voucher_url"})
    found = problem(tenant, account, VALUES | {"voucher_url": "https://recado.test/voucher/abc"})
    assert (found.code, found.detail["variables"]) == ("mapping_broken", "button.0")


def test_hello_world_speaks_where_nothing_is_mapped_and_the_tenant_tries_its_connection(
    tenant, account, hello_world, settings
):
    settings.WHATSAPP_AUTOMATION_HELLO_WORLD_FALLBACK = True
    content = render(tenant, account)
    assert (content.name, content.language, content.body, content.buttons) == ("hello_world", "en_US", (), ())
    assert content.preview == "Hello World"


def test_a_tenants_own_word_on_the_fallback_comes_first(tenant, account, hello_world):
    tenant.automation.hello_world_fallback = True
    assert render(tenant, account).name == "hello_world"


@pytest.mark.parametrize("why_not", ["off", "production", "not_approved", "not_there", "mapped"])
def test_hello_world_never_takes_the_place_of_a_real_answer(tenant, account, hello_world, settings, why_not):
    settings.WHATSAPP_AUTOMATION_HELLO_WORLD_FALLBACK = why_not != "off"
    settings.IN_PRODUCTION = why_not == "production"
    if why_not == "not_approved":
        type(hello_world).objects.update(status="PAUSED")
    if why_not == "not_there":
        hello_world.delete()
    if why_not == "mapped":
        map_template(make_template(account, status="PAUSED"))
    code = "template_waiting" if why_not == "mapped" else "no_mapping"
    assert problem(tenant, account).code == code


def test_a_template_written_by_hand_is_held_against_the_account_that_sends(tenant, account):
    make_template(account, "promo", category="MARKETING")
    other = make_account(tenant)
    asked = Template("promo", "pt_BR")
    assert mapping.checked(asked, account).category == "MARKETING"
    assert mapping.checked(Template("unheard_of", "pt_BR"), account) == Template("unheard_of", "pt_BR")
    with pytest.raises(MappingProblem) as raised:
        mapping.checked(asked, other)
    assert raised.value.code == "template_missing"
