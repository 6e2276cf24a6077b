"""What Meta refuses, and how: each case is a mistake that the product could make."""

import time

import pytest

from .conftest import CUSTOMER, notice, wait_until


def buttons(*titles, **more):
    replies = [{"type": "reply", "reply": {"id": title or "x", "title": title}} for title in titles]
    interactive = {"type": "button", "body": {"text": "Escolha"}, "action": {"buttons": replies}}
    return {"type": "interactive", "interactive": interactive | more}


def menu(sections, button="Ver opções"):
    interactive = {"type": "list", "body": {"text": "Escolha"}, "action": {"button": button, "sections": sections}}
    return {"type": "interactive", "interactive": interactive}


def rows(count, start=0):
    return [{"id": str(number), "title": f"Opção {number}"} for number in range(start, start + count)]


def text(body):
    return {"type": "text", "text": {"body": body}}


def test_an_unknown_token_is_not_let_in(meta):
    response = meta.graph("POST", f"{meta.number}/messages", token="SIMunknown", json={})
    assert meta.refusal(response) == (401, 190)
    assert "OAuth" in response.headers["WWW-Authenticate"]


def test_a_call_without_token_is_told_so(meta):
    response = meta.graph("GET", meta.waba, headers={}, token=" ")
    assert meta.refusal(response) == (400, 104)


def test_a_number_of_another_account_looks_as_if_it_did_not_exist(meta):
    other = meta.accounts(name="Barbearia Charlie", numbers=[{"display_phone_number": "+55 21 4000-9999"}])
    response = meta.graph("POST", f"{meta.number}/messages", token=other["token"], json={})
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["error_subcode"]) == (400, 100, 33)
    assert error["message"].startswith(f"Unsupported post request. Object with ID '{meta.number}'")


@pytest.mark.parametrize("path", ["123456/messages", "nonsense", "{number}/nonsense"])
def test_unknown_routes_get_metas_unsupported_body(meta, path):
    response = meta.graph("POST", path.format(number=meta.number), json={})
    assert response.json()["error"]["error_subcode"] == 33
    assert response.json()["error"]["type"] == "GraphMethodException"


def test_an_error_body_has_metas_form(meta):
    error = meta.send(text("oi")).json()["error"]
    assert error["message"] == "(#131047) Re-engagement message"
    assert error["type"] == "OAuthException"
    assert error["error_data"]["messaging_product"] == "whatsapp"
    assert "24 hours" in error["error_data"]["details"]
    assert error["fbtrace_id"].startswith("A")


def test_free_text_needs_an_open_window(meta):
    meta.inbound(CUSTOMER, text="oi", timestamp=int(time.time()) - 24 * 3600 - 60)
    assert meta.refusal(meta.send()) == (400, 131047)
    meta.inbound(CUSTOMER, text="oi", timestamp=int(time.time()) - 23 * 3600)
    assert meta.send().ok


def test_a_reaction_opens_no_window(meta):
    wamid = meta.send(notice()).json()["messages"][0]["id"]
    meta.inbound(CUSTOMER, type="reaction", reaction="👍", reply_to=wamid)
    assert meta.refusal(meta.send()) == (400, 131047)


@pytest.mark.parametrize("to", ["", "abc", "+55", "+5511988887777999999", "11 9888A-7777", None])
def test_a_malformed_recipient_is_refused(meta, to):
    status, code = meta.refusal(meta.send(notice(), to=to))
    assert status == 400
    assert code in (100, 131009)


def test_nobody_writes_to_himself(meta):
    assert meta.refusal(meta.send(notice(), to="+55 11 4000-1234")) == (400, 131021)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (notice(name="nao_existe"), 404, 132001),
        (notice(language="en_US"), 404, 132001),
        (notice("Maria", "Corte"), 400, 132000),
        (notice("Maria", "Corte", "hoje", "14:30", "Rua", "demais"), 400, 132000),
        (notice("Maria\nSouza", "Corte", "hoje", "14:30", "Rua"), 400, 132018),
        (notice("Maria\tSouza", "Corte", "hoje", "14:30", "Rua"), 400, 132018),
        (notice("Maria     Souza", "Corte", "hoje", "14:30", "Rua"), 400, 132018),
        (notice("", "Corte", "hoje", "14:30", "Rua"), 400, 131008),
        (notice("x" * 1000, "Corte", "hoje", "14:30", "Rua"), 400, 132005),
        ({"type": "template", "template": {"name": "hello_world"}}, 400, 131008),
    ],
)
def test_a_template_send_is_held_against_the_template(meta, body, status, code):
    assert meta.refusal(meta.send(body)) == (status, code)


@pytest.mark.parametrize(
    ("component", "code"),
    [
        ({"type": "button", "sub_type": "url", "index": "0", "parameters": []}, 132012),
        ({"type": "button", "sub_type": "quick_reply", "index": "7", "parameters": []}, 131009),
        ({"type": "button", "sub_type": "quick_reply", "parameters": []}, 131008),
        ({"type": "header", "parameters": [{"type": "text", "text": "x"}]}, 132000),
    ],
)
def test_buttons_and_header_of_a_template_send_are_checked_too(meta, component, code):
    assert meta.refusal(meta.send(notice(components=[component]))) == (400, code)


def test_named_and_positional_parameters_do_not_mix(meta):
    body = {"type": "BODY", "text": "Olá, {{nome}}, até {{dia}}."}
    meta.accounts(
        waba_id=meta.waba,
        templates=[{"name": "n", "language": "pt_BR", "parameter_format": "NAMED", "components": [body]}],
    )
    positional = notice("Maria", "hoje", name="n")
    named = notice("Maria", "hoje", name="n")
    for parameter, name in zip(named["template"]["components"][0]["parameters"], ("nome", "dia"), strict=True):
        parameter["parameter_name"] = name
    mixed = notice("Maria", "hoje", name="n")
    mixed["template"]["components"][0]["parameters"][0]["parameter_name"] = "nome"
    assert meta.refusal(meta.send(positional)) == meta.refusal(meta.send(mixed)) == (400, 100)
    assert meta.send(named).ok


@pytest.mark.parametrize(
    ("template_status", "code"), [("PAUSED", 132015), ("DISABLED", 132016), ("REJECTED", 132001), ("PENDING", 132001)]
)
def test_only_an_approved_template_goes_out(meta, template_status, code):
    components = [{"type": "BODY", "text": "Olá."}]
    meta.accounts(
        waba_id=meta.waba,
        templates=[{"name": "t", "language": "pt_BR", "status": template_status, "components": components}],
    )
    assert meta.refusal(meta.send(notice(name="t")))[1] == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (text("x" * 4097), 100),
        (text(""), 131009),
        ({"type": "text"}, 131008),
        ({"type": "text", "text": "oi"}, 100),
        ({"type": "nonsense"}, 100),
        (buttons("a", "b", "c", "d"), 131009),
        (buttons("x" * 21), 131009),
        (buttons("a", "a"), 131009),
        (buttons("a", footer={"text": "x" * 61}), 131009),
        (buttons("a", body={"text": "x" * 1025}), 131009),
        (buttons("a", header={"type": "text", "text": "x" * 61}), 131009),
        (menu([{"title": "A", "rows": rows(6)}, {"title": "B", "rows": rows(5, 6)}]), 131009),
        (menu([{"rows": rows(2)}, {"rows": rows(2, 2)}]), 131008),
        (menu([{"rows": rows(1)}], button="x" * 21), 131009),
        (menu([{"rows": [{"id": "1", "title": "x" * 25}]}]), 131009),
        ({"type": "image", "image": {}}, 131008),
        ({"type": "audio", "audio": {"id": "1", "caption": "x"}}, 100),
        ({"type": "location", "location": {"latitude": "x", "longitude": 1}}, 131008),
        ({"type": "reaction", "reaction": {"message_id": "wamid.unknown", "emoji": "👍"}}, 131009),
        ({"type": "contacts", "contacts": [{"phones": []}]}, 131008),
    ],
)
def test_free_form_messages_keep_metas_shape_and_limits(meta, open_window, body, code):
    assert meta.refusal(meta.send(body)) == (400, code)


@pytest.mark.parametrize(
    "body",
    [
        text("x" * 4096),
        buttons("a", "b", "c", header={"type": "text", "text": "Título"}, footer={"text": "Rodapé"}),
        menu([{"title": "A", "rows": rows(5)}, {"title": "B", "rows": rows(5, 5)}]),
        {"type": "image", "image": {"link": "https://example.com/a.png", "caption": "x"}},
        {"type": "document", "document": {"id": "1", "filename": "a.pdf"}},
        {"type": "location", "location": {"latitude": "-23.5", "longitude": -46.6, "name": "Studio"}},
        {"type": "contacts", "contacts": [{"name": {"formatted_name": "Jana"}, "phones": [{"phone": "+55"}]}]},
    ],
)
def test_free_form_messages_within_the_limits_are_taken(meta, open_window, body):
    assert meta.send(body).json()["messages"][0]["id"]


def test_a_body_that_is_not_an_object_is_refused(meta):
    for raw in (b"{", b"[]", b"7", b"[" * 100_000):
        response = meta.graph("POST", f"{meta.number}/messages", data=raw)
        assert meta.refusal(response) == (400, 100)


def test_too_much_opaque_data_is_refused(meta):
    assert meta.refusal(meta.send(notice(), biz_opaque_callback_data="x" * 513)) == (400, 100)


def test_a_number_that_is_not_connected_sends_nothing(meta, receiver):
    number = {"phone_number_id": meta.number, "display_phone_number": "+55 11 4000-1234", "status": "DISCONNECTED"}
    meta.accounts(waba_id=meta.waba, numbers=[number])
    assert meta.refusal(meta.send(notice())) == (400, 133010)
    assert wait_until(lambda: meta.messages() == [])
