"""What a conversation's thread shows, in through its page."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from notifications.models import JobEvent, NotificationJob
from tests.dashboard.test_messages_page import make_job
from tests.dashboard.threads import hear, keep, say, talk, tick, with_file
from tests.factories import make_person, make_template
from tests.templates_mgmt.template_samples import body, buttons, card, carousel, code, offer
from tests.whatsapp.samples import INTERACTIVE, PLAIN
from whatsapp.content import Template
from whatsapp.conversations import acts
from whatsapp.models import Reaction, Revision

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def page(client, row, part=""):
    answer = client.get(f"/conversas/{row.pk}/{part}")
    assert answer.status_code == 200
    return answer.content.decode()


ORDER = {"text": "Para sábado", "product_items": [
    {"product_retailer_id": "kit-1", "quantity": 2, "item_price": 49.9, "currency": "BRL"}]}  # fmt: skip
CARD = [{"name": {"formatted_name": "João Souza"}, "phones": [{"phone": "+5511977776666"}]}]
FLOW = {"type": "nfm_reply", "nfm_reply": {"response_json": '{"flow_token": "x", "data_do_corte": "amanhã"}'}}
LIST = {"type": "list_reply", "list_reply": {"id": "1", "title": "Quinta, 10h", "description": "com a Jana"}}
CALLS = {"type": "call_permission_reply", "call_permission_reply": {"response": "accept"}}


@pytest.mark.parametrize(
    ("type_", "told", "words"),
    [
        ("location", {"latitude": -23.5, "longitude": -46.6, "name": "Padaria", "address": "Rua Dois"},
         ["Padaria", "Rua Dois", "query=-23.5,-46.6"]),
        ("contacts", CARD, ["João Souza", "+55 (11) 97777-6666"]),
        ("order", ORDER, ["kit-1", "R$ 49,90", "R$ 99,80", "Para sábado"]),
        ("interactive", FLOW, ["data do corte", "amanhã", "Preencheu um formulário"]),
        ("interactive", LIST, ["com a Jana", "Escolheu de uma lista"]),
        ("interactive", CALLS, ["O cliente permite ligações."]),
        ("button", {"text": "Confirmar"}, ["Apertou um botão"]),
        ("unsupported", {"type": "poll_creation"}, ["uma enquete"]),
        ("hologram", {"x": 1}, ["hologram", "Ela está guardada inteira."]),
        ("media_placeholder", None, ["Um arquivo do histórico"]),
    ],
)  # fmt: skip
def test_each_type_of_a_customers_message_has_its_words(jana, operator, type_, told, words):
    row = talk(jana)
    hear(row, type_=type_, told=told)
    html = page(operator, row)
    for word in words:
        assert word in html


@pytest.mark.parametrize("content", [*PLAIN.values(), *INTERACTIVE.values()], ids=[*PLAIN, *INTERACTIVE])
def test_each_kind_of_our_own_content_can_be_shown(jana, operator, content):
    row = talk(jana)
    sent = say(row, content)
    assert f'id="m-{sent.pk}"' in page(operator, row)


@pytest.mark.parametrize("content", [{}, None, [], "x", {"type": "interactive"}, {"location": 7}, {"contacts": [1]}])
@pytest.mark.parametrize("type_", ["location", "contacts", "order", "interactive", "image"])
def test_broken_content_is_shown_as_far_as_it_goes(jana, operator, content, type_):
    row = talk(jana)
    broken = keep(row, direction="inbound", origin="customer", type=type_, content=content if content else {})
    assert f'id="m-{broken.pk}"' in page(operator, row)


def test_a_price_beyond_all_numbers_is_shown_as_it_came(jana, operator):
    row = talk(jana)
    item = {"product_retailer_id": "kit-1", "quantity": 1, "item_price": 10**400, "currency": "BRL"}
    hear(row, type_="order", told={"product_items": [item]})
    assert "kit-1" in page(operator, row)


def test_text_is_shown_as_text_whatever_it_holds(jana, operator):
    row = talk(jana)
    hear(row, '<script>alert("oi")</script> שלום 👩‍👩‍👧')
    html = page(operator, row)
    assert "&lt;script&gt;" in html
    assert "<script>alert" not in html
    assert "שלום 👩‍👩‍👧" in html


def test_the_marks_of_whatsapp_are_shown(jana, operator):
    row = talk(jana)
    hear(row, "*sim* e ```x```")
    assert "<b>sim</b> e <code>x</code>" in page(operator, row)


def test_an_answer_quotes_what_it_answers(jana, operator):
    row = talk(jana)
    asked = say(row, "Pode ser às 10h?")
    hear(row, "pode", context_message_id=asked.provider_message_id)
    html = page(operator, row)
    assert f'class="th-quote" href="#m-{asked.pk}"' in html


def test_an_answer_to_something_unknown_says_so(jana, operator):
    row = talk(jana)
    hear(row, "pode", context_message_id="wamid.unknown")
    assert "Uma mensagem que não se conhece aqui" in page(operator, row)


def test_reactions_stand_on_their_message(jana, operator):
    row = talk(jana)
    sent = say(row)
    shared = {"tenant": jana, "number": row.number, "target_id": sent.provider_message_id}
    Reaction.objects.create(contact=row.contact, emoji="🎉", occurred_at=timezone.now(), **shared)
    Reaction.objects.create(contact=None, emoji="", occurred_at=timezone.now(), **shared)
    assert page(operator, row).count("<span>🎉</span>") == 1


def test_an_edited_message_keeps_its_former_words(jana, operator):
    row = talk(jana)
    said = hear(row, "às 10h")
    shared = {"tenant": jana, "number": row.number, "message": said, "kind": "edit", "received_at": timezone.now()}
    for n, text in enumerate(("às 11h", "às 12h")):
        at = timezone.now() + timedelta(seconds=n)
        Revision.objects.create(provider_message_id=f"e{n}", text=text, occurred_at=at, **shared)
    said.text, said.edited_at = "às 12h", timezone.now()
    said.save()
    html = page(operator, row)
    assert "editada" in html
    assert html.index("às 12h") < html.index("às 10h") < html.index("às 11h")


def test_a_deleted_message_says_so(jana, operator):
    row = talk(jana)
    hear(row, "segredo", revoked_at=timezone.now())
    html = page(operator, row)
    assert "Apagada por quem escreveu" in html
    assert '<p class="th-text" dir="auto">segredo</p></details>' in html


@pytest.mark.parametrize(
    ("status", "word", "glyph"),
    [("accepted", "Enviada", "check"), ("sent", "Enviada", "check"), ("delivered", "Entregue", "done_all"),
     ("read", "Lida", "done_all"), ("played", "Ouvida", "volume_up"), ("failed", "Falhou", "close")],
)  # fmt: skip
def test_each_rung_has_its_tick(jana, operator, status, word, glyph):
    row = talk(jana)
    tick(say(row, status=""), status, timezone.now())
    ticks = page(operator, row).partition('<details class="th-ticks')[2].partition("</details>")[0]
    assert word in ticks
    assert f">{glyph}<" in ticks


def test_ticks_tell_the_exact_times(jana, operator):
    row = talk(jana)
    sent = say(row, status="")
    tick(sent, "sent", datetime(2026, 11, 20, 15, 0, 1, tzinfo=UTC))
    tick(sent, "read", datetime(2026, 11, 20, 15, 4, 9, tzinfo=UTC))
    html = page(operator, row)
    assert "Lida · Enviada 20/11/2026 12:00:01 · Lida 20/11/2026 12:04:09" in html


@pytest.mark.parametrize(
    ("origin", "word"),
    [("automation", "Automação"), ("campaign", "Campanha"), ("api", "API"), ("app", "Aplicativo do celular")],
)
def test_a_badge_tells_who_wrote(jana, operator, origin, word):
    row = talk(jana)
    say(row, origin=origin)
    assert word in page(operator, row).partition('class="th-badge"')[2].partition("</p>")[0]


def test_a_persons_message_bears_the_name(jana, operator):
    row, ana = talk(jana), make_person(jana, first_name="Ana", last_name="Lima")
    sent = say(row)
    job = make_job(jana, NotificationJob.State.SENT, message=sent)
    JobEvent.objects.create(job=job, event="queued", actor=ana)
    assert "Ana Lima" in page(operator, row).partition('class="th-badge"')[2].partition("</p>")[0]


def test_a_failed_message_tells_why_and_may_be_tried_again(jana, operator, viewer):
    row = talk(jana)
    sent = say(row, status="failed", error_code=131026)
    job = make_job(jana, NotificationJob.State.SENT, message=sent)
    html = page(operator, row)
    assert "131026" in html
    assert f"/conversas/{row.pk}/tentar/{job.pk}/" in html
    assert f"/tentar/{job.pk}/" not in page(viewer, row)


def test_what_waits_stands_at_the_end_with_its_reason(jana, operator):
    row = talk(jana)
    job = make_job(
        jana, content={"type": "text", "body": "já vai"}, reason_code="kill_switch", reason_detail={"reason": "x"}
    )
    hear(row, "depois?", at=timezone.now() + timedelta(minutes=1))
    html = page(operator, row)
    assert html.index("depois?") < html.index(f'id="j-{job.pk}"')
    assert "já vai" in html
    assert "Esta mensagem espera e não se perde" in html


def test_a_notice_that_waits_has_the_name_of_its_kind(jana, operator):
    row = talk(jana)
    job = make_job(jana, kind="appointment_reminder", content=None)
    shown = page(operator, row).partition(f'id="j-{job.pk}"')[2]
    assert "Lembrete" in shown
    assert "esta versão não mostra" not in shown


def test_a_template_is_shown_as_it_went_with_its_buttons(jana, operator):
    row = talk(jana)
    make_template(row.number.account, "lembrete")
    content = Template("lembrete", "pt_BR", preview="Olá Maria, até *amanhã*.")
    say(row, content, template_name="lembrete", template_language="pt_BR", origin="automation")
    html = page(operator, row)
    for words in ("Modelo · lembrete", "Olá Maria, até <b>amanhã</b>.", "Reagendar"):
        assert words in html


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([offer("Só até sexta"), body(), buttons(code())], ["Só até sexta", "Copiar código da oferta"]),
        ([body(), carousel(card(), card())], ["2 cartões lado a lado"]),
    ],
    ids=["offer", "cards"],
)
def test_what_stands_in_the_template_alone_is_shown_too(jana, operator, parts, words):
    row = talk(jana)
    make_template(row.number.account, "novidades", components=parts)
    content = Template("novidades", "pt_BR", preview="Olá Maria.")
    say(row, content, template_name="novidades", template_language="pt_BR")
    html = page(operator, row)
    assert [one for one in words if one not in html] == []


def test_what_whatsapp_says_itself_is_a_line(jana, operator):
    row = talk(jana)
    hear(row, "Maria changed", type_="system", told={"type": "user_changed_number", "wa_id": "5511966665555"})
    html = page(operator, row)
    assert "O cliente mudou de número: agora é +55 (11) 96666-5555." in html


def test_acts_and_notes_of_people_stand_between(jana, operator):
    row, ana = talk(jana), make_person(jana, username="ana")
    acts.take(row, ana)
    acts.note(row, "cliente <b>VIP</b>", ana, timezone.now())
    html = page(operator, row)
    assert "ana assumiu a conversa." in html
    assert "cliente &lt;b&gt;VIP&lt;/b&gt;" in html


def test_days_are_named_once(jana, operator):
    row = talk(jana, heard_ago=timedelta(days=40))
    for _ in range(2):
        hear(row, "ontem", at=timezone.now() - timedelta(days=1))
        hear(row, "hoje", at=timezone.now())
    html = page(operator, row)
    assert html.count("<span>Ontem</span>") == html.count("<span>Hoje</span>") == 1


def test_what_has_waited_since_yesterday_begins_no_day_below_today(jana, operator):
    row = talk(jana)
    job = make_job(jana, content={"type": "text", "body": "já vai"})
    NotificationJob.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(days=1))
    hear(row, "hoje", at=timezone.now())
    html = page(operator, row)
    assert html.index("<span>Hoje</span>") < html.index(f'id="j-{job.pk}"')
    assert "<span>Ontem</span>" not in html


def test_messages_of_one_side_stand_together(jana, operator):
    row, at = talk(jana), timezone.now()
    for seconds in (3, 2, 1):
        hear(row, "e?", at=at - timedelta(seconds=seconds))
    assert page(operator, row).count("th-joined") == 2


def test_earlier_messages_come_by_pages(jana, operator):
    row, now = talk(jana, heard_ago=None), timezone.now()
    for n in range(60):
        hear(row, f"linha {n:02}.", at=now - timedelta(minutes=60 - n))
    first = operator.get(f"/conversas/{row.pk}/")
    assert "linha 10." in first.content.decode()
    assert "linha 09." not in first.content.decode()
    older = operator.get(f"/conversas/{row.pk}/anteriores/", {"before": str(first.context["thread"]["older"])})
    assert "linha 09." in older.content.decode()
    assert "thread-before" not in older.content.decode()


def test_no_query_grows_with_messages(jana, operator, django_assert_num_queries, django_assert_max_num_queries):
    row = talk(jana)
    fill(row, 5)
    operator.get(f"/conversas/{row.pk}/")
    with django_assert_max_num_queries(12) as few:
        operator.get(f"/conversas/{row.pk}/")
    fill(row, 50)
    with django_assert_num_queries(len(few)):
        operator.get(f"/conversas/{row.pk}/")


def fill(row, count):
    for n in range(count):
        tick(say(row, status="", context_message_id=hear(row, f"{n}").provider_message_id), "read", timezone.now())
        with_file(hear(row, type_="image", told={}))


def test_another_companys_conversation_does_not_exist(jana, charlie, operator):
    row = talk(charlie)
    for part in ("", "anteriores/", "novidades/", "respostas/", "modelos/"):
        assert operator.get(f"/conversas/{row.pk}/{part}").status_code == 404


def test_nothing_of_the_own_other_conversations_is_shown(jana, operator):
    row, other = talk(jana), talk(jana, phone="+5511977776666")
    hear(other, "de outra pessoa")
    assert "de outra pessoa" not in page(operator, row)


def test_a_form_whose_answers_are_no_object_is_shown(jana, operator):
    row = talk(jana)
    hear(row, type_="interactive", told={"type": "nfm_reply", "nfm_reply": {"response_json": json.dumps([1])}})
    assert "O formulário voltou sem respostas." in page(operator, row)
