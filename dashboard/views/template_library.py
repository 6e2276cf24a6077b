"""The library of ready templates: what each says, and one press to have it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages as results
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dashboard import access
from dashboard.access import ConsoleRequest, console
from dashboard.ids import parse_id
from dashboard.navigation import frame
from dashboard.queries import templates as query
from templates_mgmt import library, preview
from templates_mgmt.library import Ready
from templates_mgmt.models import MessageTemplate
from templates_mgmt.preview import Bubble
from templates_mgmt.refusals import NotWritten
from tenants import roles
from tenants.models import WhatsAppAccount


@dataclass(frozen=True)
class Shown:
    """An entry as a phone shows it; ``row`` is the account's template of that name and language, None: not yet."""

    ready: Ready
    tone: str | Promise
    bubble: Bubble
    row: MessageTemplate | None


@require_GET
@console()
def library_page(request: ConsoleRequest) -> HttpResponse:
    """All situations, in three tones each; for the account that ``conta`` names, else for the first one."""
    accounts = query.accounts(request.tenant)
    chosen = next((one for one in accounts if str(one.pk) == request.GET.get("conta")), next(iter(accounts), None))
    context = {
        "situations": _situations(chosen),
        "accounts": accounts,
        "account": chosen,
        "may_manage": roles.may(request.role, roles.MANAGE),
    }
    return render(request, "dashboard/templates/library.html", frame(request, title=_("Templates"), **context))


@require_POST
@console(roles.MANAGE)
def create(request: ConsoleRequest) -> HttpResponse:
    """Makes the chosen one in the chosen account and sends it to Meta; why not is told in words."""
    number = request.POST.get("account", "")
    account = access.get_account(request, parse_id(number) or 0)
    key = request.POST.get("key", "")
    if key not in library.entries():
        raise Http404
    try:
        row = library.create_from_library(request.tenant, account, key, actor=request.user, now=timezone.now())
    except NotWritten as refused:
        for problem in refused.problems:
            results.error(request, problem.sentence)
        return redirect("template_library")
    told = _("Meta has %(name)s now and reviews it. Its state changes here by itself.")
    results.success(request, told % {"name": row.name})
    return redirect("template", row.pk)


def _situations(account: WhatsAppAccount | None) -> list[tuple[str | Promise, bool, list[Shown]]]:
    """Each with whether a notice speaks it by itself. One query: which of them the account has already."""
    entries = list(library.entries().values())
    names = [str(ready.payload["name"]) for ready in entries]
    rows = account.templates.filter(name__in=names).exclude(status__in=MessageTemplate.GONE) if account else []
    known = {(row.name, row.language): row for row in rows}
    told = {situation: [ready for ready in entries if ready.situation == situation] for situation in library.SITUATIONS}
    return [
        (word, any(ready.kind for ready in told[situation]), [_shown(ready, known) for ready in told[situation]])
        for situation, word in library.SITUATIONS.items()
    ]


def _shown(ready: Ready, known: Mapping[tuple[str, str], MessageTemplate]) -> Shown:
    payload = ready.payload
    samples = preview.examples(payload["components"])
    bubble = preview.bubble(payload["components"], samples, language=payload["language"], category=payload["category"])
    return Shown(ready, library.TONES[ready.tone], bubble, known.get((payload["name"], payload["language"])))
