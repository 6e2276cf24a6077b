"""Where in a list that runs from new to old a request stands."""

from typing import Any

from django.http import HttpRequest

from dashboard.queries.pages import Key


def placed(request: HttpRequest) -> tuple[Key | None, dict[str, Any]]:
    """The key that the page begins after (None: at the beginning), and what ``parts/pager.html`` needs beside it."""
    asked = request.GET.copy()
    before = Key.parse(asked.pop("before", [""])[0])
    return before, {"asked": asked.urlencode(), "is_first": before is None}
