"""What the platform (the Tech Provider) needs, as a matrix: requirement, kind, need, status, next step, evidence.

What can be read is read from the settings; steps outside are ticked by the platform's team with the day they were done.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from notifications.readiness import checklist
from notifications.readiness.checklist import ConfirmationRefused
from notifications.readiness.items import DONE, MISSING, is_there
from tenants.models import Confirmation
from whatsapp import comparison
from whatsapp.models import ConnectionCheck

OFFICIAL, PRACTICE, OURS = _("official (Meta)"), _("partners' practice"), _("our own")
REQUIRED, RECOMMENDED = _("required"), _("recommended")
PREFIX = "platform:"

Evidence = Callable[[], str]  # what proves it; empty: it is missing


@dataclass(frozen=True)
class Requirement:
    """Without ``evidence`` it is a step outside, ticked by a person."""

    name: str
    word: str | Promise
    kind: str | Promise
    need: str | Promise
    next_step: str | Promise
    evidence: Evidence | None = None

    @property
    def is_seen(self) -> bool:
        """Whether the settings and rows can tell; else a person ticks it."""
        return self.evidence is not None


@dataclass(frozen=True)
class Row:
    requirement: Requirement
    state: str
    evidence: str
    tick: Confirmation | None = None


def matrix() -> Sequence[Row]:
    """Every requirement as it stands now."""
    ticks = {row.item.removeprefix(PREFIX): row for row in checklist.current(None)}
    return [_row(requirement, ticks.get(requirement.name)) for requirement in REQUIREMENTS]


def tick(name: str, *, day: Any, note: str, actor: Any, now: datetime) -> None:
    """A step outside was done on ``day``; ConfirmationRefused for what is read from the settings."""
    if not any(one.name == name and one.evidence is None for one in REQUIREMENTS):
        raise ConfirmationRefused(_now("This item is worked out from what is there; nobody confirms it."))
    checklist.confirm(None, f"{PREFIX}{name}", note=note, actor=actor, now=now, day=day)


def untick(name: str, *, actor: Any, now: datetime) -> bool:
    return checklist.withdraw(None, f"{PREFIX}{name}", actor=actor, now=now)


def _row(requirement: Requirement, ticked: Confirmation | None) -> Row:
    if requirement.evidence is None:
        return Row(requirement, DONE if ticked else MISSING, ticked.note if ticked else "", ticked)
    proof = requirement.evidence()
    return Row(requirement, DONE if proof else MISSING, proof)


def _page(path: str) -> Evidence:
    return lambda: f"{settings.PUBLIC_URL}{path}" if is_there(path) else ""


def _https() -> str:
    return comparison.expected_callback() if settings.PUBLIC_URL.startswith("https://") else ""


def _fields() -> str:
    """The newest comparison that knows of the app's fields says that none is missing."""
    for row in ConnectionCheck.objects.order_by("-at")[:20]:
        for finding in comparison.findings_of(row):
            if finding.name == "fields" and finding.state != comparison.UNKNOWN:
                return finding.found if finding.state == comparison.OK else ""
    return ""


def _promises() -> str:
    """Who answers for the public pages, once everything that they name was set by a person."""
    decided = (
        *(settings.COMPANY_TAX_ID, settings.COMPANY_ADDRESS, settings.PROMISED_PRIVACY_ANSWER_DAYS),
        *(settings.PROMISED_DELETION_DAYS, settings.PROMISED_SUPPORT_HOURS),
    )
    return settings.COMPANY_NAME if all(decided) else ""


REQUIREMENTS: tuple[Requirement, ...] = (
    Requirement("business_account", _("Business portfolio at Meta"), OFFICIAL, REQUIRED,
                _("Make it at business.facebook.com.")),
    Requirement("business_verification", _("Business verification"), OFFICIAL, REQUIRED,
                _("Start it in the Security Centre and send the documents.")),
    Requirement("access_verification", _("Access verification as a Tech Provider"), OFFICIAL, REQUIRED,
                _("Answer the questions in the app's dashboard.")),
    Requirement("app", _("App with WhatsApp"), OFFICIAL, REQUIRED,
                _("Make the app, add WhatsApp, and set its id here."), lambda: settings.WHATSAPP_META_APP_ID),
    Requirement("app_secret", _("App secret, so that signatures are checked"), OFFICIAL, REQUIRED,
                _("Set WHATSAPP_AUTOMATION_META_APP_SECRET."),
                lambda: _now("set") if settings.WHATSAPP_META_APP_SECRETS else ""),
    Requirement("config_id", _("Configuration of Embedded Signup"), OFFICIAL, REQUIRED,
                _("Make one in Facebook Login for Business, and set its id here."),
                lambda: settings.WHATSAPP_META_CONFIG_ID),
    Requirement("app_name", _("App's name and category"), OFFICIAL, REQUIRED,
                _("Fill them in under the app's basic settings.")),
    Requirement("app_domains", _("App's domains and redirect addresses"), OFFICIAL, REQUIRED,
                _("Add this system's address to the allowed domains and the redirect addresses.")),
    Requirement("icon", _("App's icon and description"), OFFICIAL, REQUIRED,
                _("Upload an icon of 1024 by 1024 pixels and say what the app does.")),
    Requirement("policy", _("Privacy policy"), OFFICIAL, REQUIRED,
                _("Give its address in the app's basic settings."), _page("/privacidade/")),
    Requirement("terms", _("Terms of service"), OFFICIAL, REQUIRED,
                _("Give its address in the app's basic settings."), _page("/termos/")),
    Requirement("deletion", _("Data deletion address"), OFFICIAL, REQUIRED,
                _("Give its address in the app's basic settings."), _page("/exclusao-de-dados/")),
    Requirement("support", _("Support e-mail"), OFFICIAL, REQUIRED, _("Set SUPPORT_EMAIL."),
                lambda: settings.SUPPORT_EMAIL),
    Requirement("callback", _("Callback address over HTTPS"), OFFICIAL, REQUIRED,
                _("Set PUBLIC_URL to an https address, and the callback in the app's dashboard."), _https),
    Requirement("verify_token", _("Verify token of the callback"), OFFICIAL, REQUIRED,
                _("Set WHATSAPP_AUTOMATION_META_WEBHOOK_VERIFY_TOKEN."),
                lambda: _now("set") if settings.WHATSAPP_META_WEBHOOK_VERIFY_TOKEN else ""),
    Requirement("fields", _("Subscribed webhook fields"), OFFICIAL, REQUIRED,
                _("Subscribe them in the app's dashboard, then check a connection."), _fields),
    Requirement("app_review", _("App Review: advanced access"), OFFICIAL, REQUIRED,
                _("Send the review of each permission with its screencast.")),
    Requirement("app_live", _("App is live"), OFFICIAL, REQUIRED, _("Switch it from development to live.")),
    Requirement("waba", _("A WhatsApp Business account of our own"), PRACTICE, RECOMMENDED,
                _("Make one for tests and for the review.")),
    Requirement("system_user", _("Token of a system user"), PRACTICE, RECOMMENDED,
                _("Make a system user with a token that does not expire.")),
    Requirement("two_people", _("Two people with full access to the portfolio"), PRACTICE, RECOMMENDED,
                _("Invite a second one, so that nobody is locked out.")),
    Requirement("mail", _("E-mails leave"), OURS, REQUIRED, _("Set EMAIL_URL and DEFAULT_FROM_EMAIL."),
                lambda: settings.DEFAULT_FROM_EMAIL if "localhost" not in settings.DEFAULT_FROM_EMAIL else ""),
    Requirement("public_pages", _("Names and deadlines of the public pages"), OURS, REQUIRED,
                _("Set COMPANY_NAME, COMPANY_TAX_ID, COMPANY_ADDRESS and the three PROMISED_… settings, and have a "
                  "lawyer read the pages."), _promises),
    Requirement("restore", _("A backup was restored once"), OURS, RECOMMENDED,
                _("Restore one to another place and look whether it starts.")),
)  # fmt: skip
