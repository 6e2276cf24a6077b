"""Contacts that may be one person: shown side by side, decided by a manager, never by the machine."""

import pytest
from django.utils import timezone

from tenants import merging, profiles
from tenants.models import Contact, ContactMerge, ContactMergeProposal
from tests.dashboard.people import browser
from tests.factories import make_appointment, make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(jana):
    return browser(jana, "manager")


@pytest.fixture
def proposal(jana):
    """Ana, older, and Bia, with a booking, go by the same username."""
    ana, bia = make_contact(jana, "+5511988880001", "Ana"), make_contact(jana, "+5511988880002", "Bia <i>")
    make_appointment(jana, phone="+5511988880002", name="Bia")
    merging.propose([(ana, bia, "same_username", {"one": "ana.b", "other": "ana.b"})])
    return ContactMergeProposal.objects.get()


def act(client, tenant, proposal, way):
    return client.post(f"/contatos/unioes/{proposal.pk}/{way}/", {"tenant": str(tenant.pk)})


def test_the_list_of_contacts_tells_of_open_questions(manager, proposal):
    assert "1 par de contatos pode ser a mesma pessoa" in manager.get("/contatos/").content.decode()
    assert "ana.b" in manager.get("/contatos/unioes/").content.decode()


def test_both_stand_side_by_side_with_what_would_happen(manager, proposal):
    page = manager.get(f"/contatos/unioes/{proposal.pk}/")
    html = page.content.decode()
    assert [side.contact.name for side in page.context["sides"]] == ["Ana", "Bia <i>"]
    assert [side.appointments for side in page.context["sides"]] == [0, 1]
    assert "Bia &lt;i&gt;" in html
    assert "agendamentos (1)" in html
    assert "Pode ser desfeito na página do contato por 30 dias" in html


def test_one_person_has_everything_of_both(jana, manager, proposal):
    for contact, note in ((proposal.one, "alérgica"), (proposal.other, "prefere manhã")):
        profiles.change(contact, {"note": note})
    answer = act(manager, jana, proposal, "mesma-pessoa")
    kept = Contact.objects.get()
    assert answer.url == f"/contatos/{kept.pk}/"
    assert (kept.name, kept.note) == ("Ana", "alérgica\n\nprefere manhã")
    assert kept.appointments.count() == 1
    html = manager.get(f"/contatos/unioes/{proposal.pk}/").content.decode()
    assert "Decidido: Unidos" in html
    assert "O contato que ficou" in html
    assert "que ficaria" not in html


def test_two_people_stay_two_and_are_asked_about_no_more(jana, manager, proposal):
    act(manager, jana, proposal, "duas-pessoas")
    assert Contact.objects.count() == 2
    assert "Nenhuma pergunta em aberto" in manager.get("/contatos/unioes/").content.decode()


def test_what_a_colleague_decided_meanwhile_stands(jana, manager, proposal):
    merging.reject(proposal, None, timezone.now())
    act(manager, jana, proposal, "mesma-pessoa")
    assert Contact.objects.count() == 2
    assert "já foi decidid" in manager.get("/contatos/unioes/").content.decode()


@pytest.mark.parametrize("role", ["operator", "viewer"])
def test_who_does_not_manage_looks_and_decides_nothing(jana, proposal, role):
    client = browser(jana, role)
    html = client.get(f"/contatos/unioes/{proposal.pk}/").content.decode()
    assert "mesma-pessoa" not in html
    assert act(client, jana, proposal, "mesma-pessoa").status_code == 403
    assert Contact.objects.count() == 2


def test_the_pages_take_few_queries(manager, proposal, django_assert_max_num_queries):
    for path in ("/contatos/unioes/", f"/contatos/unioes/{proposal.pk}/"):
        manager.get(path)
        with django_assert_max_num_queries(12):
            manager.get(path)


# --- undone -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def merge(jana, manager, proposal):
    act(manager, jana, proposal, "mesma-pessoa")
    return ContactMerge.objects.get()


def undo(client, tenant, merge):
    return client.post(f"/contatos/unioes/feitas/{merge.pk}/desfazer/", {"tenant": str(tenant.pk)})


def test_a_manager_undoes_a_joining_and_sees_the_contact_that_is_back(jana, manager, merge):
    html = manager.get(f"/contatos/{merge.kept_id}/").content.decode()
    assert ("Unido com" in html, "Desfazer união" in html) == (True, True)
    answer = undo(manager, jana, merge)
    assert answer.url == f"/contatos/{merge.gone_pk}/"
    page = manager.get(answer.url).content.decode()
    assert "Bia &lt;i&gt; voltou a ser um contato separado" in page
    assert "Unido com" not in manager.get(f"/contatos/{merge.kept_id}/").content.decode()


def test_what_cannot_be_undone_any_more_says_why(jana, manager, merge, settings):
    settings.CONTACT_MERGE_UNDO_DAYS = 0
    assert "Já passou tempo demais" in manager.get(f"/contatos/{merge.kept_id}/").content.decode()
    undo(manager, jana, merge)
    assert Contact.objects.count() == 1


def test_who_does_not_manage_undoes_nothing(jana, merge):
    client = browser(jana, "operator")
    assert "Desfazer união" not in client.get(f"/contatos/{merge.kept_id}/").content.decode()
    assert undo(client, jana, merge).status_code == 403
