"""A due job on its way through the gates, and what a gate may say of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from notifications import routing
from notifications.kinds.base import Kind
from notifications.models import NotificationJob
from tenants.flags import Automation
from tenants.models import Consent, KillSwitch, PhoneNumber, Tenant
from whatsapp.content import Content
from whatsapp.models import Conversation
from whatsapp.window import Window


@dataclass(frozen=True)
class Pass:
    """Nothing against it."""


@dataclass(frozen=True)
class Hold:
    """Not before ``until``; then every gate is asked again."""

    until: datetime
    code: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Skip:
    """Not sent; switching something on later does not send it by itself."""

    code: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Cancel:
    """No longer wanted."""

    code: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Fail:
    """It cannot be sent as it is."""

    code: str
    detail: dict[str, Any] = field(default_factory=dict)


Verdict = Pass | Hold | Skip | Cancel | Fail
PASS = Pass()


@dataclass
class Candidate:
    """A due job with everything that the gates ask about; they fill in ``content`` and ``body`` (the exact request).

    ``to`` is where it really goes: the test recipient where one is set; ``portfolios`` those in which a user id is
    known. ``thread`` is that recipient's conversation with the number, where there is one. ``app_words_at``: when the
    business last wrote there in its phone app. ``voice``: why which of its kind's texts speaks, where several may.
    """

    job: NotificationJob
    kind: Kind | None
    automation: Automation
    switch: KillSwitch | None
    number: PhoneNumber | None
    choice: routing.Choice
    thread: Conversation | None
    window: Window
    refusal: Consent | None
    marketing_refusal: Consent | None
    portfolios: frozenset[str]
    to: str
    now: datetime
    content: Content | None = None
    body: dict[str, Any] = field(default_factory=dict)
    app_words_at: datetime | None = None
    voice: dict[str, Any] = field(default_factory=dict)

    @property
    def tenant(self) -> Tenant:
        return self.job.tenant

    @property
    def is_automatic(self) -> bool:
        return self.kind is not None and self.kind.automatic

    @property
    def client_ref(self) -> str:
        return f"{self.job.pk}:{self.job.attempts + 1}"

    def ready(self, at: datetime) -> "Ready":
        """What is to be called from ``at`` on, after every gate has passed."""
        if self.number is None or self.content is None:
            raise ValueError("not every gate has passed")
        return Ready(
            job=self.job,
            number=self.number,
            choice=self.choice.evidence,
            voice=self.voice,
            thread=self.thread,
            automation=self.automation,
            to=self.to,
            content=self.content,
            body=self.body,
            client_ref=self.client_ref,
            at=at,
        )


@dataclass(frozen=True)
class Ready:
    """A message that may go: by which number, to whom, the exact request, and not before ``at``."""

    job: NotificationJob
    number: PhoneNumber
    choice: dict[str, Any]
    voice: dict[str, Any]
    thread: Conversation | None
    automation: Automation
    to: str
    content: Content
    body: dict[str, Any]
    client_ref: str
    at: datetime

    @property
    def is_redirected(self) -> bool:
        """The test recipient gets it in place of the customer."""
        return self.to != self.job.to
