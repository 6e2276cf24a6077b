"""Why did it not arrive: everything known of a message, or of a connection, in sentences."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dashboard import access
from dashboard.access import ConsoleRequest, console
from dashboard.navigation import frame
from dashboard.queries import messages
from notifications import connection_doctor, doctor


@require_GET
@console()
def of_message(request: ConsoleRequest, job_id: UUID) -> HttpResponse:
    """What keeps it now, or kept it, and what happened, the most telling first."""
    job = access.get_job(request, job_id)
    facts = [fact for finding in doctor.examine(str(job.pk), timezone.now()) for fact in finding.facts]
    context = {"facts": facts, "about": messages.row(job).customer, "job": job}
    return render(request, "dashboard/why.html", frame(request, title=_("Why did it not arrive?"), **context))


@require_GET
@console()
def of_connection(request: ConsoleRequest, number_id: int) -> HttpResponse:
    number = access.get_number(request, number_id)
    facts = [doctor.Fact(text, at) for text, at in connection_doctor.facts(number, timezone.now())]
    context = {"facts": facts, "about": number.display_phone_number, "number": number}
    return render(request, "dashboard/why.html", frame(request, title=_("Why does it not send?"), **context))
