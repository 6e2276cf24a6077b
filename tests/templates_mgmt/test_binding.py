"""A mapping that cannot work is refused where it is mended, for every kind and every way to break it."""

import pytest
from django.core.exceptions import ValidationError

from templates_mgmt import binding
from templates_mgmt.fields import FIELDS
from templates_mgmt.models import TemplateMapping
from templates_mgmt.speech import SPEECHES
from tests.factories import make_account, make_template, make_tenant

pytestmark = pytest.mark.django_db

LINK = {"type": "URL", "text": "Ver", "url": "http://testserver/voucher/{{1}}"}
COUPON = {"type": "COPY_CODE", "text": "Copiar", "example": "OFF10"}
PARTS = [
    {"type": "HEADER", "format": "IMAGE"},
    {"type": "BODY", "text": "Olá {{1}}, {{2}} é dia {{3}} com {{4}}."},
    {"type": "BUTTONS", "buttons": [LINK, COUPON, {"type": "QUICK_REPLY", "text": "Confirmar"}]},
]
SOURCES = {
    "header": "=https://studio.example/fachada.jpg",
    "1": "first_name",
    "2": "service",
    "3": "date_long",
    "4": "professional",
    "button.0": "voucher_url",
    "button.1": "=OFF10",
}
OTHERWISE = {"4": "nossa equipe"}
KINDS = ("appointment_created", "appointment_reminder", "appointment_changed")

# What is changed of a mapping that works, and where the sentence stands.
BROKEN = {
    **{f"{slot} left out": ({"variables": {slot: None}}, f"variables.{slot}") for slot in SOURCES},
    **{f"{slot} empty": ({"variables": {slot: "= "}}, f"variables.{slot}") for slot in SOURCES},
    "a number in place of a source": ({"variables": {"1": 7}}, "variables.1"),
    "a field that nobody knows": ({"variables": {"1": "shoe_size"}}, "variables.1"),
    "a slot that the template lacks": ({"variables": {"9": "service"}}, "variables.9"),
    "otherwise for a slot that it lacks": ({"otherwise": {"9": "oi"}}, "variables.9"),
    "a field that may be empty": ({"otherwise": {"4": ""}}, "variables.4"),
    "a fixed text longer than the body": ({"variables": {"1": f"={'x' * 1100}"}}, "variables.1"),
    "a text for empty that is too long": ({"otherwise": {"4": "x" * 1100}}, "variables.4"),
    "a file by a field": ({"variables": {"header": "place"}}, "variables.header"),
    "a file without https": ({"variables": {"header": "=http://studio.example/a.jpg"}}, "variables.header"),
    "a file that is no link": ({"variables": {"header": "=fachada.jpg"}}, "variables.header"),
    "a link that begins otherwise": ({"variables": {"button.0": "booking_url"}}, "variables.button.0"),
    "a name in a link": ({"variables": {"button.0": "first_name"}}, "variables.button.0"),
    "a coupon by a field": ({"variables": {"button.1": "service"}}, "variables.button.1"),
    "a coupon of sixteen": ({"variables": {"button.1": f"={'A' * 16}"}}, "variables.button.1"),
    "another language": ({"language": "es_MX"}, "language"),
    "a kind without templates": ({"kind": "manual"}, "kind"),
    "no object": ({"variables": ["first_name"]}, "variables"),
}
# Parts that no notice has anything to give for.
NOT_FILLED = [
    {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
    {"type": "BUTTONS", "buttons": [{"type": "MPM", "text": "Ver itens"}]},
    {"type": "CAROUSEL", "cards": []},
    {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Hoje"}},
    {"type": "HEADER", "format": "GIF"},
    {"type": "HEADER", "format": "PRODUCT"},
]


@pytest.fixture
def tenant(settings):
    settings.PUBLIC_URL = "http://testserver"
    return make_tenant(booking_url="https://agenda.example/jana")


@pytest.fixture
def account(tenant):
    return make_account(tenant)


def mapped(account, kind=KINDS[0], **changes):
    """A mapping that works, with ``changes`` put over it; None leaves a slot out."""
    template = account.templates.first() or make_template(account, components=PARTS)
    values = {"language": "pt_BR", "variables": SOURCES, "otherwise": OTHERWISE, "kind": kind}
    for name, change in changes.items():
        if isinstance(change, dict):
            merged = values[name] | change
            values[name] = {slot: source for slot, source in merged.items() if source is not None}
        else:
            values[name] = change
    return TemplateMapping(tenant=account.tenant, template=template, **values)


def test_the_kinds_of_appointments_are_those_that_templates_speak_for():
    assert set(KINDS) == set(SPEECHES)
    assert all(speech.fields == set(FIELDS) for speech in SPEECHES.values())


@pytest.mark.parametrize("kind", KINDS)
def test_a_mapping_with_everything_in_its_place_can_work(account, kind):
    row = mapped(account, kind)
    assert binding.problems(row) == {}
    row.full_clean()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", BROKEN)
def test_a_mapping_that_cannot_work_is_refused_at_its_place(account, kind, case):
    changes, place = BROKEN[case]
    row = mapped(account, **({"kind": kind} | changes))
    assert place in binding.problems(row)
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert place.partition(".")[0] in refused.value.message_dict


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("extra", NOT_FILLED)
def test_a_template_that_no_notice_can_fill_is_refused(account, kind, extra):
    make_template(account, components=[{"type": "BODY", "text": "Olá."}, extra])
    assert "template" in binding.problems(
        mapped(account, kind, variables=dict.fromkeys(SOURCES), otherwise={"4": None})
    )


def test_a_place_is_latitude_and_longitude(account):
    make_template(account, components=[{"type": "HEADER", "format": "LOCATION"}, {"type": "BODY", "text": "Olá."}])
    for text, works in (("-23.5505, -46.6333", True), ("Rua Um", False), ("95, 10", False), ("10, 200", False)):
        row = mapped(account)
        row.variables, row.otherwise = {"header": f"={text}"}, {}
        assert (binding.problems(row) == {}) is works


def test_the_company_speaks_where_a_field_is_empty(account):
    row = mapped(account, variables={"4": "place"}, otherwise={"4": None})
    assert binding.problems(row) == {}
    account.tenant.address_line = ""
    row.tenant = account.tenant
    assert list(binding.problems(row)) == ["variables.4"]


@pytest.mark.parametrize(
    ("components", "sentence"),
    [
        (PARTS, "diferente do primeiro"),
        ([{"type": "BODY", "text": "{{1}} {{8}}"}], "8"),
        ([{"type": "CAROUSEL", "cards": []}], "cartões"),
    ],
)
def test_the_template_in_its_place_must_work_too(account, components, sentence):
    row = mapped(account)
    row.fallback = row.template if components is PARTS else make_template(account, "segundo", components=components)
    assert sentence in binding.problems(row)["fallback"]


def test_another_companys_template_is_refused(account):
    row = mapped(account)
    row.fallback = make_template(make_account(make_tenant()), components=[{"type": "BODY", "text": "Olá."}])
    assert "fallback" in binding.problems(row)
