"""What must not be promised: each mistake is refused in Portuguese, by the field that holds it, and nothing is kept."""

from typing import Any

import pytest

from notifications.models import NotificationJob
from tenants.models import Contact, PhoneNumber

URL = "/api/v1/messages/"
TO = {"to": "+5511988887777"}


def text(body: Any) -> dict[str, Any]:
    return {"type": "text", "text": {"body": body}}


def buttons(count: int, title: str = "Sim", **more: Any) -> dict[str, Any]:
    replies = [{"type": "reply", "reply": {"id": str(n), "title": f"{title}{n}"}} for n in range(count)]
    form = {"type": "button", "body": {"text": "Confirma?"}, "action": {"buttons": replies}}
    return {"type": "interactive", "interactive": form | more}


def rows(count: int) -> dict[str, Any]:
    found = [{"id": str(n), "title": f"Opção {n}"} for n in range(count)]
    action = {"button": "Ver", "sections": [{"title": "Horários", "rows": found}]}
    return {"type": "interactive", "interactive": {"type": "list", "body": {"text": "Escolha"}, "action": action}}


def template(value: str) -> dict[str, Any]:
    parameters = [{"type": "text", "text": text} for text in (*"abcd", value)]
    components = [{"type": "body", "parameters": parameters}]
    named = {"name": "aviso_de_agendamento", "language": {"code": "pt_BR"}, "components": components}
    return {"type": "template", "template": named}


def image(**parts: str) -> dict[str, Any]:
    return {"type": "image", "image": parts}


CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "text over its limit": (text("x" * 4097), "text.body", "No máximo 4096 caracteres; aqui há 4097."),
    "empty": (text(""), "text.body", "Escreva algo aqui."),
    "only spaces": (text("   "), "text.body", "Escreva algo aqui."),
    "only line breaks": (text("\n \t\n"), "text.body", "Escreva algo aqui."),
    "NUL": (text("a\x00b"), "text.body", "caractere que não pode ser enviado"),
    "caption over its limit": (image(id="1", caption="x" * 1025), "image.caption", "No máximo 1024 caracteres"),
    "no button": (buttons(0), "interactive.action.buttons", "Use de um a três botões."),
    "four buttons": (buttons(4), "interactive.action.buttons", "Use de um a três botões."),
    "long button": (buttons(1, "x" * 20), "interactive.action.buttons.0.reply.title", "No máximo 20 caracteres"),
    "long body of buttons": (
        buttons(1, body={"text": "x" * 1025}),
        "interactive.body.text",
        "No máximo 1024 caracteres",
    ),
    "no row": (rows(0), "interactive.action.sections", "De 1 a 10; aqui há 0."),
    "eleven rows": (rows(11), "interactive.action.sections", "De 1 a 10; aqui há 11."),
    "header of sound": (
        buttons(1, header={"type": "audio", "audio": {"id": "1"}}),
        "interactive.header.type",
        "Use um destes tipos",
    ),
    "header of another kind than it says": (
        buttons(1, header={"type": "image", "video": {"id": "1"}}),
        "interactive.header.image",
        "objeto",
    ),
    "file without id or link": (image(), "image", "Indique o arquivo pelo ID ou pelo link"),
    "file with both": (image(id="1", link="https://x.test/a.png"), "image", "não pelos dois"),
    "variable with a line break": (template("a\nb"), "template.body.4", "não aceita quebra de linha"),
    "variable with five spaces": (template("a     b"), "template.body.4", "cinco espaços seguidos"),
    "variable without value": (template(""), "template.components.0.parameters.4.text", "Escreva algo aqui."),
    "unknown country": (text("oi") | {"to": "+999 1234 5678"}, "to", "não é um telefone válido"),
    "mobile of ten digits": (text("oi") | {"to": "(11) 8888-7777"}, "to", "não é um telefone válido"),
    "user id that nobody has": (text("oi") | {"to": "BR.1349"}, "to", "Ninguém que escreveu para vocês tem este ID"),
    "number of nobody": (text("oi") | {"phone_number_id": "1"}, "phone_number_id", "Esta empresa não tem esse número."),
}


@pytest.mark.parametrize(("wrong", "field", "sentence"), CASES.values(), ids=CASES)
def test_each_mistake_is_told_in_portuguese_by_its_field_and_nothing_is_kept(api, wrong, field, sentence):
    answer = api.post(URL, TO | wrong, format="json")
    fields = answer.json()["error"]["fields"]
    assert (answer.status_code, list(fields)) == (400, [field])
    assert sentence in fields[field]
    assert (NotificationJob.objects.count(), Contact.objects.count()) == (0, 0)


def test_our_own_number_is_told_apart(api, tenant):
    own = PhoneNumber.objects.get(tenant=tenant).display_phone_number
    answer = api.post(URL, text("oi") | {"to": own}, format="json")
    assert answer.json()["error"]["fields"] == {
        "to": "Este é o seu próprio número. Um número não pode escrever para si mesmo."
    }


def test_a_landline_may_have_whatsapp_and_is_taken(api):
    assert api.post(URL, text("oi") | {"to": "(11) 3222-1111"}, format="json").status_code == 202
