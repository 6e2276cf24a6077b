"""Variants as mappings: refused when saved where they cannot work, gone with the main one, kept when it changes."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from templates_mgmt import changing, mapping, variants
from templates_mgmt.models import MessageTemplate, TemplateMapping
from templates_mgmt.variants import Refused
from tenants.models import WhatsAppAccount
from tests.factories import NOTICE_VARIABLES, NOW, make_account, make_template, make_tenant, map_template

pytestmark = pytest.mark.django_db
KIND = "appointment_created"


@pytest.fixture
def account() -> WhatsAppAccount:
    return make_account(make_tenant())


@pytest.fixture
def main(account: WhatsAppAccount) -> TemplateMapping:
    return map_template(make_template(account, template_id="1"))


def draft(account: WhatsAppAccount, name: str = "aviso_b", **values: Any) -> TemplateMapping:
    template = MessageTemplate.objects.filter(account=account, name=name).first()
    template = template or make_template(account, name, template_id=name)
    given = {"kind": KIND, "language": "pt_BR", "variables": dict(NOTICE_VARIABLES)} | values
    return TemplateMapping(tenant=account.tenant, template=template, **given)


def add(account: WhatsAppAccount, name: str = "aviso_b", **values: Any) -> TemplateMapping:
    return variants.put(draft(account, name, **values), None, NOW)


def names(account: WhatsAppAccount) -> list[str]:
    return [voice.template.name for voice in mapping.voices(account.tenant, KIND, "pt_BR")]


def test_a_variant_speaks_beside_the_main_one(account: WhatsAppAccount, main: TemplateMapping) -> None:
    add(account)
    assert names(account) == ["aviso_de_agendamento", "aviso_b"]
    assert mapping.find(account.tenant, KIND, "pt_BR") == main


@pytest.mark.parametrize("variables", [{}, {**NOTICE_VARIABLES, "5": ""}, {**NOTICE_VARIABLES, "5": "no_such_field"}])
def test_one_that_cannot_work_is_refused_when_saved(
    account: WhatsAppAccount, main: TemplateMapping, variables: dict[str, str]
) -> None:
    with pytest.raises(ValidationError):
        add(account, variables=variables)
    assert names(account) == ["aviso_de_agendamento"]


def test_another_companys_template_is_refused(account: WhatsAppAccount, main: TemplateMapping) -> None:
    theirs = make_template(make_account(make_tenant()), "aviso_b", template_id="9")
    row = TemplateMapping(
        tenant=account.tenant, kind=KIND, language="pt_BR", template=theirs, variables=NOTICE_VARIABLES
    )
    with pytest.raises(ValidationError):
        variants.put(row, None, NOW)


@pytest.mark.parametrize("name", ["aviso_de_agendamento", "aviso_b"])
def test_a_template_shares_in_a_kind_once(account: WhatsAppAccount, main: TemplateMapping, name: str) -> None:
    add(account)
    with pytest.raises(Refused, match="já participa"):
        add(account, name)


def test_there_is_no_variant_of_nothing(account: WhatsAppAccount) -> None:
    with pytest.raises(Refused, match="Escolha antes"):
        add(account)


def test_their_number_has_an_end(account: WhatsAppAccount, main: TemplateMapping) -> None:
    for n in range(variants.MOST):
        add(account, f"aviso_{n}")
    with pytest.raises(Refused, match="4"):
        add(account)


def test_the_database_knows_no_template_twice(account: WhatsAppAccount, main: TemplateMapping) -> None:
    again = draft(account)
    again.is_variant = True
    add(account)
    with pytest.raises(IntegrityError):
        again.save()


def test_the_second_of_two_people_is_told(account: WhatsAppAccount, main: TemplateMapping) -> None:
    row = add(account)
    seen = variants.version(row)
    variants.put(draft(account), row, NOW, seen=seen)
    with pytest.raises(Refused, match="Alguém mudou"):
        variants.put(draft(account, "aviso_c"), row, NOW, seen=seen)


def test_other_words_begin_anew(account: WhatsAppAccount, main: TemplateMapping) -> None:
    row = add(account)
    variants.stop(row, NOW, opt_outs=3, sent=40)
    row.refresh_from_db()
    saved = variants.put(draft(account, "aviso_c"), row, NOW, seen=variants.version(row))
    assert (saved.pk, saved.stopped_at, names(account)) == (row.pk, None, ["aviso_de_agendamento", "aviso_c"])


def test_it_is_stopped_once_and_brought_back(account: WhatsAppAccount, main: TemplateMapping) -> None:
    row = add(account)
    assert [variants.stop(row, NOW, opt_outs=3, sent=40) for _again in range(2)] == [True, False]
    row.refresh_from_db()
    variants.bring_back(row, date(2026, 11, 21))
    row.refresh_from_db()
    assert (row.stopped_at, row.stopped_for, row.judged_from) == (None, {}, date(2026, 11, 21))


def test_with_the_main_one_its_variants_go(account: WhatsAppAccount, main: TemplateMapping) -> None:
    add(account)
    changing.remove(main, NOW)
    assert not TemplateMapping.objects.exists()


def test_a_new_main_one_keeps_the_variants_and_the_switch(account: WhatsAppAccount, main: TemplateMapping) -> None:
    add(account)
    variants.switch(main, False)
    coming = draft(account, "aviso_v2")
    MessageTemplate.objects.filter(pk=coming.template_id).update(status="PENDING")
    coming.template.refresh_from_db()
    changing.put(coming, changing.version([main]), NOW)
    MessageTemplate.objects.update(status="APPROVED")
    assert changing.take_over([coming.template_id], NOW) == 1
    assert names(account) == ["aviso_v2", "aviso_b"]
    assert TemplateMapping.objects.get(is_variant=False).has_choice is False


def test_a_variant_that_becomes_the_main_one_is_no_variant_any_more(
    account: WhatsAppAccount, main: TemplateMapping
) -> None:
    add(account)
    changing.put(draft(account), changing.version([main]), NOW)
    assert names(account) == ["aviso_b"]
