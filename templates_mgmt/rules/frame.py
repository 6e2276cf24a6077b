"""What stands around a template's words: name, language, category, the kind of its variables, how long it is tried."""

import re
from collections.abc import Iterator

from templates_mgmt.rules.draft import Draft
from templates_mgmt.rules.languages import LANGUAGES
from templates_mgmt.rules.problems import Problem

NAME = re.compile(r"[a-z0-9_]+", re.ASCII)
NAME_LIMIT = 512
CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")
FORMATS = ("POSITIONAL", "NAMED")

# Seconds, lowest and highest; -1 stands for 30 days where it is allowed.
TTL = {"AUTHENTICATION": (30, 900), "UTILITY": (30, 43_200), "MARKETING": (43_200, 2_592_000)}
THIRTY_DAYS = -1
MAY_BE_THIRTY_DAYS = ("AUTHENTICATION", "UTILITY")


def name(draft: Draft) -> Iterator[Problem]:
    if not draft.name:
        yield Problem("name_missing", "name")
    elif not NAME.fullmatch(draft.name):
        yield Problem("name_characters", "name")
    elif len(draft.name) > NAME_LIMIT:
        yield Problem("too_long", "name", {"limit": NAME_LIMIT, "length": len(draft.name)})


def language(draft: Draft) -> Iterator[Problem]:
    if draft.language not in LANGUAGES:
        yield Problem("language_unknown", "language", {"language": draft.language or "?"})


def category(draft: Draft) -> Iterator[Problem]:
    if draft.category not in CATEGORIES:
        yield Problem("category_unknown", "category")


def parameter_format(draft: Draft) -> Iterator[Problem]:
    if draft.parameter_format not in FORMATS:
        yield Problem("parameter_format_unknown", "parameter_format")


def time_to_live(draft: Draft) -> Iterator[Problem]:
    if draft.ttl is None or draft.category not in TTL:
        return
    lowest, highest = TTL[draft.category]
    if draft.ttl == THIRTY_DAYS and draft.category in MAY_BE_THIRTY_DAYS:
        return
    if isinstance(draft.ttl, bool) or not isinstance(draft.ttl, int) or not lowest <= draft.ttl <= highest:
        yield Problem("ttl_range", "message_send_ttl_seconds", {"lowest": lowest, "highest": highest})
