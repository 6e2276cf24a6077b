"""A person's own access: allauth's views in our frame. What they do is allauth's, what they look like is ours."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from dashboard.navigation import frame
from dashboard.second_factor import demanded_by, is_missing

View = Callable[..., HttpResponseBase]


def framed(view: View, title: Any) -> View:
    """The view's page with navigation and theme around it, under ``title``."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if isinstance(response, TemplateResponse) and not response.is_rendered:
            response.context_data = frame(request, **(response.context_data or {}), title=title)
            if request.user.is_authenticated and is_missing(request):  # type: ignore[arg-type]
                response.context_data["demanded_by"] = demanded_by(request)  # type: ignore[arg-type]
        return response

    return inner
