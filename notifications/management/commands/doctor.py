from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from notifications import doctor
from tenants.commands import RecadoCommand


class Command(RecadoCommand):
    help = (
        "Tells why a message was sent, or not: give the message's id at WhatsApp (wamid), a phone, a job's id, or an "
        "appointment's id. Shows the state, the reason, what would hold it now, and the whole timeline. For one of "
        "our own numbers, by phone_number_id or as people write it, tells how its connection stands and why."
    )

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("subject", help="wamid, phone, job id, appointment id, or a number of ours")

    def run(self, *, subject: str, **_options: Any) -> list[dict[str, Any]]:
        findings = doctor.examine(subject.strip(), timezone.now())
        if not findings:
            raise CommandError(f"Nothing is known of {subject!r}: no message, job, appointment or contact has this id.")
        return [asdict(finding) for finding in findings]

    def describe(self, answer: list[dict[str, Any]]) -> str:
        return "\n\n".join(_paragraph(finding) for finding in answer)


def _paragraph(finding: dict[str, Any]) -> str:
    title = f"{finding['title']} [{finding['tenant']}]"
    return "\n".join([title, *(f"  {_when(fact)}{fact['text']}{_code(fact)}" for fact in finding["facts"])])


def _code(fact: dict[str, Any]) -> str:
    return f" ({fact['code']})" if fact.get("code") else ""


def _when(fact: dict[str, Any]) -> str:
    return f"{timezone.localtime(fact['at']):%Y-%m-%d %H:%M:%S}  " if fact["at"] else ""
