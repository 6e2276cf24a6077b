"""Lists as Graph API gives them: `data`, `paging.cursors`, `next` and `previous`; and the `fields` parameter."""

import base64
from typing import Any
from urllib.parse import urlencode

from ..errors import GraphError
from ..web import Request

DEFAULT_LIMIT, MOST = 25, 1000


def page(request: Request, items: list[dict[str, Any]]) -> dict[str, Any]:
    """The part of the items that `limit`, `after` and `before` ask for."""
    query = request.query
    limit = _limit(query.get("limit"))
    start = _position(query["after"]) + 1 if query.get("after") else 0
    if query.get("before"):
        start = max(0, _position(query["before"]) - limit)
    chosen = items[start : start + limit]
    if not chosen:
        return {"data": []}
    before, after = _cursor(start), _cursor(start + len(chosen) - 1)
    paging: dict[str, Any] = {"cursors": {"before": before, "after": after}}
    if start + limit < len(items):
        paging["next"] = _url(request, after=after)
    if start:
        paging["previous"] = _url(request, before=before)
    return {"data": chosen, "paging": paging}


def select(request: Request, node: dict[str, Any], default: tuple[str, ...], kind: str) -> dict[str, Any]:
    """The fields asked for (`a,b{c}`), the default ones otherwise; `id` always. An unknown field is an error."""
    asked = [name.split("{")[0].split(".")[0] for name in _split(request.query.get("fields", ""))]
    for name in asked:
        if name not in node:
            raise GraphError(100, message=f"(#100) Tried accessing nonexisting field ({name}) on node type ({kind})")
    wanted = dict.fromkeys([*(asked or default), "id"])
    return {name: node[name] for name in wanted if node[name] is not None}


def _split(fields: str) -> list[str]:
    """The names between commas, those within braces or brackets left alone."""
    names, depth, current = [], 0, ""
    for character in fields:
        depth += (character in "{(") - (character in "})")
        if character == "," and depth == 0:
            names.append(current)
            current = ""
        else:
            current += character
    return [name.strip() for name in [*names, current] if name.strip()]


def _limit(value: str | None) -> int:
    if value is None or value == "":
        return DEFAULT_LIMIT
    if not value.isdigit() or int(value) < 1:
        raise GraphError(100, message="(#100) Param limit must be a positive integer")
    return min(int(value), MOST)


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"c{position}".encode()).decode().rstrip("=") + "ZD"


def _position(cursor: str) -> int:
    raw = cursor.removesuffix("ZD")
    try:
        return int(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)).removeprefix(b"c"))
    except ValueError:
        raise GraphError(131059, "The cursor is invalid or has expired; start again from the first page.") from None


def _url(request: Request, **cursor: str) -> str:
    kept = {key: value for key, value in request.query.items() if key not in ("after", "before", "access_token")}
    return f"{request.base_url}{request.path}?{urlencode(kept | cursor)}"
