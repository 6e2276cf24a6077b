"""Signing in and out, and choosing the company to work for."""

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from dashboard.access import ConsoleRequest
from dashboard.forms import SignInForm
from dashboard.navigation import frame
from tenants.middleware import SESSION_KEY


class SignIn(LoginView):
    """One step: user name or e-mail, and password. Somebody already signed in goes on."""

    template_name = "dashboard/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **context: object) -> dict[str, object]:
        return frame(self.request, **super().get_context_data(**context), title=_("Sign in"))


@require_POST
@login_required
def switch_tenant(request: ConsoleRequest) -> HttpResponse:
    """Works for another of the person's companies from now on; leads to the first page, since ids differ by company."""
    chosen = next((tenant for tenant in request.tenants if str(tenant.pk) == request.POST.get("to")), None)
    if chosen is None:
        raise Http404
    request.session[SESSION_KEY] = str(chosen.pk)
    return redirect("messages")
