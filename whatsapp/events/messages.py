"""What was said, and what was done to it later."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from whatsapp.events.parts import Person, ProviderProblem

# Only what a customer is known to have written, pressed or sent starts the window: conservative where unknown.
OPENING_TYPES = frozenset(
    {
        *("text", "image", "video", "audio", "document", "sticker", "location", "contacts"),
        *("button", "interactive", "order"),
    }
)
KNOWN_TYPES = OPENING_TYPES | {"reaction", "system", "edit", "revoke", "unsupported", "media_placeholder"}


@dataclass(frozen=True)
class MessageReceived:
    """A customer wrote or pressed something.

    ``text`` is what a person reads (body, caption, title of the pressed button); ``reply_payload`` is what our button
    carried (empty for typed messages); ``content`` keeps the typed object whole, beside ``context``, ``referral``,
    ``identity`` and ``group_id`` where there are such. ``person`` may have no name at all. A message to a group
    (``group_id``) is nobody's conversation with us: it is kept, and opens and answers nothing.
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
    group_id: str = ""

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
        """Whether the customer service window starts anew: not with what WhatsApp may have answered by itself."""
        if self.clock_doubtful or self.group_id:
            return False
        return self.type in OPENING_TYPES and self._kind_of_reply != "call_permission_reply"

    @property
    def _kind_of_reply(self) -> Any:
        reply = self.content.get("interactive")
        return reply.get("type") if isinstance(reply, dict) else None


@dataclass(frozen=True)
class MessageEchoed:
    """The business wrote from its phone app; ``person`` is to whom. The other parts are as of MessageReceived."""

    message_id: str
    person: Person
    type: str
    at: datetime
    text: str = ""
    context_id: str = ""
    content: dict[str, Any] = field(default_factory=dict)
    errors: tuple[ProviderProblem, ...] = ()
    clock_doubtful: bool = False
    group_id: str = ""

    @property
    def is_known(self) -> bool:
        """As of MessageReceived."""
        return self.type in KNOWN_TYPES


@dataclass(frozen=True)
class ReactionChanged:
    """Somebody put an emoji on the message ``target_id``, or took it back (``emoji`` empty).

    ``person`` is the customer of the conversation; with ``by_business`` it was the business who reacted.
    """

    message_id: str
    target_id: str
    person: Person
    emoji: str
    at: datetime
    by_business: bool = False


@dataclass(frozen=True)
class MessageEdited:
    """The author of the message ``target_id`` changed its words: ``text`` is what stands there now."""

    message_id: str
    target_id: str
    person: Person
    at: datetime
    type: str = ""
    text: str = ""
    content: dict[str, Any] = field(default_factory=dict)
    by_business: bool = False


@dataclass(frozen=True)
class MessageRevoked:
    """The author of the message ``target_id`` deleted it for everyone."""

    message_id: str
    target_id: str
    person: Person
    at: datetime
    by_business: bool = False


@dataclass(frozen=True)
class IdentityChanged:
    """A customer goes by another number or user id from now on.

    ``kind`` is as Meta spells it: ``user_changed_number``, ``user_changed_user_id``. ``notice`` is the line that
    WhatsApp shows in the conversation, None where no message came with it.
    """

    kind: str
    before: Person
    after: Person
    at: datetime
    notice: MessageReceived | None = None


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


Said = MessageReceived | MessageEchoed | ReactionChanged | MessageEdited | MessageRevoked | IdentityChanged


@dataclass(frozen=True)
class HistoryFact:
    """A message of before the connection, and its delivery ``status`` then (ours only; as the ladder spells it)."""

    event: Said
    status: str = ""


@dataclass(frozen=True)
class HistoryChunk:
    """A part of the history that the phone app shares once, or (with ``errors``) the refusal to share it.

    ``phase`` 0 to 2 goes back in time, ``progress`` is percent of all. ``left_out`` counts items without an id.
    ``is_file``: no chunk, but the file of a message that a chunk told without it.
    """

    at: datetime
    phase: int = 0
    chunk_order: int = 0
    progress: int = 0
    facts: tuple[HistoryFact, ...] = ()
    errors: tuple[ProviderProblem, ...] = ()
    left_out: int = 0
    is_file: bool = False


@dataclass(frozen=True)
class ContactSynced:
    """The phone app's address book: somebody was added or edited (``action`` ``add``), or removed (``remove``)."""

    person: Person
    action: str
    name: str
    at: datetime
