"""One-time codes by REST: sent by template, kept nowhere in the clear, right once, in ten minutes and five tries."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import responses
from django.db import connection
from django.utils import timezone

from notifications import codes, schedule
from notifications.models import Appointment, NotificationJob, OneTimeCode, OutboxEvent
from tenants import audit
from tenants.models import AutomationSettings, Consent, Contact, Identity, PhoneNumber
from tests.api.conftest import client_of
from tests.config.test_planted_secrets import dump
from tests.factories import MARIA, make_appointment, make_contact, make_ready_tenant, make_template
from tests.notifications.jobs import Graph, run
from whatsapp.models import Message

URL = "/api/v1/codes/"
PARTS = [
    {"type": "BODY", "text": "*{{1}}* é o seu código de verificação.", "add_security_recommendation": False},
    {"type": "FOOTER", "text": "Este código expira em 10 minutos.", "code_expiration_minutes": 10},
    {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Copiar código", "url": "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}"}]},
]  # fmt: skip


def make_code_template(tenant: Any, name: str = "codigo", **values: Any) -> Any:
    account = PhoneNumber.objects.for_tenant(tenant)[0].account
    return make_template(account, name, **({"category": "AUTHENTICATION", "components": PARTS} | values))


@pytest.fixture
def tenant(db):
    tenant = make_ready_tenant("studio-jana")
    make_code_template(tenant)
    return tenant


@pytest.fixture
def graph():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield Graph(mock)


def ask(api, **values: Any) -> dict[str, Any]:
    answer = api.post(URL, {"phone": MARIA} | values)
    assert answer.status_code == 202, answer.content
    return answer.json()


def sent_code(graph: Graph) -> str:
    run(timezone.now())
    return graph.bodies[-1]["template"]["components"][0]["parameters"][0]["text"]


def give(api, asked: dict[str, Any], code: str) -> tuple[str, int]:
    body = api.post(f"{URL}{asked['id']}/check/", {"code": code}).json()
    return body["state"], body["tries_left"]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def grow_old(by: timedelta) -> None:
    """As if everything of the codes had happened earlier."""
    row = OneTimeCode.objects.get()
    OneTimeCode.objects.update(created_at=row.created_at - by, expires_at=row.expires_at - by)


def test_a_code_goes_by_the_authentication_template_in_body_and_button(api, graph):
    asked = ask(api)
    code = sent_code(graph)
    body, button = graph.bodies[0]["template"]["components"]
    assert graph.bodies[0]["template"]["name"] == "codigo"
    assert (len(code), code.isdecimal(), graph.bodies[0]["to"]) == (6, True, MARIA)
    assert (button["sub_type"], button["parameters"]) == ("url", body["parameters"])
    assert (asked["state"], asked["tries_left"], asked["message_state"]) == ("open", 5, "pending")


def test_the_right_code_counts_once(api, graph):
    asked = ask(api)
    code = sent_code(graph)
    assert give(api, asked, wrong(code)) == ("wrong", 4)
    assert give(api, asked, code) == ("confirmed", 3)
    assert give(api, asked, code)[0] == "used_up"
    assert api.get(f"{URL}{asked['id']}/").json()["state"] == "confirmed"


def test_other_systems_are_told_once_that_a_code_was_right(api, tenant, graph):
    booking = make_appointment(tenant, starts_at=timezone.now() + timedelta(days=1))
    asked = ask(api, purpose="check_in", appointment=booking.external_id)
    code = sent_code(graph)
    for given in (wrong(code), code, code):
        give(api, asked, given)
    event = OutboxEvent.objects.get(type="whatsapp_code_confirmed")
    contact_id = str(OneTimeCode.objects.get().contact_id)
    told = {"code_id": asked["id"], "purpose": "check_in", "appointment": booking.external_id}
    assert event.data == told | {"contact_id": contact_id, "phone": MARIA, "user_id": ""}


def test_five_wrong_codes_end_it(api, graph):
    asked = ask(api)
    code = sent_code(graph)
    assert [give(api, asked, wrong(code)) for _ in range(5)] == [("wrong", left) for left in (4, 3, 2, 1, 0)]
    assert give(api, asked, code) == ("used_up", 0)
    events = list(NotificationJob.objects.get().events.values_list("event", flat=True))
    assert events[-1] == "code_used_up"


def test_after_ten_minutes_the_right_code_is_too_late(api, graph):
    asked = ask(api)
    code = sent_code(graph)
    grow_old(timedelta(minutes=10))
    assert give(api, asked, code) == ("expired", 5)


def test_a_newer_code_for_the_same_purpose_ends_the_older(api, graph):
    first = ask(api)
    code = sent_code(graph)
    other = OneTimeCode.objects.get()
    grow_old(codes.PAUSE)
    second = ask(api)
    assert give(api, first, code)[0] == "expired"
    assert give(api, second, sent_code(graph))[0] == "confirmed"
    other.refresh_from_db()
    assert (other.state, other.ciphertext) == ("replaced", None)


def test_the_message_of_a_replaced_code_is_not_sent(api, graph):
    ask(api)
    grow_old(codes.PAUSE)
    ask(api)
    run(timezone.now())
    assert sorted(NotificationJob.objects.values_list("state", "reason_code")) == [
        ("cancelled", "code_over"),
        ("sent", ""),
    ]


def test_a_code_that_waited_ten_minutes_is_not_sent(api, graph):
    ask(api)
    run(timezone.now() + timedelta(minutes=11))
    job = NotificationJob.objects.get()
    assert (job.state, job.reason_code, graph.bodies) == ("skipped", "too_late", [])


def test_one_code_in_half_a_minute_and_five_an_hour(api):
    ask(api)
    soon = api.post(URL, {"phone": MARIA, "purpose": "another"})
    assert (soon.status_code, soon.json()["error"]["code"]) == (429, "too_many")
    assert 0 < int(soon.headers["Retry-After"]) <= 30
    for minutes in range(1, 5):
        OneTimeCode.objects.update(created_at=timezone.now() - timedelta(minutes=minutes))
        ask(api, purpose=f"purpose {minutes}")
    OneTimeCode.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    many = api.post(URL, {"phone": MARIA})
    assert (many.status_code, 3200 < int(many.headers["Retry-After"]) <= 3300) == (429, True)
    assert NotificationJob.objects.count() == 5


def test_the_same_idempotency_key_gives_the_same_code(api):
    answers = [api.post(URL, {"phone": MARIA}, headers={"Idempotency-Key": "k"}).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert api.post(URL, {"phone": MARIA, "purpose": "x"}, headers={"Idempotency-Key": "k"}).status_code == 409
    assert OneTimeCode.objects.count() == 1


def test_another_companys_code_is_not_there(api, strangers_api, graph):
    asked = ask(api)
    code = sent_code(graph)
    for answer in (
        strangers_api.get(f"{URL}{asked['id']}/"),
        strangers_api.post(f"{URL}{asked['id']}/check/", {"code": code}),
    ):
        assert answer.status_code == 404
    assert give(api, asked, code) == ("confirmed", 4)


def test_the_right_code_confirms_its_appointment_as_the_customer_would(api, tenant, graph):
    booking = make_appointment(tenant, starts_at=timezone.now() + timedelta(days=1))
    asked = ask(api, appointment=booking.external_id)
    code = sent_code(graph)
    answer = api.post(f"{URL}{asked['id']}/check/", {"code": code}).json()
    assert answer["appointment"] == {"id": booking.external_id, "state": "confirmed"}
    booking.refresh_from_db()
    assert (booking.state, booking.answer_message_id) == ("confirmed", f"code:{asked['id']}")
    assert audit.AuditEntry.objects.get(action="appointment.confirmed").detail["by"] == "customer"


@pytest.mark.parametrize("change", [{"state": "cancelled"}, {"starts_at": timezone.now() - timedelta(hours=1)}])
def test_a_right_code_leaves_an_appointment_that_is_over(api, tenant, graph, change):
    booking = make_appointment(tenant, starts_at=timezone.now() + timedelta(days=1))
    asked = ask(api, appointment=booking.external_id)
    Appointment.objects.update(**change)
    assert give(api, asked, sent_code(graph))[0] == "confirmed"
    booking.refresh_from_db()
    assert booking.state == change.get("state", "booked")


def test_an_appointment_must_be_the_companys_and_the_persons(api, tenant, strangers_api):
    others = make_appointment(tenant, phone="+5511977776666", name="Outra")
    for booking in (others.external_id, "unknown"):
        answer = api.post(URL, {"phone": MARIA, "appointment": booking})
        assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["appointment"])
    assert not OneTimeCode.objects.exists()


def test_a_person_without_a_phone_gets_no_code(api, tenant):
    contact = Contact.objects.create(tenant=tenant, address="BR.13491208655302741918")
    Identity.objects.create(tenant=tenant, contact=contact, kind="user_id", value=contact.address)
    answer = api.post(URL, {"contact": str(contact.pk)})
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["contact"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "phone"),
        ({"phone": MARIA, "contact": "1"}, "phone"),
        ({"phone": "12"}, "phone"),
        ({"contact": "999999"}, "contact"),
        ({"contact": "x"}, "contact"),
        ({"phone": MARIA, "code": "123456"}, "code"),
    ],
)
def test_what_is_wrong_is_named(api, body, field):
    answer = api.post(URL, body)
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, [field])


@pytest.mark.parametrize("code", ["12345", "1234567", "12345a", "１２３４５６", ""])
def test_what_is_no_code_is_no_try(api, code):
    asked = ask(api)
    assert api.post(f"{URL}{asked['id']}/check/", {"code": code}).status_code == 400
    assert OneTimeCode.objects.get().tries == 0


def test_without_an_approved_template_nothing_is_promised(api, tenant):
    make_code_template(tenant, "other", status="PENDING")
    tenant.name, template = "", make_code_template(tenant, "third", components=PARTS[:1])
    type(template).objects.filter(name="codigo").update(status="REJECTED")
    answer = api.post(URL, {"phone": MARIA})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "no_code_template")
    assert not NotificationJob.objects.exists()


def test_the_template_may_be_named_and_its_language_chosen(api, tenant, graph):
    make_code_template(tenant, "codigo", language="en_US")
    make_code_template(tenant, "outro", language="es")
    ask(api, language="en")
    ask(api, phone="+5511977776666", template="outro")
    run(timezone.now())
    told = {(body["template"]["name"], body["template"]["language"]["code"]) for body in graph.bodies}
    assert told == {("codigo", "en_US"), ("outro", "es")}


def test_a_refusal_of_marketing_does_not_stop_a_code_a_refusal_of_all_does(api, tenant, graph):
    contact = make_contact(tenant)
    for category, state in (("marketing", "sent"), ("all", "skipped")):
        Consent.objects.create(
            tenant=tenant, contact=contact, decision="opt_out", category=category, source="operator",
            effective_at=timezone.now(),
        )  # fmt: skip
        job = ask(api, purpose=category)["job"]
        run(timezone.now())
        assert NotificationJob.objects.get(pk=job).state == state
        OneTimeCode.objects.update(created_at=timezone.now() - codes.PAUSE)


def test_a_dry_run_keeps_no_code(api, tenant, graph):
    AutomationSettings.objects.update(mode="dry_run")
    ask(api)
    code = sent_code(graph)
    assert [table for table, row in dump() if code in row] == []


def test_the_code_stands_in_no_row_and_no_log_and_the_conversation_shows_a_mask(api, graph, caplog):
    caplog.set_level("DEBUG")
    ask(api)
    code = sent_code(graph)
    assert [table for table, row in dump() if code in row] == []
    assert code not in caplog.text
    message = Message.objects.get()
    assert message.text.startswith("*••••••* é o seu código")
    assert message.content["body"] == [{"text": "••••••", "name": ""}]


def test_a_refusal_that_repeats_the_code_is_kept_without_it(api, graph):
    def refuse(body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        said = f"(#100) {body['template']['components'][0]['parameters'][0]['text']} is not valid"
        return 400, {"error": {"message": said, "code": 100, "error_data": {"details": said}}}

    graph.reaction = refuse
    ask(api)
    code = sent_code(graph)
    assert NotificationJob.objects.get().reason_detail["details"] == "(#100) [hidden] is not valid"
    assert [table for table, row in dump() if code in row] == []


def test_the_encrypted_code_is_wiped_once_its_message_is_settled(api, graph):
    ask(api)
    assert schedule.tend_codes(timezone.now()) == 0
    sent_code(graph)
    assert schedule.tend_codes(timezone.now()) == 1
    assert OneTimeCode.objects.get().ciphertext is None
    assert schedule.tend_codes(timezone.now() + codes.KEPT + timedelta(minutes=1)) == 1
    assert not OneTimeCode.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_time_are_all_counted(api, graph):
    asked = ask(api)
    code, answers = sent_code(graph), []
    row = OneTimeCode.objects.get(pk=asked["id"])

    def guess() -> None:
        answers.append(codes.check(row, wrong(code), timezone.now()).answer)
        connection.close()

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["used_up"] * 3 + ["wrong"] * 5
    assert give(client_of(row.tenant), asked, code)[0] == "used_up"
