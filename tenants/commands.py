"""The base of Recado's commands: a table for people or ``--json`` for machines, one clear line on failure."""

import contextlib
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn

import redis
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError

from tenants import contacts, phones
from tenants.acting import Actor, acting
from tenants.models import Contact, Identity, Tenant

Row = Mapping[str, Any]


class OneLineParser(CommandParser):
    """A wrong option is one line and exit code 1, like every other failure."""

    def error(self, message: str) -> NoReturn:
        if self.called_from_command_line:
            self.exit(1, f"{self.prog}: {message}. See --help.\n")
        raise CommandError(message)


class RecadoCommand(BaseCommand):
    """``run`` returns what to show: a row (one thing), or rows (a list); ``describe`` says it to people.

    CommandError is the failure's one line; a database or a Redis that does not answer becomes one too.
    """

    empty = "Nothing found."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.__class__ = OneLineParser  # BaseCommand names the class itself
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON, for machines")
        self.add_options(parser)

    def add_options(self, parser: CommandParser) -> None:
        """The command's own options."""

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            with acting(Actor(f"manage.py {self.__module__.rpartition('.')[2]}")):
                answer = self.run(**options)
        except (DatabaseError, ImproperlyConfigured, redis.RedisError) as error:
            raise CommandError(first_line(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(answer, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False))
        else:
            self.stdout.write(self.describe(answer))
        if told := self.failure(answer):
            raise CommandError(told)

    def run(self, *_args: Any, **options: Any) -> Any:
        """Does the work; answers JSON-ready rows."""
        raise NotImplementedError

    def describe(self, answer: Any) -> str:
        """The answer for people."""
        if isinstance(answer, Mapping):
            return "\n".join(f"{name}: {_cell(value)}" for name, value in answer.items())
        return table(answer) or self.empty

    def failure(self, _answer: Any) -> str | None:
        """The one line of what failed although there is an answer, which was shown before it."""
        return None


def table(rows: Sequence[Row]) -> str:
    """Rows in aligned columns under their names; empty without rows."""
    if not rows:
        return ""
    lines = [[name.replace("_", " ") for name in rows[0]], *([_cell(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={_cell(item)}" for name, item in value.items()) or "-"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(map(_cell, value)) or "-"
    return value.isoformat(sep=" ", timespec="seconds") if hasattr(value, "isoformat") else str(value)


def first_line(error: BaseException) -> str:
    """What went wrong, without a traceback."""
    return f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else 'no details'}"


def add_tenant_option(parser: ArgumentParser, *, required: bool = False) -> None:
    parser.add_argument("--tenant-id", required=required, metavar="ID", help="the company, by id or short name (slug)")


def find_tenant(value: str) -> Tenant:
    """By id or slug; CommandError when there is none."""
    tenants = Tenant.objects.filter(slug=value)
    with contextlib.suppress(ValidationError):
        tenants |= Tenant.objects.filter(pk=value)
    if tenant := tenants.first():
        return tenant
    raise CommandError(f"There is no company with the id or short name {value!r}.")


def add_contact_options(parser: ArgumentParser) -> None:
    add_tenant_option(parser, required=True)
    parser.add_argument("--contact", required=True, metavar="WHO", help="the customer: id, phone, or WhatsApp user id")


def find_contact(tenant_id: str, who: str) -> Contact:
    """By phone, WhatsApp user id or id, in this order; CommandError when the company knows nobody of that name."""
    tenant = find_tenant(tenant_id)
    named = Identity.objects.for_tenant(tenant).filter(kind=Identity.Kind.USER_ID, value=who)
    by_id = Contact.objects.for_tenant(tenant).filter(pk=int(who[:18])) if who.isascii() and who.isdecimal() else None
    phone = contacts.find_by_phone(tenant, who) if phones.is_wa_id(phones.digits(who)) else None
    user = named.select_related("contact").first()
    if found := phone or (user.contact if user else None) or (by_id.first() if by_id is not None else None):
        return found
    raise CommandError(f"The company knows no contact {who!r}.")


def read_secret(value: str, option: str, warn: Any) -> str:
    """The secret that ``value`` gives: a dash reads one line of standard input, anything else warns.

    A secret on the line stays in the shell's history and is seen in the list of processes.
    """
    if value != "-":
        warn(f"{option} was given on the command line, where others can read it; write {option} - and pipe it in.")
        return value
    secret = sys.stdin.readline().strip()
    if not secret:
        raise CommandError(f"{option} - expects the secret on standard input, a line for each such option in order.")
    return secret
