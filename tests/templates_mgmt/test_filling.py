"""Values in a template's places, as Meta's rules let them stand there."""

import pytest

from templates_mgmt import filling
from templates_mgmt.models import TemplateMapping
from tests.factories import make_account, make_template, make_tenant
from whatsapp.content import ButtonParameter, File, Location, Template, check

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return make_account(make_tenant())


def filled(account, parts, variables, values, otherwise=None) -> Template:
    template = make_template(account, components=parts)
    mapped = TemplateMapping(
        tenant=account.tenant, kind="appointment_created", template=template, variables=variables,
        otherwise=otherwise or {},
    )  # fmt: skip
    content = filling.filled(mapped, template, values)
    check(content)
    return content


def body(text="Olá {{1}}, até já."):
    return [{"type": "BODY", "text": text}]


@pytest.mark.parametrize(
    ("came", "stands"),
    [
        ("Maria\nSilva", "Maria Silva"),
        ("Maria\r\n\r\nSilva", "Maria Silva"),
        ("Maria\tSilva", "Maria Silva"),
        ("Maria     Silva", "Maria    Silva"),
        ("  Maria  ", "Maria"),
        ("Maria 💇🏽‍♀️", "Maria 💇🏽‍♀️"),
        ("Ana\x00", "Ana"),
        ("x" * 1008, "x" * 1008),
    ],
)
def test_a_value_is_made_what_a_variable_may_hold(account, came, stands):
    assert filled(account, body(), {"1": "customer_name"}, {"customer_name": came}).body[0].text == stands


def test_five_thousand_characters_are_shortened_to_what_the_body_takes(account):
    content = filled(account, body(), {"1": "service"}, {"service": "x" * 5000})
    assert content.body[0].text.endswith("…")
    assert len(content.preview) <= 1024


def test_a_long_value_leaves_the_short_ones_alone(account):
    values = {"customer_name": "Maria", "service": "x" * 2000, "place": "y" * 900}
    variables = {"1": "customer_name", "2": "service", "3": "place"}
    content = filled(account, body("Olá {{1}}: {{2}}, {{3}}."), variables, values)
    assert content.body[0].text == "Maria"
    assert len(content.preview) <= 1024
    assert min(len(parameter.text) for parameter in content.body[1:]) > 300


def test_a_header_has_sixty_characters(account):
    parts = [{"type": "HEADER", "format": "TEXT", "text": "Seu {{1}}"}, *body("Olá.")]
    content = filled(account, parts, {"header.1": "service"}, {"service": "corte " * 20})
    assert len(f"Seu {content.header[0].text}") <= 60


def test_what_has_no_value_says_what_the_mapping_says_otherwise(account):
    otherwise = {"1": "nossa\nequipe"}
    content = filled(account, body("Com {{1}}, até já."), {"1": "professional"}, {"professional": " \n"}, otherwise)
    assert content.body[0].text == "nossa equipe"


def test_a_file_a_place_and_a_coupon_are_given_as_meta_takes_them(account):
    coupon = {"type": "COPY_CODE", "text": "Copiar", "example": "X"}
    parts = [{"type": "HEADER", "format": "DOCUMENT"}, *body("Olá."), {"type": "BUTTONS", "buttons": [coupon]}]
    variables = {"header": "=https://studio.example/docs/preparo.pdf?v=2", "button.0": "=OFF10"}
    content = filled(account, parts, variables, {})
    link = "https://studio.example/docs/preparo.pdf?v=2"
    assert content.header == File("document", link=link, filename="preparo.pdf")
    assert content.buttons == (ButtonParameter(0, "copy_code", "OFF10"),)


def test_a_place_carries_the_companys_name_and_address(account):
    parts = [{"type": "HEADER", "format": "LOCATION"}, *body("Olá.")]
    content = filled(account, parts, {"header": "=-23.5505, -46.6333"}, {})
    assert content.header == Location(-23.5505, -46.6333, account.tenant.name, "Rua Um, 1")
