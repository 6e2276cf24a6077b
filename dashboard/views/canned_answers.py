"""Ready answers: the texts that the company's people send often, found in the composer by their shortcut."""

from django.contrib import messages as results
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dashboard import access
from dashboard.access import ConsoleRequest, console
from dashboard.forms.answers import AnswerForm
from dashboard.navigation import frame
from tenants import roles
from whatsapp.models import CannedAnswer


@require_http_methods(["GET", "POST"])
@console(roles.MANAGE)
def answer_list(request: ConsoleRequest) -> HttpResponse:
    """All of them, and a form for a new one."""
    form = AnswerForm(request.tenant, request.POST or None)
    if form.is_bound and form.is_valid():
        form.save()
        results.success(request, _("Saved. It holds from now on."))
        return redirect("answers")
    answers = CannedAnswer.objects.for_tenant(request.tenant)
    return _page(request, "answers", form, answers=answers)


@require_http_methods(["GET", "POST"])
@console(roles.MANAGE)
def answer(request: ConsoleRequest, answer_id: int) -> HttpResponse:
    row = access.get_canned_answer(request, answer_id)
    form = AnswerForm(request.tenant, request.POST or None, instance=row)
    if form.is_bound and form.is_valid():
        form.save()
        results.success(request, _("Saved. It holds from now on."))
        return redirect("answers")
    return _page(request, "answer", form, answer_id=answer_id)


@require_POST
@console(roles.MANAGE)
def remove(request: ConsoleRequest, answer_id: int) -> HttpResponse:
    row = access.get_canned_answer(request, answer_id)
    row.delete()
    results.success(request, _("The answer “%(shortcut)s” is removed.") % {"shortcut": row.shortcut})
    return redirect("answers")


def _page(request: ConsoleRequest, template: str, form: AnswerForm, **context: object) -> HttpResponse:
    page = frame(request, title=_("Settings"), form=form, **context)
    return render(request, f"dashboard/settings/{template}.html", page, status=400 if form.errors else 200)
