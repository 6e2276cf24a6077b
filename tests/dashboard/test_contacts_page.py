"""Contacts: found by name and phone, filtered, shown with all that hangs on them, changed, and asked about."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from notifications import optout
from notifications.models import NotificationJob
from tenants import contacts, profiles
from tenants.contacts import Names
from tenants.models import AuditEntry, Consent, Contact, Identity
from tests.dashboard.people import browser
from tests.factories import make_appointment, make_contact
from tests.notifications.jobs import first_number, promise
from whatsapp import conversations
from whatsapp.models import Lead

pytestmark = pytest.mark.django_db
ODD = {
    "emoji": "Zé 👩‍👩‍👧‍👦 🎉",
    "markup": "<script>alert(1)</script>",
    "right to left": "مريم الفاسي",
    "quotes": '"O\'Neill" & Filhos',
    "formula": "=cmd|' /C calc'!A0",
}


@pytest.fixture
def maria(jana):
    return make_contact(jana)


def names(page):
    return [row.contact.name for row in page.context["page"].rows]


def listed(client, **asked):
    page = client.get("/contatos/", asked)
    assert page.status_code == 200
    return names(page)


@pytest.mark.parametrize("q", ["maria", "MARÍA sil", "silva maria", "98888-7777", "+55 (11) 98888-7777", "1188887777"])
def test_a_contact_is_found_however_it_is_written(jana, viewer, maria, q):
    make_contact(jana, "+5521977776666", "João Souza")
    assert listed(viewer, q=q) == ["Maria Silva"]


def test_nobody_of_another_company_is_found(charlie, viewer):
    make_contact(charlie, name="Cliente do Charlie")
    page = viewer.get("/contatos/")
    assert "Cliente do Charlie" not in page.content.decode()
    assert listed(viewer, q="charlie") == []


def test_an_empty_list_says_what_brings_contacts(viewer):
    assert "Ainda não há contatos" in viewer.get("/contatos/").content.decode()
    assert "Nenhum contato corresponde" in viewer.get("/contatos/", {"q": "ninguém"}).content.decode()


def test_filters_of_consent_follow_the_word_in_force(jana, viewer, maria):
    out, marketing, back = (make_contact(jana, f"+551197777666{n}", f"P{n}") for n in range(3))
    now, said = timezone.now(), {"source": Consent.Source.OPERATOR, "proof": "x"}
    optout.opt_out(out, now=now, **said)
    optout.opt_out(marketing, now=now, category="marketing", **said)
    optout.opt_out(back, now=now - timedelta(days=1), **said)
    optout.opt_in(back, now=now, **said)
    assert listed(viewer, consent="no_messages") == ["P0"]
    assert listed(viewer, consent="no_marketing") == ["P1"]
    assert listed(viewer, consent="opted_in") == ["P2"]
    assert sorted(listed(viewer, consent="nonsense")) == ["Maria Silva", "P0", "P1", "P2"]


def test_filter_of_origin_asks_the_lead(jana, viewer, maria):
    make_contact(jana, "+5521977776666", "João")
    Lead.objects.create(
        tenant=jana, number=first_number(jana), contact=maria, source="ad", first_at=timezone.now(), headline="Verão"
    )
    assert listed(viewer, source="ad") == ["Maria Silva"]
    assert listed(viewer, source="keyword") == []


def test_a_long_list_comes_in_pages_and_each_name_once(jana, viewer):
    with transaction.atomic():
        contacts.upsert(jana, [Names(wa_id=f"55119777{n:05}", at=timezone.now()) for n in range(70)])
    first = viewer.get("/contatos/")
    second = viewer.get("/contatos/", {"before": str(first.context["page"].older)})
    seen = [row.contact.pk for page in (first, second) for row in page.context["page"].rows]
    assert (len(seen), len(set(seen))) == (70, 70)


def test_no_query_grows_with_contacts(jana, viewer, maria, django_assert_max_num_queries):
    viewer.get("/contatos/")
    with django_assert_max_num_queries(12) as few:
        viewer.get("/contatos/")
    for n in range(20):
        conversations.open_for(first_number(jana), make_contact(jana, f"+5511977776{n:03}", f"P{n}"))
    with django_assert_max_num_queries(len(few)):
        viewer.get("/contatos/")


def test_a_contacts_page_shows_who_it_is_and_was(jana, viewer, maria):
    Identity.objects.create(
        tenant=jana, contact=maria, kind="wa_id", value="5521977776666", match_key="552177776666",
        replaced_at=timezone.now(),
    )  # fmt: skip
    Identity.objects.create(tenant=jana, contact=maria, kind="username", value="maria.s", match_key="maria.s")
    html = viewer.get(f"/contatos/{maria.pk}/").content.decode()
    assert all(told in html for told in ("+55 (11) 98888-7777", "+55 (21) 97777-6666", "maria.s"))
    assert "Anterior: Número do WhatsApp" in html


def test_a_contacts_page_shows_consent_with_its_proof(jana, viewer, maria):
    optout.opt_out(maria, source=Consent.Source.KEYWORD, now=timezone.now(), proof="wamid.SAIR")
    html = viewer.get(f"/contatos/{maria.pk}/").content.decode()
    assert "Sem mensagens" in html
    assert "wamid.SAIR" in html
    assert "Palavra digitada" in html


def test_what_happened_follows_in_a_part_of_its_own(jana, viewer, maria):
    appointment = make_appointment(jana, service="Corte <b>")
    promise(jana, appointment=appointment)
    page = viewer.get(f"/contatos/{maria.pk}/")
    assert f'hx-get="/contatos/{maria.pk}/historico/"' in page.content.decode()
    part = viewer.get(f"/contatos/{maria.pk}/historico/", headers={"HX-Request": "true"}).content.decode()
    assert "Corte &lt;b&gt;" in part
    assert "Na fila" in part
    assert "<html" not in part
    assert "<html" in viewer.get(f"/contatos/{maria.pk}/historico/").content.decode()


def test_a_contacts_pages_take_few_queries(jana, operator, maria, django_assert_max_num_queries):
    for n in range(5):
        promise(jana, dedupe_key=f"k{n}")
        maria.consents.create(tenant=jana, decision="opt_in", source="operator", proof=str(n))
    operator.get(f"/contatos/{maria.pk}/")
    with django_assert_max_num_queries(12):
        operator.get(f"/contatos/{maria.pk}/")
    with django_assert_max_num_queries(12):
        operator.get(f"/contatos/{maria.pk}/historico/")


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_name_and_note_are_written_and_shown_as_text(operator, post, maria, odd):
    post(operator, f"/contatos/{maria.pk}/mudar/", name=odd, note=odd)
    maria.refresh_from_db()
    assert (maria.name, maria.note) == (odd, odd)
    for path in (f"/contatos/{maria.pk}/", "/contatos/", f"/contatos/{maria.pk}/mudar/"):
        assert "<script>alert(1)" not in operator.get(path).content.decode()
    assert AuditEntry.objects.get(action="contact.changed").detail["name"] == ["Maria Silva", odd]


def test_a_name_that_is_too_long_stays_in_the_form_with_its_reason(operator, post, maria):
    answer = post(operator, f"/contatos/{maria.pk}/mudar/", name="a" * 121, note="x")
    assert answer.status_code == 422
    assert "a" * 121 in answer.content.decode()
    maria.refresh_from_db()
    assert (maria.name, maria.note) == ("Maria Silva", "")


def test_nothing_different_is_no_change(maria):
    assert profiles.change(maria, {"name": "Maria Silva"}) is False
    assert not AuditEntry.objects.filter(action="contact.changed").exists()


def test_a_note_that_somebody_else_changed_meanwhile_is_not_lost(operator, maria, post):
    path = f"/contatos/{maria.pk}/mudar/"
    stale = operator.get(path).context["seen"]
    post(operator, path, name="Maria", note="alérgica a amônia", seen=stale)
    answer = post(operator, path, name="Maria", note="prefere de manhã", seen=stale)
    maria.refresh_from_db()
    assert (answer.status_code, maria.note) == (422, "alérgica a amônia")
    assert "alérgica a amônia" in answer.content.decode()
    post(operator, path, name="Maria", note="alérgica; de manhã", seen=answer.context["seen"])
    maria.refresh_from_db()
    assert maria.note == "alérgica; de manhã"


def test_an_empty_name_gives_way_to_the_one_on_whatsapp(jana, operator, post):
    with transaction.atomic():
        (contact,) = contacts.upsert(
            jana, [Names(wa_id="5511977776666", profile_name="Zé do Perfil", at=timezone.now())]
        )
    contacts.get_or_create_for_phone(jana, "+5511977776666", "José")
    post(operator, f"/contatos/{contact.pk}/mudar/", name="", note="")
    assert "Zé do Perfil" in operator.get("/contatos/").content.decode()


def test_a_word_heard_by_a_person_is_recorded_and_ends_what_waits(jana, operator, post, maria):
    job = promise(jana)
    post(operator, f"/contatos/{maria.pk}/recusa/", category="all", proof="disse no balcão")
    word = Consent.objects.get(contact=maria)
    assert (word.decision, word.source, word.proof) == ("opt_out", "operator", "disse no balcão")
    assert word.recorded_by is not None
    assert NotificationJob.objects.get(pk=job.pk).state == "cancelled"
    post(operator, f"/contatos/{maria.pk}/aceite/", category="all", proof="pediu de volta")
    assert listed(operator, consent="opted_in") == ["Maria Silva"]


@pytest.mark.parametrize("said", [{}, {"proof": "   "}, {"proof": "a" * 201}, {"proof": "x", "category": "nothing"}])
def test_without_proof_no_word_is_recorded(operator, post, maria, said):
    answer = post(operator, f"/contatos/{maria.pk}/recusa/", **({"category": "all"} | said))
    assert answer.status_code == 302
    assert not Consent.objects.exists()


def test_a_viewer_sees_no_act(viewer, maria):
    html = viewer.get(f"/contatos/{maria.pk}/").content.decode()
    assert "/mudar/" not in html
    assert "/recusa/" not in html
    assert viewer.get(f"/contatos/{maria.pk}/mudar/").status_code == 403


def test_another_companys_contact_does_not_exist(charlie, jana):
    stranger = make_contact(charlie)
    client = browser(jana, "owner")
    assert client.get(f"/contatos/{stranger.pk}/").status_code == 404
    assert client.post(f"/contatos/{stranger.pk}/recusa/", {"tenant": str(jana.pk)}).status_code == 404
    assert Contact.objects.get(pk=stranger.pk).consents.count() == 0
