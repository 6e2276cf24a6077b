"""What several events are made of."""

from dataclasses import dataclass


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
    """An error object inside a webhook. ``code`` is None where it cannot be read: 0 is a code of Meta's own."""

    code: int | None
    title: str = ""
    details: str = ""
