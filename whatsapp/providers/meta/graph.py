"""Calls of Meta's Graph API: one function for them all, and cursor pages."""

import re
from collections.abc import Iterator, Mapping
from time import monotonic
from typing import Any

import structlog

from whatsapp.errors import ErrorKind, OutcomeUnknown, Refused, Scope, Unreachable
from whatsapp.providers import calls, http, usage
from whatsapp.providers.base import AccountAccess
from whatsapp.providers.meta import answers

log = structlog.get_logger(__name__)

TOKEN_SHAPE = re.compile(r"[\x21-\x7e]{1,4096}")
USAGE_WARNING = 75  # percent of Graph's call limit
PAGE_SIZE = 100
PAGES_LIMIT = 1000


def call(
    access: AccountAccess,
    method: str,
    path: str,
    *,
    params: Mapping[str, Any] | None = None,
    json: Mapping[str, Any] | None = None,
    form: Mapping[str, tuple[str | None, bytes | str, str]] | None = None,
) -> dict[str, Any]:
    """The JSON object that Graph answers; ``form`` as of ``http.call``.

    Refused: an error body of Graph's, with any HTTP status. Unreachable: nothing was sent. OutcomeUnknown: all else,
    also an answer that is not Graph's (a proxy's page, a 5xx without a body).
    """
    _check_token(access.token)
    began = monotonic()
    url = f"{access.base_url}/{access.api_version}/{path}"
    try:
        answer = http.call(method, url, token=access.token, params=params, json=json, form=form)
    except (Unreachable, OutcomeUnknown) as failure:
        _tell(method, path, type(failure).__name__, began)
        raise
    refusal = answers.read_refusal(answer.data, http_status=answer.status, headers=answer.headers, secret=access.token)
    told = answers.read_usage(answer.headers)
    usage.tell(told)
    _tell(method, path, str(refusal.code if refusal else answer.status), began)
    _log(method, path, answer, refusal, max((each.percent for each in told), default=0), monotonic() - began)
    if refusal:
        raise refusal
    if answer.status >= 300 or not isinstance(answer.data, dict):
        raise OutcomeUnknown(f"an answer that is not the Graph API's (HTTP {answer.status})", answer.status)
    return answer.data


def pages(access: AccountAccess, path: str, params: Mapping[str, Any]) -> Iterator[list[Any]]:
    """The pages of an edge. The iterator ends without an error only after the last page.

    The cursor is followed, not the ``next`` address, which repeats the token in its query.
    """
    after: str | None = None
    for _page in range(PAGES_LIMIT):
        data = call(access, "GET", path, params={**params, "limit": PAGE_SIZE} | ({"after": after} if after else {}))
        if not isinstance(data.get("data"), list):
            raise OutcomeUnknown("a page without its list")
        yield data["data"]
        seen, after = after, _next_cursor(data)
        if after is None:
            return
        if after == seen:
            break
    raise OutcomeUnknown("pages that do not end")


def _next_cursor(data: Mapping[str, Any]) -> str | None:
    """Meta gives a cursor on the last page too; only ``next`` says that another one follows."""
    paging = data.get("paging") or {}
    if not paging.get("next"):
        return None
    cursor = (paging.get("cursors") or {}).get("after")
    if not cursor:
        raise OutcomeUnknown("a page that names no cursor for the next one")
    return str(cursor)


def _check_token(token: str) -> None:
    """What is no header value never reaches the HTTP library, whose error would quote it."""
    if not TOKEN_SHAPE.fullmatch(token):
        raise Refused("the stored access token is not one", ErrorKind.TOKEN, Scope.WABA, code=190)


def _tell(method: str, path: str, code: str, began: float) -> None:
    calls.tell(calls.Call("meta", method, calls.edge_of(path), code, monotonic() - began))


def _log(method: str, path: str, answer: http.Answer, refusal: Refused | None, percent: float, seconds: float) -> None:
    write = log.warning if percent >= USAGE_WARNING else log.info
    write(
        "graph_call",
        method=method,
        path=path,
        status=answer.status,
        code=refusal.code if refusal else None,
        fbtrace_id=refusal.fbtrace_id if refusal else None,
        usage_percent=percent,
        ms=round(seconds * 1000),
    )
