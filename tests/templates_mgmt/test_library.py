"""The library of ready templates: each passes Meta's rules, in both readings, and speaks for its notice at once."""

import pytest
import responses

from notifications.kinds import KINDS
from templates_mgmt import library, rules
from templates_mgmt.fields import FIELDS
from templates_mgmt.library import SITUATIONS, TONES, entries
from templates_mgmt.models import TemplateMapping
from templates_mgmt.structure import quick_reply_indexes
from tests.factories import NOW, make_number, make_template, make_tenant, map_template
from whatsapp.simulator.rules import definitions

TAKEN = {"id": "900", "status": "PENDING", "category": "UTILITY"}
READY = list(entries().values())


def test_every_situation_has_all_tones_under_names_of_their_own():
    assert list(entries()) == [f"{situation}.{tone}" for situation in SITUATIONS for tone in TONES]
    assert len({ready.payload["name"] for ready in READY}) == len(READY)


@pytest.mark.parametrize("ready", READY, ids=lambda ready: ready.key)
def test_each_passes_the_rules_and_the_simulator(ready):
    assert rules.check(ready.payload) == []
    definitions.check(dict(ready.payload))


@pytest.mark.parametrize("ready", READY, ids=lambda ready: ready.key)
def test_each_variable_is_a_field_and_each_kind_is_known(ready):
    assert set(ready.variables.values()) <= FIELDS.keys()
    assert ready.kind in {"", *KINDS}
    if ready.kind:
        assert len(quick_reply_indexes(ready.payload["components"])) == 3


@pytest.fixture
def account(db, settings):
    settings.WHATSAPP_META_GRAPH_URL = "http://graph.test"
    account = make_number(make_tenant()).account
    with responses.RequestsMock() as mock:
        mock.post(f"http://graph.test/v25.0/{account.waba_id}/message_templates", json=TAKEN)
        yield account


def test_one_click_creates_and_maps(account):
    row = library.create_from_library(account.tenant, account, "booked.friendly", now=NOW)
    mapped = TemplateMapping.objects.get()
    assert (mapped.template, mapped.kind, mapped.language) == (row, "appointment_created", "pt_BR")
    assert not mapped.is_next
    mapped.full_clean()


def test_a_kind_that_somebody_mapped_stays_as_it_is(account):
    known = map_template(make_template(account))
    library.create_from_library(account.tenant, account, "booked.short", now=NOW)
    assert TemplateMapping.objects.get().template == known.template
