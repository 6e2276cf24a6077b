"""Sessions in PostgreSQL, read together with the person they belong to and the companies it works for.

Every page and every poll begins by asking for these. One statement brings all, guessed by whose the session was when
this process saw it last; whether that person may come in is decided by what the statement brought, never by the guess.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Model
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from tenants import prepared
from tenants.models import Member, Tenant

REMEMBERED = 10_000  # sessions that a process knows the person of
SQL = """
SELECT s.session_data, m.role, {person}, {tenant}
  FROM {sessions} s
  LEFT JOIN {people} u ON u.id = %s
  LEFT JOIN {members} m ON m.user_id = u.id
  LEFT JOIN {tenants} t ON t.id = m.tenant_id AND t.state <> %s
 WHERE s.session_key = %s AND s.expire_date > %s
 ORDER BY t.name
"""

_people: dict[str, int] = {}  # whose a session was


@dataclass(frozen=True)
class Arrival:
    """A person, and the companies that it is a member of, each with ``role``; closed ones are none."""

    person: User
    tenants: list[Tenant]


class SessionStore(db.SessionStore):
    """Django's, with what was read beside it: None where nobody was guessed, or somebody who is gone.

    The name is part of what sessions are signed with.
    """

    arrival: Arrival | None = None

    def load(self) -> dict[str, Any]:
        key = self.session_key or ""
        rows = _read(key)
        if not rows:
            self._session_key = None
            return {}
        told: dict[str, Any] = self.decode(rows[0][0])
        self.arrival = _arrival([row[1:] for row in rows])
        _remember(key, told.get(SESSION_KEY, ""))
        return told


def find_arrival(session: Any) -> Arrival | None:
    """Who comes, if the statement brought it and the session stands as it is. None decides nothing."""
    person_id = session.get(SESSION_KEY)  # reads it, if nobody has yet
    arrival: Arrival | None = getattr(session, "arrival", None)
    return arrival if arrival and person_id == str(arrival.person.pk) and _stands(session, arrival.person) else None


def _stands(session: Any, person: User) -> bool:
    """What Django asks of a session of this person: a way in that is still one, and the password of today."""
    return (
        session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and person.is_active
        and constant_time_compare(session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash())
    )


def _read(key: str) -> list[tuple[Any, ...]]:
    return prepared.rows(_sql(), [_people.get(key), Tenant.State.CLOSED.value, key, timezone.now()])


def _remember(key: str, person_id: str) -> None:
    if len(_people) >= REMEMBERED:
        _people.clear()
    if person_id:
        _people[key] = int(person_id)


def _arrival(rows: Sequence[tuple[Any, ...]]) -> Arrival | None:
    """Of rows of (role, the person's columns, the company's)."""
    end = 1 + len(_columns(User))
    person = _row(User, rows[0][1:end])
    return Arrival(person, [_tenant(row[end:], row[0]) for row in rows if row[end]]) if person.pk else None


def _tenant(values: Sequence[Any], role: str) -> Tenant:
    tenant: Any = _row(Tenant, values)
    tenant.role = role
    return tenant


def _row(model: type[Model], values: Sequence[Any]) -> Any:
    return model.from_db(connection.alias, [field.attname for field in _columns(model)], values)


def _columns(model: type[Model]) -> Sequence[Any]:
    return model._meta.concrete_fields


@cache
def _sql() -> str:
    tables = {"sessions": Session, "people": User, "members": Member, "tenants": Tenant}
    columns = {
        name: ", ".join(f'{alias}."{field.column}"' for field in _columns(model))
        for name, alias, model in (("person", "u", User), ("tenant", "t", Tenant))
    }
    return SQL.format(**{name: model._meta.db_table for name, model in tables.items()}, **columns)
