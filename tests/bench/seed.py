"""Two years of fifty companies, written by COPY: what pages are measured on.

At size 1: 200 000 contacts, 5 million messages, 1 million jobs and 10 million webhook events. The first company
has a fifth of everything. Every contact has one conversation, to which the messages come in turns: an inbound one, an
outbound one; jobs belong to the newest outbound ones. Ids are counted, so that rows know each other without asking.
"""

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models

from notifications.analytics import days
from notifications.models import Appointment, DayToCount, JobEvent, NotificationJob
from tenants.models import Contact, Identity, PhoneNumber, Tenant
from tests.factories import make_number, make_tenant
from whatsapp.models import Conversation, Message, MessageStatus, WebhookEvent

TENANTS, SPAN = 50, timedelta(days=730)
LOOKED_AT = timedelta(days=100)
FIRST = 1_000_000  # of every counted id: what tests make by themselves stays below
NAMES = ("Ana Souza", "Bruno Lima", "Carla Dias", "Diego Alves", "Elisa Rocha", "Fábio Nunes", "Gabriela Reis")
WORDS = ("bom dia", "quero marcar um horário", "quanto custa o corte", "obrigada", "posso ir amanhã", "confirmado")
STATES = (*["sent"] * 18, "failed", "skipped")
REASON = {"failed": "131026", "skipped": "no_consent"}


@dataclass(frozen=True)
class Size:
    contacts: int
    messages: int
    jobs: int
    events: int

    @classmethod
    def of(cls, share: float) -> "Size":
        return cls(*(max(int(most * share), 100) for most in (200_000, 5_000_000, 1_000_000, 10_000_000)))


class Years:
    """All rows of ``size`` up to ``now``; ``write`` stores them."""

    def __init__(self, size: Size, now: datetime) -> None:
        self.size, self.now = size, now
        self.numbers = [number_of(f"bench-{n}") for n in range(TENANTS)]
        self.tenants: list[Tenant] = [number.tenant for number in self.numbers]

    @property
    def are_written(self) -> bool:
        return Contact.objects.filter(pk=FIRST).exists()

    def write(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            for table in (self._contacts, self._messages, self._jobs, self._events):
                table()
                cursor.execute("ANALYZE")
            self._count_days()
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("RESET statement_timeout")

    def _owner(self, contact: int) -> int:
        """The position of a contact's company."""
        return 0 if contact % 5 == 0 else 1 + contact % (TENANTS - 1)

    def _tenant(self, contact: int) -> Tenant:
        return self.tenants[self._owner(contact)]

    def _number(self, contact: int) -> PhoneNumber:
        return self.numbers[self._owner(contact)]

    def _at(self, message: int) -> datetime:
        return self.now - SPAN * (1 - message / self.size.messages)

    def _contacts(self) -> None:
        people = range(self.size.contacts)
        copy(
            Contact,
            ("id", "tenant_id", "name", "profile_name", "address", "created_at", "updated_at"),
            map(self._contact, people),
        )
        copy(
            Identity,
            ("tenant_id", "contact_id", "value", "match_key"),
            ((self._tenant(n).pk, FIRST + n, phone(n), phone(n)) for n in people),
            kind="wa_id",
        )
        copy(
            Conversation,
            (
                *("id", "tenant_id", "number_id", "contact_id"),
                *("last_message_at", "last_inbound_at", "window_opened_at", "read_at"),
            ),
            map(self._conversation, people),
        )

    def _contact(self, n: int) -> tuple[Any, ...]:
        at = self.now - SPAN * (1 - n / self.size.contacts)
        return FIRST + n, self._tenant(n).pk, f"{NAMES[n % 7]} {n}", NAMES[n % 7], phone(n), at, at

    def _conversation(self, contact: int) -> tuple[Any, ...]:
        rounds, rest = divmod(self.size.messages, self.size.contacts)
        newest = (rounds if contact < rest else rounds - 1) * self.size.contacts + contact
        inbound = self._at(newest if self._is_inbound(newest) else newest - self.size.contacts)
        row, owner, read = FIRST + contact, self._number(contact), None if contact % 20 == 0 else self._at(newest)
        return row, owner.tenant_id, owner.pk, row, self._at(newest), inbound, inbound, read

    def _is_inbound(self, message: int) -> bool:
        return message // self.size.contacts % 2 == 0

    def _messages(self) -> None:
        columns = (
            *("id", "tenant_id", "number_id", "contact_id", "conversation_id", "direction", "origin"),
            *("provider_message_id", "address", "text", "status", "status_at", "occurred_at", "created_at"),
        )
        copy(Message, columns, map(self._message, range(self.size.messages)), type="text")

    def _message(self, n: int) -> tuple[Any, ...]:
        contact, at = n % self.size.contacts, self._at(n)
        owner, row = self._number(contact), FIRST + contact
        told = ("inbound", "customer") if self._is_inbound(n) else ("outbound", "automation")
        status = ("", None) if told[0] == "inbound" else ("read", at)
        text = f"{WORDS[n % 6]} {n}"
        return FIRST + n, owner.tenant_id, owner.pk, row, row, *told, wamid(n), phone(contact), text, *status, at, at

    def _outbound(self, job: int) -> int:
        """The message of a job: the jobs have the newest outbound ones."""
        count = self.size.messages // self.size.contacts // 2 * self.size.contacts
        turn, contact = divmod(max(count - self.size.jobs, 0) + job, self.size.contacts)
        return (2 * turn + 1) * self.size.contacts + contact

    def _jobs(self) -> None:
        jobs = [(job, self._outbound(job)) for job in range(self.size.jobs)]
        copy(Appointment, *self._appointments(jobs), service="Corte", state="booked")
        columns = (
            *("id", "tenant_id", "number_id", "contact_id", "appointment_id", "dedupe_key", "to", "message_id"),
            *("state", "reason_code", "scheduled_for", "due_at", "created_at", "updated_at"),
        )
        copy(NotificationJob, columns, (self._job(*one) for one in jobs), kind="appointment_created", attempts=1)
        events = (
            (uuid.UUID(int=FIRST + job), event, self._at(message))
            for job, message in jobs
            for event in ("queued", "accepted")
        )
        copy(JobEvent, ("job_id", "event", "at"), events)
        copy(MessageStatus, *self._statuses(jobs), status="read")

    def _appointments(self, jobs: Sequence[tuple[int, int]]) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
        columns = ("id", "tenant_id", "external_id", "public_id", "contact_id", "customer_name", "customer_phone")
        return (*columns, "starts_at"), (
            (
                *(FIRST + job, self._tenant(contact).pk, f"A{job}", f"p{job}", FIRST + contact),
                *(f"{NAMES[contact % 7]} {contact}", f"+{phone(contact)}", self._at(message) + timedelta(days=2)),
            )
            for job, message in jobs
            for contact in (message % self.size.contacts,)
        )

    def _job(self, job: int, message: int) -> tuple[Any, ...]:
        contact, at = message % self.size.contacts, self._at(message)
        owner, state = self._number(contact), STATES[job % len(STATES)]
        row = (uuid.UUID(int=FIRST + job), owner.tenant_id, owner.pk, FIRST + contact, FIRST + job, f"k{job}")
        return *row, f"+{phone(contact)}", FIRST + message, state, REASON.get(state, ""), at, at, at, at

    def _statuses(self, jobs: Sequence[tuple[int, int]]) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
        columns = ("tenant_id", "number_id", "message_id", "provider_message_id", "recipient", "occurred_at")
        return columns, (
            (owner.tenant_id, owner.pk, FIRST + message, wamid(message), phone(contact), self._at(message))
            for _, message in jobs
            for contact in (message % self.size.contacts,)
            for owner in (self._number(contact),)
        )

    def _events(self) -> None:
        columns = (
            *("tenant_id", "number_id", "key", "phone_number_id", "contact_ref", "message_ref"),
            *("payload", "state", "note", "received_at", "due_at", "processed_at"),
        )
        rows = map(self._event, range(self.size.events))
        copy(WebhookEvent, columns, rows, provider="meta", field="messages", item="messages", attempts=1)

    def _event(self, n: int) -> tuple[Any, ...]:
        message = n * self.size.messages // self.size.events
        contact, at = message % self.size.contacts, self._at(message)
        owner = self._number(contact)
        state, note = ("failed", "") if n % 10_000 == 1 else ("ignored", "unknown_type") if n % 1_000 == 2 else DONE
        payload = json.dumps({"data": {"id": wamid(message), "from": phone(contact), "type": "text"}})
        told = (owner.tenant_id, owner.pk, f"seed{n}", owner.phone_number_id, phone(contact), wamid(message))
        return *told, payload, state, note, at, at, at

    def _count_days(self) -> None:
        """As the queue does once messages are there; as far back as a page looks."""
        past = range(LOOKED_AT.days)
        rows = ((tenant.pk, (self.now - timedelta(days=back)).date()) for tenant in self.tenants for back in past)
        copy(DayToCount, ("tenant_id", "day"), rows)
        days.tend(self.now)


DONE = ("processed", "")
INDEXES_SQL = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
  FROM pg_index i
  LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid
 WHERE i.indrelid = %s::regclass AND c.oid IS NULL AND NOT i.indisunique
"""


def number_of(slug: str) -> PhoneNumber:
    """The number of a company that is made if there is none."""
    found = PhoneNumber.objects.filter(tenant__slug=slug).select_related("tenant", "account").first()
    return found or make_number(make_tenant(slug))


def phone(contact: int) -> str:
    return f"5511{900_000_000 + contact}"


def wamid(message: int) -> str:
    return f"wamid.bench{message}"


def copy(model: type[models.Model], columns: Sequence[str], rows: Iterable[tuple[Any, ...]], **same: Any) -> None:
    """``rows`` give ``columns``; all other columns are alike in every row: from ``same``, or the model's default."""
    rest = {field.column: field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)}
    others = {name: same.get(name, default(field)) for name, field in rest.items() if name not in columns}
    ending = "".join(f"\t{plain(value)}" for value in others.values()) + "\n"
    names = ", ".join(connection.ops.quote_name(name) for name in (*columns, *others))
    into = f"COPY {model._meta.db_table} ({names}) FROM STDIN"
    with connection.cursor() as cursor, bare(model), cursor.copy(into) as writer:
        for row in rows:
            writer.write("\t".join(map(plain, row)) + ending)
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(sql)


@contextmanager
def bare(model: type[models.Model]) -> Iterator[None]:
    """Its table without triggers and indexes, but for those of constraints: built after, they cost a tenth."""
    with connection.cursor() as cursor:
        cursor.execute(INDEXES_SQL, [model._meta.db_table])
        indexes = cursor.fetchall()
        cursor.execute("SET session_replication_role = replica")
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
        yield
        cursor.execute("RESET session_replication_role")
        for _, statement in indexes:
            cursor.execute(statement)


def default(field: models.Field) -> Any:
    """What a new row of the model has there."""
    if isinstance(field, models.DateTimeField) and not field.null:
        return datetime.now(UTC)
    if isinstance(field, models.JSONField):
        value = field.get_default()
        return None if value is None else json.dumps(value)
    return field.get_default()


def plain(value: Any) -> str:
    """As COPY reads it. No value of this file has a tabulator, a line break or a backslash."""
    if value is None:
        return r"\N"
    return str(value)
