"""What several of Meta's fields are made of, read without ever raising."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from whatsapp.events import Person, ProviderProblem
from whatsapp.providers.values import effective_time, integer, mapping, objects, text, user_id, wa_id

Payload = Mapping[str, Any]


def data_of(payload: Payload) -> dict[str, Any]:
    return mapping(payload.get("data"))


def entry_time(payload: Payload, received_at: datetime) -> datetime:
    """When an account-level fact happened."""
    return effective_time(payload.get("entry_time"), received_at)[0]


def contact_of(payload: Payload) -> dict[str, Any]:
    """The contact that came along with an item."""
    return next(iter(objects(payload.get("contacts"))), {})


def sender(data: Mapping[str, Any], contact: Mapping[str, Any]) -> Person:
    """Who wrote it: the item's own ids first, then the contact that came along."""
    return _person(
        contact,
        phones=(data.get("from"), data.get("wa_id"), contact.get("wa_id")),
        users=(data.get("from_user_id"), data.get("user_id"), contact.get("user_id"), data.get("from")),
        parents=(data.get("from_parent_user_id"), data.get("parent_user_id"), contact.get("parent_user_id")),
    )


def receiver(data: Mapping[str, Any], contact: Mapping[str, Any]) -> Person:
    """To whom the business wrote."""
    return _person(
        contact,
        phones=(data.get("to"), contact.get("wa_id")),
        users=(data.get("to_user_id"), contact.get("user_id"), data.get("to")),
        parents=(data.get("to_parent_user_id"), contact.get("parent_user_id")),
    )


def problems(errors: Any) -> tuple[ProviderProblem, ...]:
    return tuple(
        ProviderProblem(
            code=_code(error.get("code")),
            title=text(error.get("title") or error.get("message"), 300),
            details=text(mapping(error.get("error_data")).get("details") or error.get("details"), 1000),
        )
        for error in objects(errors)
    )


def _code(value: Any) -> int | None:
    number = integer(value)
    return number if number or text(value) == "0" else None


def _person(contact: Mapping[str, Any], *, phones: tuple, users: tuple, parents: tuple) -> Person:
    profile = mapping(contact.get("profile"))
    return Person(
        wa_id=wa_id(*phones),
        user_id=user_id(*users),
        parent_user_id=user_id(*parents),
        username=text(profile.get("username") or contact.get("username"), 100).lstrip("@"),
        profile_name=text(profile.get("name"), 120),
    )
