"""The simulator held against Meta's own OpenAPI, where a copy of it stands beside the checkout (else skipped)."""

from functools import cache
from typing import Any

import jsonschema
import pytest
from openapi_schema_validator import OAS30Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

from tests.meta_openapi import MESSAGES, PATH, document, needed

from .conftest import CUSTOMER, notice, wait_until

PLACE = {"latitude": -23.5, "longitude": -46.6, "name": "Studio Jana", "address": "Rua das Flores, 120"}
PHONE_NUMBERS = "/{Version}/{WABA-ID}/phone_numbers"
pytestmark = needed


@cache
def registry() -> "Registry[Any]":
    return Registry().with_resource("urn:meta", DRAFT4.create_resource(document()))


def pointer(*parts: str) -> str:
    return "urn:meta#/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in parts)


def validator(*parts: str) -> OAS30Validator:
    return OAS30Validator({"$ref": pointer(*parts)}, registry=registry())


def check_answer(answer: Any, method: str, path: str) -> None:
    """Raises ValidationError unless the answer is what the document says of a 200 of that call."""
    schema = ("paths", path, method, "responses", "200", "content", "application/json", "schema")
    validator(*schema).validate(answer)


def samples() -> dict[str, Any]:
    """Meta's own requests to `messages`, but those of templates, which need templates of that name."""
    if not PATH.exists():
        return {}
    examples = document()["paths"][MESSAGES]["post"]["requestBody"]["content"]["application/json"]["examples"]
    return {name: one["value"] for name, one in examples.items() if one["value"].get("type") != "template"}


def filled(node: Any, wamid: str, key: str = "") -> Any:
    """A sample with what its placeholders stand for."""
    if isinstance(node, dict):
        return {name: filled(value, wamid, name) for name, value in node.items()}
    if isinstance(node, list):
        return [filled(value, wamid) for value in node]
    meant = {"to": f"+{CUSTOMER}", "message_id": wamid, "link": "https://example.com/file", "type": "text"}
    return meant[key] if key in meant and str(node).startswith(("<", "{{", "wamid", "4", "+", "http")) else node


@pytest.mark.parametrize("name", samples())
def test_metas_own_sample_requests_are_accepted(meta, name):
    body = filled(samples()[name], meta.inbound(CUSTOMER, text="oi")["wamid"])
    if "interactive" in body:
        body["type"] = "interactive"  # one sample forgets it
    answer = meta.graph("POST", f"{meta.number}/messages", json=body)
    assert answer.ok, (body, answer.text)
    check_answer(answer.json(), "post", MESSAGES)


def test_the_answer_to_a_send_has_metas_shape(meta):
    check_answer(meta.send(notice()).json(), "post", MESSAGES)


@pytest.mark.parametrize(
    ("node", "path"),
    [
        ("{waba}/message_templates", "/{Version}/{WABA-ID}/message_templates"),
        ("{waba}/subscribed_apps", "/{Version}/{WABA-ID}/subscribed_apps"),
        ("{waba}", "/{Version}/{WABA-ID}"),
        ("{number}", "/{Version}/{Phone-Number-ID}"),
        ("{template}", "/{Version}/{TEMPLATE_ID}"),
    ],
)
def test_nodes_and_lists_have_metas_shape(meta, node, path):
    template = meta.account["templates"][0]["id"]
    answer = meta.graph("GET", node.format(waba=meta.waba, number=meta.number, template=template))
    assert answer.ok
    check_answer(answer.json(), "get", path)


def test_the_list_of_numbers_has_metas_shape_but_for_the_state_it_forgot(meta):
    """This list's schema knows no CONNECTED, which the number's own page has and every live account shows."""
    answer = meta.graph("GET", f"{meta.waba}/phone_numbers").json()
    assert {number.pop("status") for number in answer["data"]} == {"CONNECTED"}
    check_answer({"data": [number | {"status": "LINKED"} for number in answer["data"]]}, "get", PHONE_NUMBERS)


def test_a_template_is_created_and_deleted_in_metas_shape(meta):
    path = "/{Version}/{WABA-ID}/message_templates"
    body = {"name": "ola", "language": "pt_BR", "category": "UTILITY", "components": [{"type": "BODY", "text": "Olá."}]}
    check_answer(meta.graph("POST", f"{meta.waba}/message_templates", json=body).json(), "post", path)
    check_answer(meta.graph("DELETE", f"{meta.waba}/message_templates?name=ola").json(), "delete", path)


def test_media_go_up_down_and_away_in_metas_shape(meta):
    files = {"file": ("a.png", b"png", "image/png")}
    made = meta.graph("POST", f"{meta.number}/media", data={"messaging_product": "whatsapp"}, files=files).json()
    check_answer(made, "post", "/{Version}/{Phone-Number-ID}/media")
    check_answer(meta.graph("GET", made["id"]).json(), "get", "/{Version}/{Media-ID}")
    check_answer(meta.graph("DELETE", made["id"]).json(), "delete", "/{Version}/{Media-ID}")


def test_refusals_have_metas_error_body(meta):
    answers = [meta.send(), meta.graph("GET", "1"), meta.graph("GET", meta.waba, token="SIMx")]
    for answer in answers:
        validator("components", "schemas", "GraphAPIError").validate(answer.json())


@pytest.mark.parametrize(
    ("body", "schema"),
    [
        ({"type": "text", "text": "oi"}, "TextMessage_2"),
        ({"type": "location", "location": PLACE}, "LocationMessage_1"),
        ({"type": "image", "image": {"caption": "olha"}}, "ImageMessage_1"),
        ({"type": "button", "title": "Confirmar"}, "ButtonMessage"),
    ],
)
def test_inbound_messages_have_metas_shape(meta, receiver, body, schema):
    """Part by part: the document's own references lead to the outgoing types of the same name."""
    meta.send(notice())
    meta.inbound(CUSTOMER, **body)
    (message,) = wait_until(lambda: receiver.values("messages"))
    validator("components", "schemas", "BaseMessageProperties_1").validate(message)
    validator("components", "schemas", schema, "allOf", "1").validate(message)
    validator("components", "schemas", "ContactProfile").validate(receiver.values("contacts")[0])


def test_statuses_have_metas_shape(meta, receiver):
    meta.send(notice())
    meta.fault("messages", "status_failed", times=1)
    meta.send(notice())
    wait_until(lambda: len(receiver.status_names()) == 4)
    for change in receiver.changes():
        validator("components", "schemas", "StatusMessageValue").validate(change["value"])


def test_the_check_itself_can_fail():
    with pytest.raises(jsonschema.ValidationError):
        check_answer({"messages": "none"}, "post", MESSAGES)
