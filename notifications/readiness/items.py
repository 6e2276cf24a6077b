"""The items of a company's checklist: each a question to the rows, or a fact that a person confirms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Exists, Q
from django.urls import Resolver404, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import PeriodicTask

from notifications.readiness import speaking
from tenants import flags
from tenants.models import AuditEntry, Credential, KillSwitch, PhoneNumber, Tenant
from tenants.models.connection import Provider
from whatsapp import comparison, signatures
from whatsapp.health_alerts import TOKEN_ENDS_SOON
from whatsapp.models import AccountNotice, NumberReading, WebhookEvent

DONE, MISSING, NOT_NEEDED = "done", "missing", "not_needed"
PUBLIC_PAGES = ("/privacidade/", "/termos/", "/suporte/", "/exclusao-de-dados/")
TEMPLATES = "template_mappings"
OF_MANAGERS = frozenset({"settings", "audit"})
GOOD_NAMES = frozenset({"APPROVED", "AVAILABLE_WITHOUT_REVIEW"})
SCHEDULER_SEEN = timedelta(minutes=15)  # beat writes its last runs every few minutes


@dataclass(frozen=True)
class Surroundings:
    """What the questions are asked about; each part is read once."""

    tenant: Tenant
    now: datetime

    @classmethod
    def of(cls, tenant: Tenant, now: datetime) -> "Surroundings":
        return cls(tenant, now)

    @cached_property
    def numbers(self) -> list[PhoneNumber]:
        rows = PhoneNumber.objects.for_tenant(self.tenant).owned()
        return list(rows.select_related("account", "check_row").order_by("pk"))

    @cached_property
    def sending(self) -> list[PhoneNumber]:
        return [number for number in self.numbers if number.may_send]

    @cached_property
    def tokens(self) -> dict[int, Credential]:
        live = Credential.objects.for_tenant(self.tenant).filter(kind=Credential.Kind.ACCESS_TOKEN, retired_at=None)
        return {row.account_id: row for row in live if row.account_id}

    @cached_property
    def readings(self) -> dict[int, NumberReading]:
        rows = NumberReading.objects.for_tenant(self.tenant).order_by("number_id", "-last_at", "-pk")
        return {row.number_id: row for row in rows.distinct("number_id")}

    @cached_property
    def differing(self) -> dict[str, list[PhoneNumber]]:
        """Numbers by the fact that differs at Meta."""
        found: dict[str, list[PhoneNumber]] = {}
        for number in self.sending:
            for finding in comparison.differences(getattr(number, "check_row", None)):
                found.setdefault(finding.name, []).append(number)
        return found

    @cached_property
    def traces(self) -> Mapping[str, Any]:
        """What is seen by rows that are there, asked for at once."""
        ended = KillSwitch.objects.filter(Q(tenant=self.tenant) | Q(tenant=None), ended_at__isnull=False)
        return Tenant.objects.values(
            switch_ended=Exists(ended),
            scheduler_ran=Exists(PeriodicTask.objects.filter(last_run_at__gte=self.now - SCHEDULER_SEEN)),
            audited=Exists(AuditEntry.objects.filter(tenant=self.tenant)),
        ).get(pk=self.tenant.pk)

    @property
    def through_meta(self) -> list[PhoneNumber]:
        return [number for number in self.sending if number.provider == Provider.META]

    @cached_property
    def template_gaps(self) -> list[str]:
        """What the notices that need a template lack, in sentences."""
        accounts = {number.account.pk: number.account for number in self.through_meta if number.account}
        return speaking.gaps(self.tenant, accounts.values())

    def is_compared(self) -> bool:
        """Every number that sends through Meta was compared with what is expected."""
        return bool(self.through_meta) and all(hasattr(number, "check_row") for number in self.through_meta)


Check = Callable[[Surroundings], str]


@dataclass(frozen=True)
class Item:
    """``advice`` says what to do while it is missing, ``link`` names the page for it (empty: it is done outside of
    Recado). Without ``check`` a person confirms it, and with ``confirmable`` a person may where the rows cannot tell.
    ``gaps`` names what exactly lacks.
    """

    name: str
    word: str | Promise
    advice: str | Promise
    link: str
    required: bool
    check: Check | None = None
    confirmable: bool = False
    gaps: Callable[[Surroundings], list[str]] | None = None

    @property
    def address(self) -> str:
        """Where it is mended; empty for what is mended elsewhere."""
        return reverse(self.link) if self.link else ""

    @property
    def is_managed(self) -> bool:
        """Whether its page opens only to those who manage the company."""
        return self.link in OF_MANAGERS


def _if(is_done: bool) -> str:
    return DONE if is_done else MISSING


def _connected(around: Surroundings) -> str:
    return _if(bool(around.sending))


def _credentials(around: Surroundings) -> str:
    """Every number that sends has a token of which nobody says that it is dead."""
    if not around.sending:
        return MISSING
    readings = around.readings
    dead = [one for one in around.sending if (told := readings.get(one.pk)) and told.token_valid is False]
    bare = [one for one in around.through_meta if one.account_id not in around.tokens]
    return _if(not dead and not bare)


def _token_lasts(around: Surroundings) -> str:
    tokens = [around.tokens.get(number.account_id or 0) for number in around.through_meta]
    limit = around.now + TOKEN_ENDS_SOON
    return _if(bool(tokens) and all(row and row.rotate_by > limit for row in tokens))


def _templates(around: Surroundings) -> str:
    return _if(not around.template_gaps)


def _signature(around: Surroundings) -> str:
    """The secret is set, and no webhook of today was refused for its signature."""
    return _if(bool(settings.WHATSAPP_META_APP_SECRETS) and not signatures.refused(around.now))


def _callback(around: Surroundings) -> str:
    """HTTPS, and Meta sends to this very address."""
    wrong = {"callback", "app_callback"} & around.differing.keys()
    return _if(settings.PUBLIC_URL.startswith("https://") and around.is_compared() and not wrong)


def _webhooks(around: Surroundings) -> str:
    wrong = {"subscription", "fields"} & around.differing.keys()
    return _if(around.is_compared() and not wrong and all(number.heard_at for number in around.through_meta))


def _coexistence(around: Surroundings) -> str:
    shared = [number for number in around.sending if number.coexistence]
    if not shared:
        return NOT_NEEDED
    fields = sorted(comparison.COEXISTENCE_FIELDS)
    events = WebhookEvent.objects.filter(tenant=around.tenant, field__in=fields)
    return _if(events.exists())


def _limits(around: Surroundings) -> str:
    automation = flags.resolve(around.tenant)
    return _if(automation.max_retries > 0 and automation.batch_limit > 0 and bool(automation.retry_base_delay))


def _automation(around: Surroundings) -> str:
    automation = flags.resolve(around.tenant)
    return _if(automation.queue_enabled and automation.allowed and not automation.test_recipient)


def _kill_switch(around: Surroundings) -> str:
    return _if(around.traces["switch_ended"])


def _scheduler(around: Surroundings) -> str:
    return _if(around.traces["scheduler_ran"])


def _audit(around: Surroundings) -> str:
    return _if(around.traces["audited"])


def _app_live(around: Surroundings) -> str:
    return _if(bool(around.sending) and all(number.app_mode == "live" for number in around.sending))


def _display_name(around: Surroundings) -> str:
    told = [around.readings[number.pk].name_status for number in around.through_meta if number.pk in around.readings]
    return _if(bool(told) and all(status in GOOD_NAMES for status in told))


def _review(around: Surroundings) -> str:
    rows = AccountNotice.objects.for_tenant(around.tenant).filter(field="account_review_update")
    newest = rows.order_by("-occurred_at", "-pk").first()
    return _if(newest is not None and newest.word == "APPROVED")


def _pages(_around: Surroundings) -> str:
    return _if(all(map(is_there, PUBLIC_PAGES)))


def is_there(path: str) -> bool:
    """Whether this system has a page at ``path``."""
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


ITEMS: tuple[Item, ...] = (
    Item("connected", _("A number is connected"), _("Connect the company's number."), "connections", True, _connected),
    Item("credentials", _("The access to Meta works"), _("Reconnect the number, or rotate its token."), "connections",
         True, _credentials),
    Item("token_lasts", _("The token does not expire soon"),
         _("Rotate it for one that does not expire, and such a one once a year."), "connections", False, _token_lasts),
    Item("templates", _("Templates of booking and reminder are approved and mapped"),
         _("Have them approved by Meta, and choose them for their kind of notice."), TEMPLATES, True, _templates,
         gaps=lambda around: around.template_gaps),
    Item("signature", _("Webhooks' signatures are checked"),
         _("The platform's team sets the app secret; the one at Meta must be the same."), "connections", True,
         _signature),
    Item("callback", _("Meta reaches this system over HTTPS"),
         _("Open the connection, check it now, and mend the callback address."), "connections", True, _callback),
    Item("webhooks", _("Messages and statuses arrive"),
         _("Open the connection, subscribe again, and write to the number from a phone."), "connections", True,
         _webhooks),
    Item("coexistence", _("What the phone app tells arrives"),
         _("Write to a customer from the app on the phone, then look here again."), "connections", False, _coexistence),
    Item("limits", _("Retries and limits are set"), _("Set retries, the first wait and the messages of a round."),
         "settings", True, _limits),
    Item("automation", _("The queue is on, for everybody"),
         _("Switch the queue on, take the test recipient away, and have the company put on the list."), "settings",
         True, _automation),
    Item("scheduler", _("The scheduler runs"), _("The platform's team starts beat and a worker."), "health", True,
         _scheduler),
    Item("app_live", _("The app at Meta is live"), _("The platform's team switches the app to live."), "connections",
         True, _app_live),
    Item("kill_switch", _("The emergency stop was tried"),
         _("Stop sending once, and let it go on again."), "settings", False, _kill_switch, confirmable=True),
    Item("audit", _("What people do is recorded"), _("It begins with the first act of a person."), "audit", True,
         _audit),
    Item("pages", _("Privacy, terms, support and data deletion have their pages"),
         _("The platform's team publishes them."), "privacy", True, _pages),
    Item("display_name", _("Meta approved the display name"),
         _("Look at the number's name in WhatsApp Manager."), "connections", False, _display_name, confirmable=True),
    Item("account_review", _("Meta's review approved the account"),
         _("Look at the account in WhatsApp Manager."), "connections", False, _review, confirmable=True),
    Item("business_verification", _("The business is verified at Meta"),
         _("Start the verification in Meta's Security Centre; it lifts the limit of people a day."), "", False,
         None, confirmable=True),
    Item("payment", _("A payment method is set at Meta"),
         _("Add it in WhatsApp Manager: without it Meta refuses templates. Nothing here can see it."), "", True, None,
         confirmable=True),
    Item("runbooks", _("The team has read what to do when something fails"),
         _("Read the runbooks of “nothing sent”, “nothing received” and “token expired”."), "help", True, None,
         confirmable=True),
)  # fmt: skip
