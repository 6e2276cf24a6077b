"""Meta's webhooks, theirs to ours: what a stored slice tells, in words that every provider shares.

Two tables say it all: account-level fields, whose value is one fact, and fields of a number, whose lists name what
their items are. Nothing here raises for what Meta sent; what this version does not know is said by ``NotUnderstood``.
"""

from datetime import datetime

from whatsapp.events import (
    AutomaticEventTold,
    CallChanged,
    Event,
    FlowChanged,
    GroupChanged,
    LinkClicked,
    NotUnderstood,
    PaymentChanged,
    PlatformReported,
    SolutionChanged,
    UsernameChanged,
)
from whatsapp.providers.meta import phone_app, said
from whatsapp.providers.meta.account_fields import VALUES, Parse, kept, preference
from whatsapp.providers.meta.envelope import split
from whatsapp.providers.meta.reading import Payload, problems
from whatsapp.providers.values import text

__all__ = ["PARSER_VERSION", "parse", "split"]

PARSER_VERSION = 2


def parse(payload: Payload, received_at: datetime) -> Event | NotUnderstood:
    """What a stored slice tells; ``received_at`` stands in for a time that cannot be read."""
    field, item = text(payload.get("field")), text(payload.get("item"))
    if field not in FIELDS:
        return NotUnderstood("unknown_field")
    read = LISTS.get((field, item)) if item != "value" else ACCOUNT_FIELDS.get(field)
    return read(payload, received_at) if read else NotUnderstood("unknown_item")


def _errors(payload: Payload, _received_at: datetime) -> PlatformReported:
    return PlatformReported(problems([payload.get("data")]))


ACCOUNT_FIELDS: dict[str, Parse] = VALUES | {
    "flows": kept(FlowChanged, "event"),
    "payment_configuration_update": kept(PaymentChanged, "status"),
    "partner_solutions": kept(SolutionChanged, "event"),
    "business_username_update": kept(UsernameChanged, "status"),
    "business_username_updates": kept(UsernameChanged, "status"),
}

_groups = kept(GroupChanged, "type")
_GROUP_FIELDS = ("group_lifecycle_update", "group_participants_update", "group_settings_update", "group_status_update")

LISTS: dict[tuple[str, str], Parse] = {
    ("messages", "messages"): said.message,
    ("messages", "statuses"): said.status,
    ("messages", "message_echoes"): said.echo,
    ("messages", "errors"): _errors,
    ("messages", "user_actions"): kept(LinkClicked, "action_type"),
    ("smb_message_echoes", "message_echoes"): said.echo,
    ("message_echoes", "message_echoes"): said.echo,
    ("history", "history"): phone_app.history,
    ("history", "messages"): phone_app.media_of_history,
    ("history", "message_echoes"): phone_app.media_of_history,
    ("smb_app_state_sync", "state_sync"): phone_app.contact,
    ("user_preferences", "user_preferences"): preference,
    ("user_id_update", "user_id_update"): said.changed_user_id,
    ("automatic_events", "automatic_events"): kept(AutomaticEventTold, "event_name"),
    ("calls", "calls"): kept(CallChanged, "event"),
    ("calls", "statuses"): said.status,
    ("calls", "errors"): _errors,
    ("messages", "calls"): kept(CallChanged, "event"),
    **{(field, "groups"): _groups for field in _GROUP_FIELDS},
    **{(field, "errors"): _errors for field in (*_GROUP_FIELDS, "history", "smb_message_echoes")},
}

FIELDS = frozenset(ACCOUNT_FIELDS) | {field for field, _ in LISTS}
