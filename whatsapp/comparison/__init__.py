"""What a connection should be at Meta, what it is, and what one click mends.

A webhook that is switched off tells nobody: so it is asked for. Each question stands alone, and one that Meta does not
answer leaves its findings unknown, never wrong.

``questions``  what Meta is asked
``facts``      what is compared: question, judge, words, what mends it
``findings``   what was found, as it is kept and shown
``rounds``     one connection now, all of them each hour, and the alert
``mending``    what one click does
"""

from whatsapp.comparison.facts import (
    COEXISTENCE_FIELDS,
    FACTS,
    NEEDED_FIELDS,
    NEEDED_SCOPES,
    expected_callback,
    needed_fields,
)
from whatsapp.comparison.findings import DIFFERS, OK, UNKNOWN, Finding, compare, differences, findings_of
from whatsapp.comparison.mending import MendRefused, mend
from whatsapp.comparison.questions import Answers
from whatsapp.comparison.rounds import ALERT, ASKED, check, check_all

__all__ = [
    "ALERT",
    "ASKED",
    "COEXISTENCE_FIELDS",
    "DIFFERS",
    "FACTS",
    "NEEDED_FIELDS",
    "NEEDED_SCOPES",
    "OK",
    "UNKNOWN",
    "Answers",
    "Finding",
    "MendRefused",
    "check",
    "check_all",
    "compare",
    "differences",
    "expected_callback",
    "findings_of",
    "mend",
    "needed_fields",
]
