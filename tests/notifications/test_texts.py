"""Wordings: the tenant's own or the default, filled so that a missing value leaves no hole."""

import pytest
from django.core.exceptions import ValidationError

from notifications import texts
from tests.factories import make_tenant

pytestmark = pytest.mark.django_db
VALUES = {"first_name": "Maria", "service": "Corte", "date": "21/11/2026", "time": "14:05"}


@pytest.mark.parametrize("key", texts.DEFAULTS)
@pytest.mark.parametrize("language", ["pt-br", "en"])
def test_every_default_may_be_saved_as_it_is(key, language):
    texts.check(key, texts.body(make_tenant(language=language), key))


def test_default_speaks_the_tenants_language():
    portuguese = texts.text(make_tenant(language="pt-br"), "talk_answer", **VALUES)
    english = texts.text(make_tenant(language="en"), "talk_answer", **VALUES)
    assert portuguese.startswith("Um momento, Maria")
    assert english.startswith("One moment, Maria")


def test_own_wording_wins():
    tenant = make_tenant()
    texts.save(tenant, "talk_answer", "Já vai, {first_name}.")
    assert texts.text(tenant, "talk_answer", **VALUES) == "Já vai, Maria."


def test_another_tenants_wording_is_not_used():
    texts.save(make_tenant(), "talk_answer", "Já vai.")
    assert texts.text(make_tenant(), "talk_answer", **VALUES) != "Já vai."


def test_empty_wording_goes_back_to_the_default():
    tenant = make_tenant()
    texts.save(tenant, "talk_answer", "Já vai.")
    texts.save(tenant, "talk_answer", "  ")
    assert texts.text(tenant, "talk_answer", **VALUES).startswith("Um momento")


@pytest.mark.parametrize("wording", ["Oi {nome}", "Oi {first_name }", "Oi {}", "Oi {customer.name}"])
def test_unknown_placeholder_is_refused_and_the_known_ones_named(wording):
    with pytest.raises(ValidationError, match="first_name"):
        texts.save(make_tenant(), "talk_answer", wording)


@pytest.mark.parametrize(
    ("key", "wording"), [("talk_answer", "x" * 4097), ("optout_question", "x" * 1025), ("no_such_text", "oi")]
)
def test_wording_that_could_not_be_sent_is_refused(key, wording):
    with pytest.raises(ValidationError):
        texts.save(make_tenant(), key, wording)


def test_line_that_says_nothing_without_its_value_disappears():
    wording = "Olá, {first_name}.\nLocal: {place}\n\nComprovante: {voucher_url}\n\nAté lá."
    assert texts.fill(wording, VALUES) == "Olá, Maria.\n\nAté lá."


def test_missing_value_leaves_no_hole_in_its_line():
    assert texts.fill("Olá, {first_name} , seu {service} em {place} !", {"first_name": "Ana"}) == "Olá, Ana, seu em!"


def test_value_with_braces_is_not_read_as_a_placeholder():
    assert texts.fill("Oi {first_name}", {"first_name": "{service}", "service": "Corte"}) == "Oi {service}"
