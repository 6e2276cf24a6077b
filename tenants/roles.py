"""What each role may do. Buttons, views and tests ask here, so that they never disagree."""

import functools
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from tenants.models import Member

VIEW, OPERATE, MANAGE, OWN = "view", "operate", "manage", "own"

# operate: send, retry, book. manage: settings, connections, templates. own: people and keys.
ALLOWED: dict[str, frozenset[str]] = {
    Member.Role.VIEWER: frozenset({VIEW}),
    Member.Role.OPERATOR: frozenset({VIEW, OPERATE}),
    Member.Role.MANAGER: frozenset({VIEW, OPERATE, MANAGE}),
    Member.Role.OWNER: frozenset({VIEW, OPERATE, MANAGE, OWN}),
}


def may(role: str | None, action: str) -> bool:
    """Whether a person with ``role`` (None: no member) may do ``action``."""
    return role is not None and action in ALLOWED[role]


def needs(action: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A view that only people who may do ``action`` in the current tenant reach; others get the 403 page."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not may(request.role, action):  # type: ignore[attr-defined]
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate
