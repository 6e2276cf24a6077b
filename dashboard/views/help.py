"""Help by problem."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dashboard.access import ConsoleRequest, console
from dashboard.help_topics import TOPICS
from dashboard.navigation import frame


@require_GET
@console()
def help_page(request: ConsoleRequest) -> HttpResponse:
    return render(request, "dashboard/help.html", frame(request, title=_("Help"), topics=TOPICS))
