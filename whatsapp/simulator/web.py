"""Requests and answers as plain values: what routes take and give, with no socket in sight."""

import json
import re
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


class BadRequest(ValueError):
    """A control request that cannot be served; the text says why."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: Message
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def segments(self) -> list[str]:
        return [unquote(part) for part in self.path.split("/") if part]

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def base_url(self) -> str:
        return f"http://{self.headers.get('Host', '127.0.0.1')}"

    @property
    def token(self) -> str:
        """The access token, from the header (`Bearer`, or `OAuth` as uploads write it) or the query."""
        match = re.match(r"(?:Bearer|OAuth)\s+(\S+)", self.headers.get("Authorization", ""), re.IGNORECASE)
        return match[1] if match else self.query.get("access_token", "")

    def json(self) -> dict[str, Any]:
        """The body as an object; a form or nothing at all gives what it has. BadRequest for anything else.

        JSON is JSON whatever its content type says: `curl -d '{…}'` calls it a form.
        """
        if not self.body.strip():
            return {}
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            if "urlencoded" in self.headers.get("Content-Type", ""):
                return dict(parse_qsl(self.body.decode(errors="replace")))
            raise BadRequest("the body is not JSON") from None
        if not isinstance(value, dict):
            raise BadRequest("the body is not a JSON object")
        return value


@dataclass(frozen=True)
class Response:
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)


def as_json(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(status, json.dumps(data).encode(), headers=headers or {})
