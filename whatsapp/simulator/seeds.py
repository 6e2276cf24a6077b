"""The templates that every account has from the start, approved."""

from typing import Any

LONGEST_BUTTON = 25
DETAILS = "*Serviço:* {{2}}\n*Data:* {{3}}\n*Horário:* {{4}}\n*Local:* {{5}}"
EXAMPLE = [["Maria", "Corte e escova", "21/11/2026", "14:30", "Rua das Flores, 120"]]


def templates(contact_name: str) -> list[dict[str, Any]]:
    """`contact_name` is the person of "Falar com a …": "Jana", or with its article, "a Jana"."""
    return [
        _notice(
            "aviso_de_agendamento",
            "Agendamento marcado",
            "Olá, {{1}}. Seu horário está reservado:\n\n" + DETAILS + "\n\nPodemos contar com você?",
            contact_name,
        ),
        _notice(
            "confirmacao_de_agendamento_24h",
            "Lembrete do seu horário",
            "Oi, {{1}}. Passando para lembrar do seu horário:\n\n" + DETAILS + "\n\nVocê confirma a sua presença?",
            contact_name,
        ),
        _access_code(),
        _hello_world(),
    ]


def _notice(name: str, title: str, body: str, contact_name: str) -> dict[str, Any]:
    return {
        "name": name,
        "language": "pt_BR",
        "category": "UTILITY",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": title},
            {"type": "BODY", "text": body, "example": {"body_text": EXAMPLE}},
            {"type": "FOOTER", "text": "Toque em um botão ou responda por aqui."},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "QUICK_REPLY", "text": text} for text in ("Confirmar", "Reagendar", _talk_to(contact_name))
                ],
            },
        ],
    }


def _talk_to(contact_name: str) -> str:
    name = contact_name.strip() or "a equipe"
    article = "" if " " in name else "a " if name.endswith("a") else "o "
    text = f"Falar com {article}{name}"
    return text if len(text) <= LONGEST_BUTTON else "Falar com a equipe"


def _access_code() -> dict[str, Any]:
    return {
        "name": "codigo_de_acesso",
        "language": "pt_BR",
        "category": "AUTHENTICATION",
        "components": [
            {"type": "BODY", "add_security_recommendation": True},
            {"type": "FOOTER", "code_expiration_minutes": 10},
            {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copiar código"}]},
        ],
    }


def _hello_world() -> dict[str, Any]:
    return {
        "name": "hello_world",
        "language": "en_US",
        "category": "UTILITY",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Hello World"},
            {
                "type": "BODY",
                "text": "Welcome and congratulations!! This message demonstrates your ability to send a WhatsApp "
                "message notification from the Cloud API, hosted by Meta. Thank you for taking the time to test with "
                "us.",
            },
            {"type": "FOOTER", "text": "WhatsApp Business Platform sample message"},
        ],
    }
