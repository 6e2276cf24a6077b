"""What a webhook can tell us: one frozen dataclass a fact, the same for every provider.

Times are aware datetimes in UTC, the effective ones of ``providers.values.effective_time``; ids and phones are as the
provider gave them; texts have NUL and lone surrogates replaced so that every store takes them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# Only what a customer is known to have written, pressed or sent starts the window: conservative where unknown.
OPENING_TYPES = frozenset(
    {
        *("text", "image", "video", "audio", "document", "sticker", "location", "contacts"),
        *("button", "interactive", "order"),
    }
)
KNOWN_TYPES = OPENING_TYPES | {"reaction", "system", "edit", "revoke", "unsupported"}


@dataclass(frozen=True)
class Person:
    """How a webhook names a customer; each part may be missing. ``wa_id`` is digits only."""

    wa_id: str = ""
    user_id: str = ""
    parent_user_id: str = ""
    username: str = ""
    profile_name: str = ""

    @property
    def address(self) -> str:
        """What an answer is sent to."""
        return self.wa_id or self.user_id


@dataclass(frozen=True)
class ProviderProblem:
    """An error object inside a webhook."""

    code: int
    title: str = ""
    details: str = ""


@dataclass(frozen=True)
class MessageReceived:
    """A customer wrote or pressed something.

    ``text`` is what a person reads (body, caption, title of the pressed button); ``reply_payload`` is what our button
    carried (empty for typed messages); ``content`` keeps the typed object whole. ``person`` may have no name at all.
    """

    message_id: str
    person: Person
    type: str
    at: datetime
    text: str = ""
    reply_payload: str = ""
    context_id: str = ""
    content: dict[str, Any] = field(default_factory=dict)
    errors: tuple[ProviderProblem, ...] = ()
    clock_doubtful: bool = False

    @property
    def is_typed(self) -> bool:
        """Typed by hand, so that words in it count as words (opt-out, numbered answers)."""
        return self.type == "text"

    @property
    def is_reply(self) -> bool:
        """A press on a button or a row of a list."""
        return self.type in {"button", "interactive"} and bool(self.reply_payload or self.text)

    @property
    def is_known(self) -> bool:
        """False for a type that this version keeps and shows without understanding it."""
        return self.type in KNOWN_TYPES

    @property
    def opens_window(self) -> bool:
        """Whether the customer service window starts anew with it."""
        return self.type in OPENING_TYPES and not self.clock_doubtful


@dataclass(frozen=True)
class StatusChanged:
    """A message we sent moved on, or failed."""

    message_id: str
    status: str
    at: datetime
    recipient: str = ""
    participant: str = ""
    client_ref: str = ""
    errors: tuple[ProviderProblem, ...] = ()
    pricing: dict[str, Any] = field(default_factory=dict)


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
class NotUnderstood:
    """What this version has no event for: kept and shown. ``note`` says which part it does not know.

    ``unknown_field``, ``unknown_item`` (a list of a known field), ``group_message``, ``payment_status``,
    ``value_error`` (an error of the platform, no message concerned), ``broken`` (without the ids that make a fact).
    """

    note: str


Event = MessageReceived | StatusChanged | TemplateStatusChanged
