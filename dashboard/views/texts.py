"""The wordings that Recado sends by itself, and what each looks like to a customer."""

from django.contrib import messages as results
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard.access import ConsoleRequest, console
from dashboard.navigation import frame
from dashboard.queries import settings as query
from notifications import texts
from tenants import roles
from whatsapp.content import TEXT_LIMIT


@require_GET
@console(roles.MANAGE)
def text_list(request: ConsoleRequest) -> HttpResponse:
    context = {"texts": query.all_texts(request.tenant, timezone.now())}
    return render(request, "dashboard/settings/texts.html", frame(request, title=_("Settings"), **context))


@require_http_methods(["GET", "POST"])
@console(roles.MANAGE)
def text(request: ConsoleRequest, key: str) -> HttpResponse:
    """One wording: its own text, or back to the default."""
    if request.method == "GET":
        return _page(request, key)
    body = "" if "default" in request.POST else request.POST.get("body", "")
    if not body.strip() and "default" not in request.POST:
        return _page(request, key, body, [_("Write the text, or go back to the default.")])
    try:
        texts.save(request.tenant, key, body)
    except ValidationError as error:
        return _page(request, key, body, error.messages)
    results.success(request, _("Saved. It holds from now on."))
    return redirect("texts")


@require_POST
@console(roles.MANAGE)
def preview(request: ConsoleRequest) -> HttpResponse:
    """What a customer would read, while it is being written."""
    body = request.POST.get("body", "")[:TEXT_LIMIT]
    context = {"shown": query.preview(request.tenant, body.replace("\r\n", "\n"), timezone.now())}
    return render(request, "dashboard/settings/text_preview.html", context)


def _page(request: ConsoleRequest, key: str, body: str | None = None, errors: list[str] | None = None) -> HttpResponse:
    now = timezone.now()
    found = query.text(request.tenant, key, now)
    written = found.body if body is None else body
    context = {
        "text": found,
        "body": written,
        "errors": errors or [],
        "shown": query.preview(request.tenant, written.replace("\r\n", "\n"), now),
        "fields": texts.FIELDS.items(),
    }
    page = frame(request, title=_("Settings"), **context)
    return render(request, "dashboard/settings/text.html", page, status=400 if errors else 200)
