"""Accounts, numbers, tokens, templates and media, as the Graph API tells and changes them."""

import pytest
import requests

from .conftest import notice, wait_until

BODY = {"type": "BODY", "text": "Olá, {{1}}, tudo bem?", "example": {"body_text": [["Ana"]]}}


def template(name="novo_modelo", **more):
    return {"name": name, "language": "pt_BR", "category": "UTILITY", "components": [BODY]} | more


def test_an_account_made_twice_is_the_same_account(meta):
    body = {"name": "Barbearia", "numbers": [{"display_phone_number": "+55 21 4000-9999", "verified_name": "Charlie"}]}
    first = meta.accounts(**body)
    assert meta.accounts(**body) == first
    assert first["token"].startswith("SIM")
    assert first["numbers"][0]["verified_name"] == "Charlie"


def test_an_account_takes_the_ids_and_the_token_it_is_given(meta):
    number = {"phone_number_id": "222", "display_phone_number": "+55 21 4000-9999", "throughput": 80}
    made = meta.accounts(waba_id="111", business_id="333", token="SIMgiven", name="Charlie", numbers=[number])
    assert (made["waba_id"], made["business_id"], made["token"]) == ("111", "333", "SIMgiven")
    assert meta.graph("GET", "222", token="SIMgiven").json()["verified_name"] == "Charlie"


def test_a_token_that_production_could_not_tell_apart_is_refused(meta):
    with pytest.raises(requests.HTTPError, match="begins SIM"):
        meta.accounts(name="Charlie", token="EAAG123")


@pytest.mark.parametrize(
    ("contact_name", "text"),
    [("Jana", "Falar com a Jana"), ("Charlie", "Falar com o Charlie"), ("a Bia", "Falar com a Bia")],
)
def test_every_account_has_the_usual_templates_with_its_contacts_name(meta, contact_name, text):
    made = meta.accounts(name="Outra", contact_name=contact_name)
    listed = meta.graph("GET", f"{made['waba_id']}/message_templates", token=made["token"]).json()["data"]
    names = ["aviso_de_agendamento", "confirmacao_de_agendamento_24h", "codigo_de_acesso", "hello_world"]
    assert [(one["name"], one["status"]) for one in listed] == [(name, "APPROVED") for name in names]
    buttons = [button["text"] for button in listed[0]["components"][-1]["buttons"]]
    assert buttons == ["Confirmar", "Reagendar", text]


def test_templates_come_in_pages_with_cursors(meta):
    first = meta.graph("GET", f"{meta.waba}/message_templates", params={"limit": 2, "fields": "name"}).json()
    headers = {"Authorization": f"Bearer {meta.token}"}
    second = requests.get(first["paging"]["next"], headers=headers, timeout=5).json()
    assert [one["name"] for one in first["data"] + second["data"]][-1] == "hello_world"
    assert len(second["data"]) == 2
    assert "next" not in second["paging"]


def test_a_broken_cursor_is_named(meta):
    response = meta.graph("GET", f"{meta.waba}/message_templates?after=nonsense")
    assert meta.refusal(response) == (400, 131059)


def test_templates_can_be_filtered(meta):
    response = meta.graph("GET", f"{meta.waba}/message_templates?name=hello_world&status=approved")
    assert [one["language"] for one in response.json()["data"]] == ["en_US"]


def test_a_submitted_template_is_approved_and_told(meta, receiver):
    made = meta.graph("POST", f"{meta.waba}/message_templates", json=template()).json()
    assert made["status"] == "PENDING"
    assert meta.refusal(meta.send(notice("Ana", name="novo_modelo"))) == (404, 132001)
    (change,) = wait_until(receiver.changes, seconds=6)
    assert change["field"] == "message_template_status_update"
    assert change["value"] | {"event": "APPROVED", "message_template_id": int(made["id"])} == change["value"]
    assert change["value"]["message_template_language"] == "pt-BR"
    assert meta.send(notice("Ana", name="novo_modelo")).ok


@pytest.mark.parametrize(
    ("definition", "subcode"),
    [
        (template(name="Com Espaço"), 2388001),
        (template(name="aviso_de_agendamento"), 2388024),
        (template(components=[{"type": "BODY", "text": "{{1}}, olá", "example": {"body_text": [["x"]]}}]), 2388299),
        (template(components=[{"type": "BODY", "text": "Olá {{1}}, oi"}]), 2388072),
        (template(components=[BODY, {"type": "FOOTER", "text": "x" * 61}]), 2388040),
        (template(components=[{"type": "FOOTER", "text": "x"}]), 2388072),
        (template(category="NONSENSE"), None),
    ],
)
def test_a_template_against_metas_rules_is_refused(meta, definition, subcode):
    response = meta.graph("POST", f"{meta.waba}/message_templates", json=definition)
    assert meta.refusal(response) == (400, 100)
    assert response.json()["error"].get("error_subcode") == subcode


def test_a_template_is_deleted_by_name_or_by_id(meta):
    listed = meta.graph("GET", f"{meta.waba}/message_templates").json()["data"]
    by_id = {"name": listed[0]["name"], "hsm_id": listed[0]["id"]}
    assert meta.graph("DELETE", f"{meta.waba}/message_templates", params=by_id).json() == {"success": True}
    assert meta.graph("DELETE", f"{meta.waba}/message_templates?name=hello_world").ok
    left = meta.graph("GET", f"{meta.waba}/message_templates").json()["data"]
    assert [one["name"] for one in left] == ["confirmacao_de_agendamento_24h", "codigo_de_acesso"]


def test_several_templates_are_deleted_together_or_not_at_all(meta):
    ids = [one["id"] for one in meta.graph("GET", f"{meta.waba}/message_templates").json()["data"]]
    wrong = meta.graph("DELETE", f"{meta.waba}/message_templates?hsm_ids=[{ids[0]},1]")
    assert meta.refusal(wrong) == (400, 100)
    assert meta.graph("DELETE", f"{meta.waba}/message_templates?hsm_ids=[{ids[0]},{ids[1]}]").ok
    left = meta.graph("GET", f"{meta.waba}/message_templates").json()["data"]
    assert [one["name"] for one in left] == ["codigo_de_acesso", "hello_world"]


def test_a_number_tells_the_fields_asked_for(meta):
    fields = "display_phone_number,throughput{level},whatsapp_business_manager_messaging_limit,health_status"
    told = meta.graph("GET", meta.number, params={"fields": fields}).json()
    assert told["display_phone_number"] == "+55 11 4000-1234"
    assert told["throughput"] == {"level": "STANDARD"}
    assert told["health_status"]["can_send_message"] == "AVAILABLE"
    assert "status" not in told


def test_a_field_that_does_not_exist_is_named(meta):
    response = meta.graph("GET", f"{meta.number}?fields=nonsense")
    assert "nonexisting field (nonsense)" in response.json()["error"]["message"]


def test_an_account_lists_its_numbers(meta):
    (number,) = meta.graph("GET", f"{meta.waba}/phone_numbers").json()["data"]
    assert (number["id"], number["verified_name"], number["status"]) == (meta.number, "Studio Jana", "CONNECTED")


@pytest.mark.parametrize("version", ["/v12.0", "/v99", ""])
def test_any_version_or_none_is_served(meta, version):
    headers = {"Authorization": f"Bearer {meta.token}"}
    answer = requests.get(f"{meta.url}{version}/{meta.waba}", headers=headers, timeout=5)
    assert answer.json()["id"] == meta.waba


def test_a_token_can_be_inspected(meta):
    app_token = f"{meta.simulator.config.app_id}|test_app_secret"
    data = meta.graph("GET", "debug_token", token=app_token, params={"input_token": meta.token}).json()["data"]
    assert data["is_valid"] is True
    assert {scope["scope"]: scope["target_ids"] for scope in data["granular_scopes"]} == {
        "whatsapp_business_management": [meta.waba],
        "whatsapp_business_messaging": [meta.waba],
    }
    unknown = meta.graph("GET", "debug_token", token=app_token, params={"input_token": "x"}).json()["data"]
    assert unknown["is_valid"] is False


def upload(meta, mime_type="image/png", content=b"\x89PNG picture"):
    files = {"file": ("a.png", content, mime_type)}
    return meta.graph("POST", f"{meta.number}/media", data={"messaging_product": "whatsapp"}, files=files)


def test_a_file_goes_up_and_comes_down_for_the_right_token(meta):
    media_id = upload(meta, content=b"\x89PNG\r\n--x\r\n\x00").json()["id"]
    described = meta.graph("GET", media_id).json()
    right = requests.get(described["url"], headers={"Authorization": f"Bearer {meta.token}"}, timeout=5)
    wrong = requests.get(described["url"], headers={"Authorization": "Bearer SIMwrong"}, timeout=5)
    assert (right.content, right.headers["Content-Type"]) == (b"\x89PNG\r\n--x\r\n\x00", "image/png")
    assert described["file_size"] == "12"
    assert wrong.status_code == 401


def test_an_address_of_a_file_that_was_tampered_with_leads_nowhere(meta):
    url = meta.graph("GET", upload(meta).json()["id"]).json()["url"]
    response = requests.get(url[:-4] + "0000", headers={"Authorization": f"Bearer {meta.token}"}, timeout=5)
    assert response.status_code == 404


def test_a_file_of_a_type_that_meta_does_not_take_is_refused(meta):
    assert meta.refusal(upload(meta, mime_type="application/zip")) == (400, 100)


def test_a_deleted_file_is_gone(meta):
    media_id = upload(meta).json()["id"]
    assert meta.graph("DELETE", media_id).json() == {"success": True}
    assert meta.graph("GET", media_id).json()["error"]["error_subcode"] == 33
