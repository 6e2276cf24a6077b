"""What concerns an account, a number or a template, not a message."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from whatsapp.events.parts import Person, ProviderProblem


@dataclass(frozen=True)
class AccountNoticed:
    """Meta says something of an account or of one of its numbers.

    ``field`` is the webhook's field, ``word`` what is told (the event, decision, alert type) as Meta spells it.
    ``display_phone_number`` or ``phone_number_id`` name the number where only one is meant; ``detail`` is the rest.
    """

    field: str
    word: str
    at: datetime
    phone_number_id: str = ""
    display_phone_number: str = ""
    detail: dict[str, Any] = dataclasses.field(default_factory=dict)


class AccountUpdated(AccountNoticed):
    """``account_update``: a partner added or removed, a restriction, a ban, a phone app gone or back …"""


class AccountAlerted(AccountNoticed):
    """``account_alerts``: a badge or a higher limit granted or refused, a lost picture."""


class AccountReviewed(AccountNoticed):
    """``account_review_update``: the decision of Meta's review."""


class AccountSettingsChanged(AccountNoticed):
    """``account_settings_update``: calling switched on or off, its hours."""


class CapabilityChanged(AccountNoticed):
    """``business_capability_update``: ``word`` is the portfolio's messaging limit as the API spells it, or empty."""


class NumberNameDecided(AccountNoticed):
    """``phone_number_name_update``: ``word`` is the decision, ``detail`` has ``requested_verified_name``."""


class NumberQualityChanged(AccountNoticed):
    """``phone_number_quality_update``: ``word`` is the event, ``detail`` has ``current_limit``."""


class SecurityChanged(AccountNoticed):
    """``security``: somebody changed the PIN of two-step verification, or asked for it."""


@dataclass(frozen=True)
class TemplateStatusChanged:
    """Meta approved, rejected, paused … a template of a WABA; ``status`` as Meta spells it."""

    template_id: str
    name: str
    language: str
    status: str
    at: datetime
    reason: str = ""
    category: str = ""


@dataclass(frozen=True)
class TemplateQualityChanged:
    """How customers receive a template: GREEN, YELLOW, RED or UNKNOWN."""

    template_id: str
    name: str
    language: str
    score: str
    at: datetime


@dataclass(frozen=True)
class TemplateCategoryChanged:
    """Meta moved a template to ``category``, or will (``correct_category``, on ``effective_at``)."""

    template_id: str
    name: str
    language: str
    category: str
    at: datetime
    correct_category: str = ""
    effective_at: datetime | None = None


@dataclass(frozen=True)
class TemplateComponentsChanged:
    """The words of a template were changed; ``components`` is the whole of it as the API lists it."""

    template_id: str
    name: str
    language: str
    at: datetime
    components: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class PreferenceChanged:
    """A customer stopped or resumed marketing in WhatsApp itself; ``value``: ``stop``, ``resume`` or ``signup``."""

    person: Person
    value: str
    at: datetime
    detail: str = ""


@dataclass(frozen=True)
class PlatformReported:
    """Errors of the platform, of no message that we know: shown and counted, without consequence."""

    errors: tuple[ProviderProblem, ...]


@dataclass(frozen=True)
class Kept:
    """A fact of a documented shape without consequence in this version; ``name`` is its kind, ``data`` all of it."""

    name: str
    at: datetime
    data: dict[str, Any] = dataclasses.field(default_factory=dict)


class CallChanged(Kept):
    """``calls``: a voice call rang, connected, ended."""


class GroupChanged(Kept):
    """``group_*_update``: a group was made, changed, joined or left."""


class FlowChanged(Kept):
    """``flows``: a Flow was published, throttled, or answers badly."""


class PaymentChanged(Kept):
    """A payment's state (a status of type ``payment``), or ``payment_configuration_update``."""


class SolutionChanged(Kept):
    """``partner_solutions``: a multi-partner solution of our own portfolio."""


class AutomaticEventTold(Kept):
    """``automatic_events``: Meta recognised a lead or a purchase in a conversation that an ad began."""


class LinkClicked(Kept):
    """``user_actions``: a customer opened a link of a marketing message."""


class UsernameChanged(Kept):
    """``business_username_update``: the business's own username."""


@dataclass(frozen=True)
class NotUnderstood:
    """What this version has no event for: kept, shown and counted. ``note`` says which part it does not know.

    ``unknown_field``, ``unknown_item`` (a list of a known field), ``unknown_value`` (a word that changes the meaning),
    ``broken`` (without the ids that make a fact).
    """

    note: str
