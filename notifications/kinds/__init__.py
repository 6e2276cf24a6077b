"""The registry of kinds: one line a kind."""

from notifications.kinds.auto_reply import AutoReply, OptOutConfirmation
from notifications.kinds.base import Kind
from notifications.kinds.manual import Manual

KINDS: dict[str, Kind] = {kind.name: kind for kind in (Manual(), AutoReply(), OptOutConfirmation())}
