"""`POST /{phone_number_id}/messages`: sends, read receipts, typing."""

from dataclasses import dataclass
from typing import Any

from .. import ids, outbox, rendering, statuses
from ..errors import GraphError
from ..rows import customers, messages, one_time, signup, templates
from ..rows.customers import Customer
from ..rows.messages import Accepted
from ..rows.templates import Template
from ..rules import content, recipients, template_sends
from ..rules.shape import need_text
from ..web import BadRequest, Response, as_json
from .call import Call

TYPING_SECONDS = 25
SHARED_THROUGHPUT = 20  # messages a second of a number that the phone app shares
REACTION_SECONDS = 30 * 24 * 3600
TEMPLATE_CATEGORY = {"MARKETING": "marketing", "UTILITY": "utility", "AUTHENTICATION": "authentication"}


@dataclass(frozen=True, slots=True)
class Draft:
    """A send that passed every check."""

    body: dict[str, Any]
    kind: str
    customer: Customer
    dialled: str
    template: Template | None
    bubble: dict[str, Any]


def is_send(call: Call) -> bool:
    return "status" not in _body_or_nothing(call)


def dialled(call: Call) -> tuple[str, ...]:
    """The digits of `to`, as given and as dialled, for faults on one phone."""
    to = _body_or_nothing(call).get("to")
    given = "".join(filter(str.isdigit, str(to or "")))
    try:
        return given, recipients.dial(to, call.number)
    except GraphError:
        return (given,)


def _body_or_nothing(call: Call) -> dict[str, Any]:
    try:
        return call.request.json()
    except BadRequest:
        return {}


def post(call: Call) -> Response:
    body = call.request.json()
    if call.number.status != "CONNECTED":
        raise GraphError(133010, "The phone number is not registered with Cloud API.")
    if "status" in body:
        return _mark_read(call, body)
    draft = _check(call, body)
    number = call.number
    call.simulator.limits.check_send(number.phone_number_id, _a_second(call), draft.customer.wa_id, call.now)
    return as_json(_accept(call, draft))


def _a_second(call: Call) -> int:
    is_shared = signup.is_on_phone_app(call.store, call.number.phone_number_id)
    return SHARED_THROUGHPUT if is_shared else call.number.throughput


def _check(call: Call, body: dict[str, Any]) -> Draft:
    kind = content.check_envelope(body)
    customer, digits = recipients.find(call.store, body, call.account, call.number)
    if customers.is_blocked(call.store, call.node, customer.wa_id):
        raise GraphError(130403)
    if kind == "template":
        name, language = template_sends.check_request(body)
        found = templates.named(call.store, call.waba_id, name, language, call.now)
        template = one_time.as_kept(template_sends.check_status(found, name, language))
        components = template_sends.check(template, body)
        return Draft(body, kind, customer, digits, template, rendering.template_bubble(template, components))
    content.check(body, kind)
    if kind == "reaction":
        _check_reaction_target(call, body["reaction"]["message_id"])
    if not messages.is_window_open(call.store, call.node, customer.wa_id, call.now):
        raise GraphError(131047)
    return Draft(body, kind, customer, digits, None, rendering.sent_bubble(body, kind))


def _check_reaction_target(call: Call, wamid: str) -> None:
    target = messages.find(call.store, wamid, "in") or messages.find(call.store, wamid, "out")
    if target is None or target["at"] < call.now - REACTION_SECONDS:
        raise GraphError(131009, "The message to react to does not exist or is older than 30 days.")


def _accept(call: Call, draft: Draft) -> dict[str, Any]:
    message = Accepted(
        wamid=ids.outbound_wamid(draft.customer.wa_id),
        phone_number_id=call.node,
        customer=draft.customer.wa_id,
        dialled=draft.dialled,
        type=draft.kind,
        body=call.request.body.decode(errors="replace"),
        bubble=draft.bubble,
        opaque=draft.body.get("biz_opaque_callback_data"),
        at=call.now,
    )
    moments = statuses.plan(draft.kind, call.now, call.simulator.config.delays, fails=bool(call.fails_with))
    account, number = call.account, call.number
    with call.store.write() as database:
        is_free = draft.template is None and messages.count_service_message(database, call.node, call.now)
        category = TEMPLATE_CATEGORY.get(draft.template.category, "utility") if draft.template else "service"
        messages.save_accepted(database, message, moments)
        customers.remember(database, draft.customer, account.business_id)
        told = statuses.updates(
            message,
            moments,
            number=number,
            customer=draft.customer,
            business_id=account.business_id,
            price=statuses.pricing(category, is_free=is_free),
            code=call.fails_with,
        )
        outbox.queue(database, account, told)
    call.simulator.typing.pop((call.node, draft.customer.wa_id), None)
    return _accepted_body(draft, message.wamid)


def _accepted_body(draft: Draft, wamid: str) -> dict[str, Any]:
    if draft.body.get("to") is not None:
        contact = {"input": draft.body["to"], "wa_id": draft.customer.wa_id}
    else:
        contact = {"input": draft.body["recipient"], "user_id": draft.body["recipient"]}
    message = {"id": wamid} | ({"message_status": "accepted"} if draft.template else {})
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}


def _mark_read(call: Call, body: dict[str, Any]) -> Response:
    """Ticks on the customer's phone, and "digitando…" until an answer or 25 s."""
    content.check_product(body)
    if body["status"] != "read":
        raise GraphError(100, message=f'(#100) Param status must be one of {{READ}} - got "{body["status"]}".')
    message = messages.find(call.store, need_text(body, "message_id"), "in")
    if message is None or message["phone_number_id"] != call.node:
        raise GraphError(131009, "The message_id is not one of a message received by this number.")
    with call.store.write() as database:
        messages.mark_read(database, message, call.now)
    if body.get("typing_indicator"):
        call.simulator.typing[call.node, message["customer"]] = call.now + TYPING_SECONDS
    return as_json({"success": True})
