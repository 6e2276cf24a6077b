"""What can go wrong between us and a provider: one kind for each way the queue must react.

::

    ProviderError               the provider answered, or could not be reached: nothing was accepted
    ├── Refused                 a readable error body; .code, .subcode, .details, .fbtrace_id as the provider gave them
    └── Unreachable             refused connection, timeout while connecting: certainly not accepted
    OutcomeUnknown              the request left and no readable answer came: accepted or not, nobody knows
    InvalidContent              our own check found the content outside the provider's limits; never sent
"""

from dataclasses import dataclass, field
from enum import StrEnum


class ErrorKind(StrEnum):
    """How the queue reacts; notifications.retry has a rule and the catalogue a sentence for each."""

    TRANSIENT = "transient"  # try again with backoff, a few times
    RATE_LIMITED = "rate_limited"  # wait as long as the scope asks, does not count as an attempt
    WINDOW_CLOSED = "window_closed"  # more than 24 h since the customer wrote: use a template
    RECIPIENT = "recipient"  # this person cannot be reached; never again by itself
    OPTED_OUT = "opted_out"  # this person stopped such messages
    CONTENT = "content"  # the request or its content is wrong; a person must change something
    TEMPLATE = "template"  # the template is missing, paused, disabled or has other parameters
    TOKEN = "token"  # access lost: the connection degrades, jobs wait
    ACCOUNT = "account"  # the number or WABA is blocked or not set up: jobs wait, a person must act
    POLICY = "policy"  # Meta holds it back; not repeated by itself
    UNKNOWN = "unknown"  # a code that the catalogue does not know: treated as content, shown as it came


class Scope(StrEnum):
    """What an error speaks of: how far its consequence reaches."""

    MESSAGE = "message"
    PAIR = "pair"
    NUMBER = "number"
    TEMPLATE = "template"
    WABA = "waba"
    PORTFOLIO = "portfolio"
    APP = "app"


WIDER_THAN_A_NUMBER = frozenset({Scope.WABA, Scope.PORTFOLIO, Scope.APP})


@dataclass(eq=False)
class ProviderError(Exception):
    """The provider did not accept it. ``message`` is the provider's own, without secrets."""

    message: str
    kind: ErrorKind = ErrorKind.TRANSIENT
    scope: Scope = Scope.MESSAGE

    def __str__(self) -> str:
        return self.message


@dataclass(eq=False)
class Refused(ProviderError):
    """A readable error body of the provider."""

    code: int = 0
    subcode: int | None = None
    details: str = ""
    fbtrace_id: str = ""
    http_status: int = 0
    retry_after: float | None = None  # seconds, where the provider told it


@dataclass(eq=False)
class Unreachable(ProviderError):
    """No connection was made, so nothing was accepted."""


@dataclass(eq=False)
class OutcomeUnknown(Exception):
    """The request left, no readable answer came (read timeout, reset, 5xx without a body of the provider)."""

    message: str
    http_status: int = 0

    def __str__(self) -> str:
        return self.message


@dataclass(eq=False)
class InvalidContent(ValueError):
    """Content outside the provider's limits; ``fields`` maps the field's path to a translated sentence."""

    fields: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return "; ".join(f"{name}: {sentence}" for name, sentence in self.fields.items())
