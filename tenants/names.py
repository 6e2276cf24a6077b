"""How a webhook, a booking or a person names a customer, and the keys that find who is meant."""

from dataclasses import dataclass
from datetime import datetime

from tenants import phones
from tenants.models import Identity

Kind = Identity.Kind
IdentityKey = tuple[str, str, str]  # kind, portfolio, match key
OF_A_PORTFOLIO = frozenset({Kind.USER_ID, Kind.USERNAME})  # a parent's id and a phone are the same everywhere


@dataclass(frozen=True)
class Names:
    """What is known of a person: any part may be empty, at least one id is needed. ``wa_id`` is digits.

    ``at`` is when the provider said so (effective time). None: typed by a person or a booking system, so that it only
    fills what is empty and never replaces an address that the provider gave. ``previous_…``: what the person was called
    before ``at``, when the provider says that number or user id changed.
    """

    wa_id: str = ""
    user_id: str = ""
    parent_user_id: str = ""
    username: str = ""
    profile_name: str = ""
    portfolio_id: str = ""
    at: datetime | None = None
    previous_wa_id: str = ""
    previous_user_id: str = ""

    @property
    def address(self) -> str:
        return self.wa_id or self.user_id

    @property
    def has_moved(self) -> bool:
        """The provider reports a change of number or user id."""
        return bool(self.previous_wa_id or self.previous_user_id)

    def user_keys(self) -> list[IdentityKey]:
        """Ids that WhatsApp gives to one account alone, strongest first; the former one too."""
        values = [(Kind.PARENT_USER_ID, self.parent_user_id)]
        values += [(Kind.USER_ID, self.user_id), (Kind.USER_ID, self.previous_user_id)]
        return [self.key(kind, value) for kind, value in values if value]

    def phone_keys(self) -> list[IdentityKey]:
        """Numbers, which may go from one person to another; the former one too."""
        return [self.key(Kind.WA_ID, value) for value in (self.wa_id, self.previous_wa_id) if value]

    def every_key(self) -> list[IdentityKey]:
        """All ids that find this person, strongest first."""
        return self.user_keys() + self.phone_keys()

    def every_name(self) -> list[tuple[Kind, str, datetime | None]]:
        """Kind, value, and when another one took its place, of all that this person is or was called."""
        values = [
            (Kind.PARENT_USER_ID, self.parent_user_id, None),
            (Kind.USER_ID, self.user_id, None),
            (Kind.USER_ID, self.previous_user_id, self.at),
            (Kind.WA_ID, self.wa_id, None),
            (Kind.WA_ID, self.previous_wa_id, self.at),
            (Kind.USERNAME, self.username, None),
        ]
        return [(kind, value[:140], replaced_at) for kind, value, replaced_at in values if value]

    def key(self, kind: str, value: str) -> IdentityKey:
        match_key = phones.match_key(value) if kind == Kind.WA_ID else value
        return kind, self.scope(kind), match_key

    def scope(self, kind: str) -> str:
        """The portfolio within which ids of this kind are one person's; empty where they are so everywhere."""
        return self.portfolio_id if kind in OF_A_PORTFOLIO else ""
