"""Any order, any repetition, any cutting into bodies, any number of workers: one end state of all tables.

Histories are whole: what customers say and do, statuses, echoes, edits, number changes, notices of accounts and
templates. Alerts are told by kind; jobs and events out only in that none is made twice.
"""

import json
import threading
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from templates_mgmt.models import MessageTemplate
from tenants.models import Contact, PhoneNumber
from tests.factories import NOW, make_account, make_number, make_template, make_tenant
from tests.whatsapp.meta_bodies import NUMBER_ID, WABA_ID, payload, process_all, seconds, take
from tests.whatsapp.tables import everything
from whatsapp import inbox
from whatsapp.models import Message, MessageStatus, WebhookEvent

MARIA, LIA, NEW_NUMBER = "5511988887777", "5511977776666", "5511966665555"
METADATA = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": NUMBER_ID}}


def of_number(field, item, fact, *contacts):
    return field, METADATA | {item: [fact]} | ({"contacts": list(contacts)} if contacts else {}), None


def message(wamid, at, type_="text", sender=MARIA, name="Maria", **content):
    contact = {"wa_id": sender, "profile": {"name": name}}
    fact = {"from": sender, "id": wamid, "timestamp": str(seconds(at)), "type": type_, type_: content}
    return of_number("messages", "messages", fact, contact)


def status(word, at, wamid, **more):
    fact = {"id": wamid, "status": word, "timestamp": str(seconds(at)), "recipient_id": MARIA} | more
    return of_number("messages", "statuses", fact)


def echo(wamid, at, type_="text", **content):
    fact = {"from": "551133334444", "to": MARIA, "id": wamid, "timestamp": str(seconds(at)), "type": type_}
    return of_number("smb_message_echoes", "message_echoes", fact | {type_: content})


def book(action, at, name):
    card = {"phone_number": LIA} | ({"full_name": name} if name else {})
    fact = {"type": "contact", "action": action, "contact": card, "metadata": {"timestamp": str(seconds(at))}}
    return of_number("smb_app_state_sync", "state_sync", fact)


def of_account(field, at, **value):
    return field, value, seconds(at)


def template(field, at, **value):
    about = {
        "message_template_id": 77,
        "message_template_name": "aviso_de_agendamento",
        "message_template_language": "pt_BR",
    }
    return of_account(field, at, **about, **value)


def text_edit(target, words):
    return {"original_message_id": target, "message": {"type": "text", "text": {"body": words}}}


HISTORY = [
    message("in1", -900, body="oi"),
    message("in2", -600, body="quero terça", name="Maria S."),
    message("in3", -600, body="de manhã"),
    message("in4", -580, sender="551188887777", body="sem o nono"),
    message("in5", -500, sender=LIA, name="Lia", body="outra pessoa"),
    message("in6", -450, "image", id="media-1", mime_type="image/jpeg", caption="o corte"),
    message("in7", -440, "edit", **text_edit("in2", "quero quarta")),
    message("in8", -430, "edit", **text_edit("in2", "quero quinta")),
    message("in9", -420, "revoke", original_message_id="in3"),
    message("r1", -400, "reaction", message_id="out1", emoji="👍"),
    message("r2", -390, "reaction", message_id="out1", emoji="❤️"),
    message("r3", -380, "reaction", message_id="echo1"),
    message("r4", -370, "reaction", message_id="echo1", emoji="🙏", sender=LIA, name="Lia"),
    status("sent", -350, "out1"),
    status("read", -340, "out1"),
    status("delivered", -345, "out1"),
    status("failed", -330, "out2", errors=[{"code": 131026, "title": "Undeliverable"}]),
    status("sent", -335, "out2"),
    status("read", -300, "echo1"),
    status("delivered", -290, "nobodys"),
    echo("echo1", -320, body="do celular"),
    echo("echo2", -315, body="outra"),
    echo("echo3", -310, "edit", **text_edit("echo2", "outra, corrigida")),
    echo("out1", -349, body="o mesmo que nós mandamos"),
    book("add", -200, "Lia do salão"),
    book("remove", -190, ""),
    book("add", -180, "Lia Souza"),
    of_account("account_update", -170, event="ACCOUNT_OFFBOARDED"),
    of_account("account_update", -160, event="ACCOUNT_RECONNECTED"),
    of_account("business_capability_update", -150, max_daily_conversations_per_business=2000),
    of_account("business_capability_update", -140, max_daily_conversations_per_business="TIER_10K"),
    of_account("phone_number_name_update", -130, decision="APPROVED", requested_verified_name="Studio Jana"),
    template("message_template_status_update", -120, event="PAUSED"),
    template("message_template_status_update", -110, event="APPROVED"),
    template("message_template_quality_update", -105, new_quality_score="RED", previous_quality_score="GREEN"),
    template("message_template_quality_update", -100, new_quality_score="GREEN", previous_quality_score="RED"),
    template("template_category_update", -95, new_category="UTILITY", correct_category="MARKETING"),
    template("template_category_update", -90, new_category="MARKETING", previous_category="UTILITY"),
    template("message_template_components_update", -85, message_template_element="Oi {{1}}"),
    of_number("calls", "calls", {"id": "wacid.1", "from": MARIA, "event": "connect", "timestamp": str(seconds(-80))}),
    of_number(
        "user_preferences",
        "user_preferences",
        {"wa_id": LIA, "category": "marketing_messages", "value": "stop", "timestamp": seconds(-70)},
    ),
    of_number(
        "user_preferences",
        "user_preferences",
        {"wa_id": LIA, "category": "marketing_messages", "value": "resume", "timestamp": seconds(-60)},
    ),
    of_number("messages", "messages", {
        "from": MARIA, "id": "sys1", "timestamp": str(seconds(-50)), "type": "system",
        "system": {"type": "user_changed_number", "body": "mudou", "wa_id": NEW_NUMBER},
    }),
    message("in10", -40, sender=NEW_NUMBER, name="Maria Nova", body="número novo"),
]  # fmt: skip


def bodies(facts, sizes):
    """The facts as bodies of several each, by ``sizes``; a fact of an account has its own entry time."""
    cuts, left = [], list(facts)
    for size in sizes:
        cuts.append(left[:size])
        left = left[size:]
    for part in filter(None, [*cuts, left]):
        entries = [
            {"id": WABA_ID, "changes": [{"field": field, "value": value}]} | ({"time": at} if at else {})
            for field, value, at in part
        ]
        yield json.dumps({"object": "whatsapp_business_account", "entry": entries}).encode()


def clean():
    """Empties every table of ours, whatever points where."""
    tables = [model._meta.db_table for name in ("tenants", "whatsapp", "templates_mgmt", "notifications")
              for model in apps.get_app_config(name).get_models()]  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL recado.audit_door = 'open'")  # the audit trail refuses it otherwise
        cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")


def begin():
    """A company with a template and two messages that it sent."""
    clean()
    tenant = make_tenant("studio-jana")
    number = make_number(tenant, make_account(tenant, waba_id=WABA_ID), phone_number_id=NUMBER_ID)
    make_template(number.account, template_id="77")
    for wamid in ("out1", "out2"):
        Message.objects.create(
            tenant=tenant,
            number=number,
            direction="outbound",
            origin="automation",
            provider_message_id=wamid,
            client_ref=wamid,
            type="text",
            occurred_at=NOW - timedelta(seconds=360),
        )


def work(workers):
    """Several workers at once, each until nothing is due."""

    def run():
        try:
            while inbox.process(NOW, limit=7) or inbox.process(NOW, limit=3, lane="history"):
                pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def try_again():
    """What a worker that lost a deadlock, or met a contact that was just merged, does later by itself."""
    for seconds_later in (15, 60, 200, 900, 4600):
        later = NOW + timedelta(seconds=seconds_later)
        inbox.sweep(later)
        process_all(later)


def end_state():
    assert not WebhookEvent.objects.filter(state__in=["failed", "new"]).exists()
    told = everything()
    del told["WebhookEvent"], told["Alert"]
    for name in ("NotificationJob", "OutboxEvent"):
        rows = told.pop(name)
        assert len(rows) == len(set(rows))
    return told | {"events": sorted(WebhookEvent.objects.values_list("key", "state", "note"))}


def play(facts, sizes=(), workers=1):
    begin()
    for body in bodies(facts, sizes):
        inbox.receive("meta", body, NOW)
        if workers == 1:
            process_all()
    if workers > 1:
        work(workers)
    try_again()
    return end_state()


@pytest.fixture(scope="module")
def ordered():
    return {}


@pytest.mark.django_db(transaction=True)
@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    shuffled=st.permutations(HISTORY),
    again=st.lists(st.sampled_from(HISTORY), max_size=12),
    sizes=st.lists(st.integers(1, 12), max_size=12),
    workers=st.integers(1, 4),
)
def test_any_order_repetition_cutting_and_number_of_workers_end_alike(ordered, shuffled, again, sizes, workers):
    ordered = ordered or (ordered.setdefault("state", play(HISTORY)) and ordered)
    assert play([*shuffled, *again], sizes, workers) == ordered["state"]


@pytest.mark.django_db(transaction=True)
def test_the_ordered_run_says_what_it_should():
    play(HISTORY)
    maria = Contact.objects.get(identities__value=NEW_NUMBER)
    texts = dict(Message.objects.values_list("provider_message_id", "text"))
    template, number = MessageTemplate.objects.get(), PhoneNumber.objects.get()
    assert (maria.profile_name, maria.address) == ("Maria Nova", NEW_NUMBER)
    assert (texts["in2"], texts["echo2"]) == ("quero quinta", "outra, corrigida")
    assert (template.status, template.quality_score, template.category) == ("APPROVED", "GREEN", "MARKETING")
    assert (number.state, number.messaging_limit, number.verified_name) == ("connected", "TIER_10K", "Studio Jana")


@pytest.mark.django_db
def test_a_status_finds_its_message_also_days_later(number):
    take("messages__status_read")
    later = NOW + timedelta(days=6)
    body = payload("smb_message_echoes__text")
    echoed = body["entry"][0]["changes"][0]["value"]["message_echoes"][0]
    echoed["id"] = MessageStatus.objects.get().provider_message_id
    take(body, later)
    assert (Message.objects.get().status, MessageStatus.objects.get().message) == ("read", Message.objects.get())
