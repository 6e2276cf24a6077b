"""Who hears of which event. Facts travel up only through here: an upper app subscribes, the lower does not know it.

Each event class has one core handler of this app, which makes the rows that everybody relies on, and any number of
subscribers, run in the order in which their apps are installed. A handler takes a batch and works set-based; it runs in
a savepoint of its own, is idempotent and does not depend on order. A class that nobody handles is ignored on purpose,
with the reason; what has no class is not understood. There is no fourth way.
"""

import traceback
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import structlog
from django.db import connection, transaction
from django.utils.functional import Promise

from tenants.models import Contact, PhoneNumber, Tenant, WhatsAppAccount
from whatsapp.models import Message, WebhookEvent

E = TypeVar("E")
TRACEBACK_LIMIT = 8000  # characters; the end says what broke

log = structlog.get_logger(__name__)


@dataclass
class Incoming(Generic[E]):
    """An event with the rows it belongs to.

    ``contact`` is the person it names, if any, met before every handler (whatsapp.people); ``message`` the one that the
    core handler made or found, if any.
    """

    event: E
    row: WebhookEvent
    tenant: Tenant
    number: PhoneNumber | None = None
    account: WhatsAppAccount | None = None
    message: Message | None = None
    contact: Contact | None = None

    @property
    def own_number(self) -> PhoneNumber:
        """The number of a message or a status, which is never without one."""
        if self.number is None:
            raise LookupError(f"event {self.row.pk} is of an account, not of a number")
        return self.number


Handler = Callable[[Sequence[Incoming[Any]], datetime], None]

_core: dict[type, Handler] = {}
_ignored: dict[type, str | Promise] = {}
_subscribers: dict[type, dict[str, Handler]] = defaultdict(dict)


def core(*event_classes: type) -> Callable[[Handler], Handler]:
    """Registers the one handler that makes this app's own rows of these events; it gets them in one batch."""

    def register(handler: Handler) -> Handler:
        _core.update(dict.fromkeys(event_classes, handler))
        return handler

    return register


def ignore_on_purpose(event_class: type, why: str | Promise) -> None:
    """Says that events of this class are kept and shown, and change nothing; ``why`` is read by people."""
    _ignored[event_class] = why


def handles(event_class: type) -> Callable[[Handler], Handler]:
    """Registers a subscriber: ``def handler(batch: Sequence[Incoming[E]], now: datetime) -> None``."""

    def register(handler: Handler) -> Handler:
        _subscribers[event_class][f"{handler.__module__}.{handler.__qualname__}"] = handler
        return handler

    return register


def core_handler(event_class: type) -> Handler | None:
    return _core.get(event_class)


def ignored_on_purpose() -> dict[type, str | Promise]:
    """The reasons by event class."""
    return dict(_ignored)


def is_handled(event_class: type) -> bool:
    """Whether the event has an effect."""
    return event_class in _core or bool(_subscribers.get(event_class))


def subscribers(event_class: type) -> dict[str, Handler]:
    """By name, lower layers first."""
    return dict(_subscribers[event_class])


def run(handler: Handler, batch: Sequence[Incoming[Any]], now: datetime) -> dict[int, str]:
    """The set first; on an error halves, down to one by one. Answers tracebacks by the id of each event that failed.

    Raises what took the connection away: no event is to blame for that, and nothing of the batch can be kept.
    """
    error = _attempt(handler, batch, now) if batch else None
    if error is None:
        return {}
    if len(batch) == 1:
        log.error("handler_failed", exc_info=error, event_id=batch[0].row.pk, handler=handler.__qualname__)
        return {batch[0].row.pk: as_text(error)}
    half = len(batch) // 2
    return run(handler, batch[:half], now) | run(handler, batch[half:], now)


def _attempt(handler: Handler, batch: Sequence[Incoming[Any]], now: datetime) -> Exception | None:
    try:
        with transaction.atomic():
            handler(batch, now)
    except Exception as error:
        if connection.needs_rollback or connection.connection is None or connection.connection.closed:
            raise
        return error
    return None


def as_text(error: BaseException) -> str:
    """A traceback for the row that failed."""
    lines = "".join(traceback.format_exception(error)).replace("\x00", "")
    return lines[-TRACEBACK_LIMIT:]
