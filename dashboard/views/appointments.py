"""Appointments: the day, one appointment, booking, changing, confirming and cancelling."""

from datetime import date, timedelta

from django.contrib import messages as results
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard import access
from dashboard.access import ConsoleRequest, console
from dashboard.forms.appointments import AppointmentForm
from dashboard.forms.base import DayField
from dashboard.forms.messages import WriteForm
from dashboard.navigation import frame
from dashboard.queries import appointments as days
from dashboard.queries.messages import row
from dashboard.queries.writing import writing
from notifications import appointments, manual, reasons, texts, voucher
from notifications.appointments import Booked
from notifications.booking import Invalid
from notifications.models import Appointment, ManualNotice, NotificationJob
from tenants import roles
from whatsapp.models import Message


@require_GET
@console()
def day(request: ConsoleRequest) -> HttpResponse:
    """A day as a list by hour, with its week beside it; ``day`` as 2026-11-21, else today."""
    chosen = _day(request)
    context = {
        "day": chosen,
        "is_today": chosen == timezone.localdate(),
        "previous": chosen - timedelta(days=1),
        "next": chosen + timedelta(days=1),
        "hours": days.hours(request.tenant, chosen),
        "week": days.week(request.tenant, chosen),
        "may_operate": roles.may(request.role, roles.OPERATE),
    }
    return render(request, "dashboard/appointments/day.html", frame(request, title=_("Appointments"), **context))


@require_http_methods(["GET", "POST"])
@console(roles.OPERATE)
def new(request: ConsoleRequest) -> HttpResponse:
    if request.method == "GET":
        return _form(request, AppointmentForm.blank(_day(request)))
    form = AppointmentForm(request.POST)
    if not form.is_valid():
        return _form(request, form)
    try:
        booked = appointments.book(
            request.tenant,
            form.booking(),
            origin=Message.Origin.OPERATOR,
            actor=request.user,
            now=timezone.now(),
        )
    except Invalid as invalid:
        form.take_errors(invalid)
        return _form(request, form)
    _tell(request, booked, _("Booked."))
    return redirect("appointment", booked.appointment.pk)


@require_GET
@console()
def detail(request: ConsoleRequest, appointment_id: int) -> HttpResponse:
    appointment = access.get_appointment(request, appointment_id)
    may_operate = roles.may(request.role, roles.OPERATE)
    now = timezone.now()
    context = {
        "appointment": appointment,
        "notices": [row(job) for job in appointment.jobs.all()],
        "manual_notices": _manual_notices(appointment),
        "voucher_url": voucher.url(appointment),
        "ready_texts": [(key, texts.DEFAULTS[key].label) for key in manual.TEXT_KEYS],
        "is_open": appointment.state in Appointment.OPEN,
        "is_past": appointment.starts_at <= now,
        "may_operate": may_operate,
        "writing": writing(request.tenant, appointment.contact, None, now) if may_operate else None,
        "form": WriteForm(),
    }
    return render(request, "dashboard/appointments/detail.html", frame(request, title=str(appointment), **context))


@require_http_methods(["GET", "POST"])
@console(roles.OPERATE)
def edit(request: ConsoleRequest, appointment_id: int) -> HttpResponse:
    appointment = access.get_appointment(request, appointment_id)
    if request.method == "GET":
        return _form(request, AppointmentForm.of(appointment), appointment)
    form = AppointmentForm(request.POST)
    if not form.is_valid():
        return _form(request, form, appointment)
    try:
        booked = appointments.change(
            appointment,
            form.booking().values(),
            origin=Message.Origin.OPERATOR,
            actor=request.user,
            now=timezone.now(),
        )
    except Invalid as invalid:
        form.take_errors(invalid)
        return _form(request, form, appointment)
    _tell(request, booked, _("Saved.") if booked.changed else _("Nothing was different."))
    return redirect("appointment", appointment_id)


@require_POST
@console(roles.OPERATE)
def mark(request: ConsoleRequest, appointment_id: int, state: str) -> HttpResponse:
    """Confirmed, done or no-show, as a person tells."""
    appointment = access.get_appointment(request, appointment_id)
    try:
        appointments.mark(appointment, state, by="operator", actor=request.user, now=timezone.now())
    except appointments.MoveRefused as refusal:
        results.error(request, str(refusal))
    else:
        results.success(request, _("Saved."))
    return redirect("appointment", appointment_id)


@require_POST
@console(roles.OPERATE)
def cancel(request: ConsoleRequest, appointment_id: int) -> HttpResponse:
    """Cancels; with the box marked the customer is told on WhatsApp where that is possible."""
    appointment = access.get_appointment(request, appointment_id)
    notify_client = "notify_client" in request.POST
    try:
        job = appointments.cancel(
            appointment,
            notify_client=notify_client,
            origin=Message.Origin.OPERATOR,
            actor=request.user,
            now=timezone.now(),
        )
    except appointments.MoveRefused as refusal:
        results.error(request, str(refusal))
    else:
        _tell_cancelled(request, job)
    return redirect("appointment", appointment_id)


@require_POST
@console(roles.OPERATE)
def wa_me(request: ConsoleRequest, appointment_id: int, key: str) -> HttpResponse:
    """Opens WhatsApp on the person's own phone with the text ready; a line tells who opened what."""
    appointment = access.get_appointment(request, appointment_id)
    try:
        return HttpResponseRedirect(manual.wa_me(appointment, key, request.user, timezone.now()))
    except manual.NoPhone as refusal:
        results.error(request, str(refusal))
        return redirect("appointment", appointment_id)


def _day(request: ConsoleRequest) -> date:
    try:
        asked = DayField(required=False).clean(request.GET.get("day", ""))
    except ValidationError:
        asked = None
    return asked or timezone.localdate()


def _form(request: ConsoleRequest, form: AppointmentForm, appointment: Appointment | None = None) -> HttpResponse:
    title = _("Change appointment") if appointment else _("New appointment")
    back = reverse("appointment", args=[appointment.pk]) if appointment else reverse("appointments")
    context = frame(request, title=title, form=form, appointment=appointment, back=back)
    status = 422 if form.errors else 200
    return render(request, "dashboard/appointments/form.html", context, status=status)


def _tell(request: ConsoleRequest, booked: Booked, sentence: str) -> None:
    if booked.note:
        results.warning(request, f"{sentence} {appointments.NOTES[booked.note]}")
    else:
        results.success(request, sentence)


def _tell_cancelled(request: ConsoleRequest, job: NotificationJob | None) -> None:
    if job is None:
        results.success(request, _("Cancelled. The customer was not told."))
    elif job.state == NotificationJob.State.SKIPPED:
        reason = reasons.explain(job.reason_code, job.reason_detail)
        told = _("Cancelled, but the customer was not told. %(why)s %(next)s")
        results.warning(request, told % {"why": reason.sentence, "next": reason.next_step})
    else:
        results.success(request, _("Cancelled. The customer is being told on WhatsApp now."))


def _manual_notices(appointment: Appointment) -> list[tuple[ManualNotice, str]]:
    rows = appointment.manual_notices.select_related("opened_by")
    return [
        (notice, str(texts.DEFAULTS[notice.text_key].label)) for notice in rows if notice.text_key in texts.DEFAULTS
    ]
