"""A booking as it comes from outside, and what a valid one looks like."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from notifications.models import Appointment
from tenants import phones

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
REQUIRED = ("external_id", "customer_name", "service")
TEXTS = (*REQUIRED, "place", "professional")
HIGHEST_PRICE = Decimal(100_000_000)


@dataclass(frozen=True)
class Booking:
    """What a booking system or a person says of one booking; times are aware."""

    external_id: str
    customer_name: str
    customer_phone: str
    service: str
    starts_at: datetime
    ends_at: datetime | None = None
    place: str = ""
    professional: str = ""
    price: Decimal | None = None
    notify: bool = True

    @classmethod
    def of(cls, appointment: Appointment) -> "Booking":
        """The booking that ``appointment`` holds now."""
        return cls(**{name: getattr(appointment, name) for name in FIELDS})

    def values(self) -> dict[str, Any]:
        """Field -> value, as the appointment's row has them."""
        return {name: getattr(self, name) for name in FIELDS}


FIELDS = tuple(item.name for item in fields(Booking))
LIMITS = {field.name: field.max_length or 0 for field in Appointment._meta.fields if field.name in TEXTS}


@dataclass
class Invalid(ValueError):
    """A booking that cannot be taken; ``fields`` maps the names of Booking's fields to translated sentences."""

    fields: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return "; ".join(f"{name}: {sentence}" for name, sentence in self.fields.items())


def clean(booking: Booking) -> Booking:
    """``booking`` with its phone in E.164 and texts on one line (templates take no breaks). Raises Invalid."""
    problems: dict[str, str] = {}
    values = {name: _try(problems, name, _one_line, name, getattr(booking, name)) for name in TEXTS}
    values["customer_phone"] = _try(problems, "customer_phone", phones.normalize, booking.customer_phone)
    for name in ("starts_at", "ends_at"):
        _try(problems, name, _check_time, getattr(booking, name))
    _try(problems, "price", _check_price, booking.price)
    if not problems and booking.ends_at and booking.ends_at <= booking.starts_at:
        problems["ends_at"] = _("The end must come after the start.")
    if problems:
        raise Invalid(problems)
    return replace(booking, **values)


def _try(problems: dict[str, str], name: str, rule: Callable[..., Any], *args: Any) -> Any:
    try:
        return rule(*args)
    except ValueError as error:
        problems[name] = str(error)
        return None


def _one_line(name: str, value: str) -> str:
    value = " ".join(value.split())
    limit = LIMITS[name]
    if name in REQUIRED and not value:
        raise ValueError(_("Fill this in."))
    if len(value) > limit:
        raise ValueError(
            _("At most %(limit)d characters; this has %(length)d.") % {"limit": limit, "length": len(value)}
        )
    if not value.isprintable():
        raise ValueError(_("This holds a character that cannot be sent."))
    return value


def _check_time(value: datetime | None) -> None:
    if value is None:
        return
    if value.tzinfo is None:
        raise ValueError(_("Give the time with its offset, for example 2026-11-21T14:00:00-03:00."))
    if not EARLIEST <= value < LATEST:
        raise ValueError(_("This date is too far away."))


def _check_price(value: Decimal | None) -> None:
    if value is not None and not (value.is_finite() and 0 <= value < HIGHEST_PRICE and value == round(value, 2)):
        raise ValueError(_("Give the price in reais and cents, for example 150.00."))
