"""What stands around every page, of the console and of the admin: navigation, tenants, environment bar."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import get_script_prefix, reverse
from django.utils.translation import gettext_lazy as _

from tenants import roles

ENVIRONMENT_BARS = {
    "development": ("development", _("Development: messages go to the simulator, no customer gets them")),
    "staging": ("staging", _("Staging: messages leave through Meta, to the test recipient only")),
}


@dataclass(frozen=True)
class Page:
    """A console page of the navigation: the name of its URL, its word and its icon, and what a role must be allowed."""

    url: str
    word: Any
    icon: str
    needs: str = roles.VIEW


PAGES = (
    Page("messages", _("Messages"), "forum"),
    Page("conversations", _("Conversations"), "chat"),
    Page("appointments", _("Appointments"), "calendar_month"),
    Page("contacts", _("Contacts"), "contacts"),
    Page("analytics", _("Analytics"), "monitoring"),
    Page("templates", _("Templates"), "article"),
    Page("connections", _("Connections"), "link"),
    Page("readiness", _("Readiness"), "rocket_launch"),
    Page("events", _("Events"), "webhook"),
    Page("health", _("Health"), "monitor_heart"),
    Page("audit", _("Audit"), "history", roles.MANAGE),
    Page("settings", _("Settings"), "tune", roles.MANAGE),
)

# The admin's models by what a person looks for; a model that is not registered or not permitted is left out.
ADMIN_GROUPS: tuple[tuple[Any, tuple[tuple[str, str], ...]], ...] = (
    (
        _("Messages and queue"),
        (
            ("notifications.notificationjob", "outbox"),
            ("notifications.appointment", "event"),
            ("notifications.manualnotice", "edit_note"),
            ("notifications.onetimecode", "password"),
            ("notifications.outboxevent", "output"),
            ("notifications.rate", "speed"),
            ("notifications.dailycount", "monitoring"),
            ("notifications.dailyanswers", "timer"),
            ("notifications.variantday", "alt_route"),
            ("notifications.countedday", "event_available"),
            ("notifications.daytocount", "event_repeat"),
            ("whatsapp.message", "chat"),
            ("whatsapp.messagestatus", "done_all"),
            ("whatsapp.reaction", "add_reaction"),
            ("whatsapp.revision", "edit_note"),
            ("whatsapp.media", "perm_media"),
            ("whatsapp.uploadedfile", "upload_file"),
            ("whatsapp.conversation", "forum"),
            ("whatsapp.conversationnote", "sticky_note_2"),
            ("whatsapp.webhookevent", "webhook"),
            ("whatsapp.handlerfailure", "bug_report"),
        ),
    ),
    (
        _("Templates and texts"),
        (
            ("templates_mgmt.messagetemplate", "article"),
            ("templates_mgmt.templateversion", "history_edu"),
            ("templates_mgmt.templatemapping", "alt_route"),
            ("templates_mgmt.templatesync", "sync"),
            ("templates_mgmt.templateinsight", "insights"),
            ("templates_mgmt.headerfile", "attach_file"),
            ("tenants.messagetext", "notes"),
            ("whatsapp.cannedanswer", "quickreply"),
        ),
    ),
    (
        _("Contacts"),
        (
            ("tenants.contact", "person"),
            ("tenants.identity", "badge"),
            ("tenants.consent", "verified_user"),
            ("tenants.erasedrefusal", "person_off"),
            ("tenants.label", "label"),
            ("tenants.contactlabel", "new_label"),
            ("tenants.contactmergeproposal", "merge"),
            ("tenants.contactmerge", "call_merge"),
            ("tenants.movedrows", "move_down"),
            ("whatsapp.lead", "person_add"),
            ("whatsapp.ticket", "confirmation_number"),
            ("whatsapp.bookentry", "contacts"),
        ),
    ),
    (
        _("Connection"),
        (
            ("tenants.phonenumber", "call"),
            ("tenants.whatsappaccount", "business_center"),
            ("tenants.credential", "key"),
            ("tenants.connectionstep", "timeline"),
            ("whatsapp.signup", "add_link"),
            ("whatsapp.signupstep", "checklist"),
            ("whatsapp.signupinvitation", "share"),
            ("whatsapp.numberreading", "monitor_heart"),
            ("whatsapp.connectioncheck", "rule"),
            ("whatsapp.accountnotice", "campaign"),
            ("whatsapp.synccall", "sync"),
            ("whatsapp.historypart", "history"),
        ),
    ),
    (
        _("Company"),
        (
            ("tenants.tenant", "storefront"),
            ("tenants.member", "group"),
            ("tenants.invitation", "mail"),
            ("tenants.savedfilter", "bookmark"),
            ("tenants.automationsettings", "tune"),
            ("tenants.killswitch", "emergency_home"),
            ("tenants.tenantapikey", "vpn_key"),
            ("tenants.alert", "notifications"),
            ("tenants.confirmation", "fact_check"),
            ("tenants.auditentry", "history"),
        ),
    ),
    (
        _("Platform"),
        (
            ("notifications.reachedperson", "hub"),
            ("tenants.datadeletion", "delete_history"),
            ("auth.user", "manage_accounts"),
            ("auth.group", "groups"),
            ("mfa.authenticator", "passkey"),
            ("usersessions.usersession", "devices"),
            ("django_celery_beat.periodictask", "schedule"),
            ("django_celery_beat.intervalschedule", "timelapse"),
            ("django_celery_beat.crontabschedule", "calendar_clock"),
            ("django_celery_beat.clockedschedule", "alarm"),
            ("django_celery_beat.solarschedule", "wb_sunny"),
        ),
    ),
)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's sidebar groups: the console's pages, then the admin's models for whoever may enter the admin."""
    pages = [page for page in PAGES if roles.may(getattr(request, "role", None), page.needs)]
    groups: list[dict[str, Any]] = [{"items": [_item(request, page.url, page.word, page.icon) for page in pages]}]
    if not admin.site.has_permission(request):
        return groups
    for title, models in ADMIN_GROUPS:
        items = [item for name, icon in models if (item := _model_item(request, name, icon))]
        if items:
            groups.append({"title": title, "collapsible": True, "items": items})
    return groups


def _item(request: HttpRequest, url: str, title: Any, icon: str) -> dict[str, Any]:
    link = _address(url, get_script_prefix())
    return {"title": title, "icon": icon, "link": link, "active": request.path.startswith(link)}


@cache
def _address(url: str, _prefix: str) -> str:
    """``reverse``, which every page would ask some fifty times; addresses begin with the server's prefix."""
    return reverse(url)


def _model_item(request: HttpRequest, label: str, icon: str) -> dict[str, Any] | None:
    app, _dot, model = label.partition(".")
    found = apps.get_model(label)
    if found not in admin.site._registry or not admin.site._registry[found].has_view_permission(request):
        return None
    title = str(found._meta.verbose_name_plural)
    return _item(request, f"admin:{app}_{model}_changelist", title[:1].upper() + title[1:], icon)


def frame_context(request: HttpRequest) -> dict[str, Any]:
    """Unfold's GLOBAL_CALLBACK: what our own parts of the frame need, on admin pages as on the console's."""
    kind, sentence = ENVIRONMENT_BARS.get(settings.ENVIRONMENT, ("", ""))
    return {
        "templates": {"navigation": "dashboard/frame/navigation.html"},
        "colors": None,  # in theme.css instead of an inline style
        "environment_bar": kind,
        "environment_sentence": sentence,
        "may_enter_admin": admin.site.has_permission(request),
    }


def frame(request: HttpRequest, **context: Any) -> dict[str, Any]:
    """The context of a console page: the admin site's, with the navigation also for people without the admin."""
    site: Any = admin.site
    shared = site.each_context(request)
    if request.user.is_authenticated and not shared["has_permission"]:
        shared["sidebar_navigation"] = site.get_sidebar_list(request)
    return {
        **shared,
        "has_permission": True,
        "is_nav_sidebar_enabled": request.user.is_authenticated,
        **context,
    }
