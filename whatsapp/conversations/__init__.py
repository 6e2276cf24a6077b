"""One conversation a contact and number: made when it is first needed, handed between robot and people.

``threads`` makes and moves them as messages come and go, ``acts`` is what people do to them, ``unread`` what nobody has
read yet, ``presence`` who has one open at this moment.
"""

from whatsapp.conversations.presence import Presence, touch_presence
from whatsapp.conversations.threads import Pair, hand_over, open_for, open_many, speak, touch
from whatsapp.conversations.unread import mark_read

__all__ = [
    "Pair",
    "Presence",
    "hand_over",
    "mark_read",
    "open_for",
    "open_many",
    "speak",
    "touch",
    "touch_presence",
]
