"""The one admin site: the console's frame and its sign-in stand around the admin too."""

from functools import partial
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite


class RecadoAdminSite(UnfoldAdminSite):
    """Only people with is_staff come in; what they see of each model is decided in tenants.adminbase."""

    enable_nav_sidebar = True
    index_title = _("Administration")

    def login(self, request: HttpRequest, _extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """One sign-in for console and admin; somebody signed in without access goes to the console."""
        if request.user.is_authenticated:
            return redirect("admin:index" if self.has_permission(request) else "messages")
        return redirect_to_login(request.GET.get("next", request.path), "account_login")

    def logout(self, request: HttpRequest, _extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("account_logout", permanent=False)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Empty for people of the console alone. Made when it is looked at: every page is handed it, few show it."""
        if not self.has_permission(request):
            return []
        return cast(list[Any], SimpleLazyObject(partial(super().get_app_list, request, app_label)))
