from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from tenants import connections
from tenants.commands import RecadoCommand, read_secret
from tenants.models import PhoneNumber
from whatsapp import comparison, health, lifecycle, renumbering

State = PhoneNumber.State


class Command(RecadoCommand):
    help = (
        "Looks after one connection: check (asks Meta now and says what differs from what is expected), pause, resume, "
        "disconnect, reconnect, rotate-token, change-number (conversations, contacts and what waits go on "
        "through another number). A new token is read from standard input and tried before it takes the old one's "
        "place: manage.py connection rotate-token <phone number id> --access-token - < file"
    )

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=sorted(ACTS), help="what to do")
        parser.add_argument("phone_number_id", help="the number's id at the provider")
        parser.add_argument("--reason", default="", help="kept in the history of the connection")
        parser.add_argument("--to", default="", metavar="ID", help="change-number: the new number's id at Meta")
        parser.add_argument("--waba-id", default="", help="change-number: the new number's WABA, if it is another one")
        parser.add_argument("--access-token", default="-", metavar="-", help="a dash: read it from standard input")

    def run(self, *, act: str, phone_number_id: str, **options: Any) -> dict[str, Any]:
        number = connections.resolve(phone_number_id)
        if number is None:
            raise CommandError(f"No company has a number with the id {phone_number_id!r} now.")
        try:
            number = ACTS[act](self, number, options) or number
        except (connections.MoveRefused, lifecycle.LifeRefused) as refused:
            raise CommandError(str(refused)) from None
        return _described(PhoneNumber.objects.select_related("tenant", "check_row").get(pk=number.pk))

    def check_now(self, number: PhoneNumber, _options: dict[str, Any]) -> None:
        health.check(number, timezone.now())
        comparison.check(number, timezone.now())

    def pause(self, number: PhoneNumber, options: dict[str, Any]) -> None:
        connections.move(number, State.PAUSED, reason=options["reason"], now=timezone.now())

    def resume(self, number: PhoneNumber, options: dict[str, Any]) -> None:
        if number.state != State.PAUSED:
            raise CommandError("This connection is not paused.")
        connections.move(number, State.CONNECTED, reason=options["reason"], now=timezone.now())

    def disconnect(self, number: PhoneNumber, options: dict[str, Any]) -> None:
        lifecycle.disconnect(number, reason=options["reason"], actor=None, now=timezone.now())

    def reconnect(self, number: PhoneNumber, _options: dict[str, Any]) -> None:
        lifecycle.reconnect(number, actor=None, now=timezone.now())

    def rotate_token(self, number: PhoneNumber, options: dict[str, Any]) -> None:
        warn = lambda text: self.stderr.write(self.style.WARNING(text))  # noqa: E731 - a writer, used once
        token = read_secret(options["access_token"], "--access-token", warn)
        lifecycle.rotate_token(number, token, actor=None, now=timezone.now())

    def change_number(self, number: PhoneNumber, options: dict[str, Any]) -> PhoneNumber:
        if not options["to"]:
            raise CommandError("Give the new number's id with --to.")
        now = timezone.now()
        return renumbering.change(number, options["to"], waba_id=options["waba_id"], actor=None, now=now)


ACTS: dict[str, Callable[[Command, PhoneNumber, dict[str, Any]], PhoneNumber | None]] = {
    "check": Command.check_now,
    "pause": Command.pause,
    "resume": Command.resume,
    "disconnect": Command.disconnect,
    "reconnect": Command.reconnect,
    "rotate-token": Command.rotate_token,
    "change-number": Command.change_number,
}


def _described(number: PhoneNumber) -> dict[str, Any]:
    row = getattr(number, "check_row", None)
    return {
        "tenant": number.tenant.slug,
        "phone_number_id": number.phone_number_id,
        "state": number.state,
        "reason": number.state_reason,
        "checked_at": row.at if row else None,
        "differs": [f"{each.name}: {each.found} ≠ {each.expected}" for each in comparison.differences(row)],
    }
