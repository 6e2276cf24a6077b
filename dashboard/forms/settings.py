"""The company's settings, section by section. An empty field means the platform's default, which the field names."""

import re
import zoneinfo
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.forms.base import Styled
from tenants import flags, phones
from tenants.models import AutomationSettings, Tenant

MINUTES = {"min": 1, "h": 60, "d": 1440}
SPAN = re.compile(r"(\d{1,4})\s*(min|h|d)?", re.IGNORECASE)
MOST_REMINDERS, EARLIEST_REMINDER, LATEST_REMINDER = 5, 30 * 1440, 5  # the latter two in minutes before
MOST_WORDS, LONGEST_WORD = 50, 40
ON_OR_OFF = {"1": True, "0": False}


def own_settings(tenant: Tenant) -> AutomationSettings:
    """The tenant's row, or a new one that is not saved yet."""
    return AutomationSettings.objects.filter(tenant=tenant).first() or AutomationSettings(tenant=tenant)


class Section(Styled, forms.Form):
    """A part of AutomationSettings: its form shows them, checks what a person wrote, and saves."""

    def __init__(self, tenant: Tenant, data: Any = None) -> None:
        self.tenant, self.own, self.platform = tenant, own_settings(tenant), flags.of_platform(tenant)
        super().__init__(data)
        self.prepare()
        self.initial = self.shown()

    def prepare(self) -> None:
        """Puts into the fields what depends on the tenant or the platform."""

    def shown(self) -> dict[str, Any]:
        """The tenant's own values, as the fields show them."""
        return {name: getattr(self.own, name) for name in self.fields}

    @property
    def inherited(self) -> set[str]:
        """The fields in which the platform's default is in force."""
        return {name for name in self.fields if self.initial.get(name) in (None, "")}

    def apply(self) -> None:
        """Puts the valid values on ``own``."""
        for name, value in self.cleaned_data.items():
            setattr(self.own, name, value)

    def save(self) -> None:
        self.apply()
        self.own.save()

    def _default(self, name: str, told: Any) -> None:
        """Names the platform's value where a person would write another."""
        self.fields[name].widget.attrs["placeholder"] = _("%(value)s (platform's default)") % {"value": told}


def on_or_off(label: Any, help_text: Any = "") -> forms.TypedChoiceField:
    """On, off, or as the platform has it (None)."""
    return forms.TypedChoiceField(
        label=label, help_text=help_text, required=False, coerce=ON_OR_OFF.__getitem__, empty_value=None
    )


class SendingForm(Section):
    """What is sent by itself, how often it is tried, and when reminders go."""

    title: ClassVar[Promise] = gettext_lazy("Sending of messages")
    mode = forms.ChoiceField(
        label=gettext_lazy("Mode"),
        required=False,
        help_text=gettext_lazy(
            "Enabled: notices go by themselves. Dry run: each ends “not sent” with the exact request on its timeline. "
            "Disabled: nothing goes by itself. What people send by hand goes in every mode."
        ),
    )
    queue_enabled = on_or_off(
        gettext_lazy("Queue"), gettext_lazy("Off: automatic messages end “not sent” and do not go later.")
    )
    auto_dispatch_on_queue = on_or_off(
        gettext_lazy("Send at once when queued"),
        gettext_lazy("Off: they wait for the next round of the queue, some seconds."),
    )
    hand_over = forms.BooleanField(
        label=gettext_lazy("Another number of the company sends what waits for a number in trouble"), required=False
    )
    reminders = forms.CharField(
        label=gettext_lazy("Reminders before an appointment"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("For example: 24 h, 2 h. Up to five. It holds for appointments booked from now on."),
    )
    max_retries = forms.IntegerField(
        label=gettext_lazy("Retries of a message"), required=False, min_value=0, max_value=20
    )
    retry_base_delay_seconds = forms.IntegerField(
        label=gettext_lazy("First wait before a retry (seconds)"), required=False, min_value=1, max_value=3600
    )
    batch_limit = forms.IntegerField(
        label=gettext_lazy("Messages in one round"), required=False, min_value=1, max_value=10_000
    )
    test_recipient = forms.CharField(
        label=gettext_lazy("Test recipient"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("While it is set, every message goes to this number alone, and its timeline says so."),
    )
    hello_world_fallback = on_or_off(
        gettext_lazy("Use hello_world where a template is missing"), gettext_lazy("For trying only.")
    )

    def prepare(self) -> None:
        platform, fields = self.platform, self.fields
        modes = dict(AutomationSettings.Mode.choices)
        self._choices("mode", [*modes.items()], modes.get(platform.mode, platform.mode))
        switches = {"queue_enabled": platform.queue_enabled, "auto_dispatch_on_queue": platform.auto_dispatch}
        for name, value in (switches | {"hello_world_fallback": platform.hello_world_fallback}).items():
            words = {"1": _("On"), "0": _("Off")}
            self._choices(name, [*words.items()], words["1" if value else "0"])
        self._default("max_retries", platform.max_retries)
        self._default("retry_base_delay_seconds", int(platform.retry_base_delay.total_seconds()))
        self._default("batch_limit", platform.batch_limit)
        self._default("reminders", told_spans([int(each.total_seconds() // 60) for each in platform.reminder_offsets]))
        if settings.IN_PRODUCTION:  # where neither may be
            del fields["test_recipient"], fields["hello_world_fallback"]

    def _choices(self, name: str, choices: list[tuple[str, Any]], default: Any) -> None:
        field: Any = self.fields[name]
        field.choices = [("", _("%(value)s (platform's default)") % {"value": default}), *choices]

    def shown(self) -> dict[str, Any]:
        own = self.own
        values = {name: getattr(own, name) for name in self.fields if name != "reminders"}
        switches = {name: {True: "1", False: "0"}.get(values[name], "") for name in SWITCHES if name in values}
        return values | switches | {"reminders": told_spans(own.reminder_offsets_minutes)}

    @property
    def inherited(self) -> set[str]:
        return super().inherited - {"test_recipient"}

    def clean_reminders(self) -> list[int]:
        return read_spans(self.cleaned_data["reminders"])

    def clean_test_recipient(self) -> str:
        text = self.cleaned_data["test_recipient"].strip()
        try:
            return phones.normalize(text) if text else ""
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        """In production a company is switched on only when nothing required is missing."""
        values = super().clean() or {}
        mode = values.get("mode")
        if mode is not None and mode != self.own.mode:
            self.own.mode = mode or self.platform.mode
            try:
                self.own.clean()
            except ValidationError as error:
                self.add_error("mode", error.message_dict["mode"])
        return values

    def apply(self) -> None:
        super().apply()
        self.own.reminder_offsets_minutes = self.cleaned_data["reminders"]


SWITCHES = ("queue_enabled", "auto_dispatch_on_queue", "hello_world_fallback")


class DeskForm(Section):
    """How people and robot share the conversations, and the words that count."""

    title: ClassVar[Promise] = gettext_lazy("Conversations")
    app_pause_minutes = forms.IntegerField(
        label=gettext_lazy("Pause of the robot after an answer in the phone app (minutes)"),
        required=False,
        min_value=0,
        max_value=10_080,
        help_text=gettext_lazy("No automatic answers in a conversation in which somebody just wrote by hand."),
    )
    ticket_silence_minutes = forms.IntegerField(
        label=gettext_lazy("Silence that solves a ticket (minutes)"), required=False, min_value=1, max_value=43_200
    )
    ticket_reopen_minutes = forms.IntegerField(
        label=gettext_lazy("Time in which a message reopens it (minutes)"),
        required=False,
        min_value=0,
        max_value=43_200,
    )
    lead_keywords = forms.CharField(
        label=gettext_lazy("Words that tell a lead's source"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("In the customer's first message; commas between them. For example: instagram, flyer."),
    )
    optout_words = forms.CharField(
        label=gettext_lazy("Further words that stop messages"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "As the whole message, accents and capitals aside; commas between them. "
            "SAIR, PARAR, STOP, REMOVER and CANCELAR always count."
        ),
    )

    def prepare(self) -> None:
        platform = self.platform
        spans = {
            "app_pause_minutes": platform.app_pause,
            "ticket_silence_minutes": platform.ticket_silence,
            "ticket_reopen_minutes": platform.ticket_reopen,
        }
        for name, span in spans.items():
            self._default(name, int(span.total_seconds() // 60))

    def shown(self) -> dict[str, Any]:
        return super().shown() | {name: ", ".join(map(str, getattr(self.own, name))) for name in WORDS}

    @property
    def inherited(self) -> set[str]:
        return super().inherited - set(WORDS)

    def clean_lead_keywords(self) -> list[str]:
        return read_words(self.cleaned_data["lead_keywords"])

    def clean_optout_words(self) -> list[str]:
        return read_words(self.cleaned_data["optout_words"])


WORDS = ("lead_keywords", "optout_words")


class CompanyForm(Styled, forms.ModelForm):
    """Who the company is, as its customers read it."""

    title: ClassVar[Promise] = gettext_lazy("Company")
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))

    class Meta:
        model = Tenant
        fields = ("name", "contact_name", "address_line", "booking_url", "time_zone", "language")
        field_classes: ClassVar[dict[str, Any]] = {"booking_url": partial(forms.URLField, assume_scheme="https")}
        labels: ClassVar[dict[str, Promise]] = {"booking_url": gettext_lazy("Booking link")}
        widgets: ClassVar[dict[str, Any]] = {"booking_url": forms.URLInput(attrs={"placeholder": "https://"})}
        help_texts: ClassVar[dict[str, Promise]] = {
            "booking_url": gettext_lazy("Customers get it where they want another time.")
        }

    def __init__(self, tenant: Tenant, data: Any = None) -> None:
        super().__init__(data, instance=tenant)
        field: Any = self.fields["time_zone"]
        zones = sorted(zoneinfo.available_timezones(), key=lambda name: (not name.startswith("America/"), name))
        field.choices = [(name, name) for name in zones]

    @property
    def inherited(self) -> set[str]:
        return set()


def read_spans(text: str) -> list[int]:
    """``"24 h, 2 h"`` as minutes, the earliest reminder first."""
    minutes = set()
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = SPAN.fullmatch(part)
        if found is None:
            raise ValidationError(_("“%(part)s” is no time before. Write for example: 24 h, 2 h.") % {"part": part})
        minutes.add(int(found[1]) * MINUTES[(found[2] or "h").lower()])
    if len(minutes) > MOST_REMINDERS:
        raise ValidationError(_("At most %(most)d reminders.") % {"most": MOST_REMINDERS})
    if any(not LATEST_REMINDER <= each <= EARLIEST_REMINDER for each in minutes):
        raise ValidationError(_("Between 5 minutes and 30 days before."))
    return sorted(minutes, reverse=True)


def told_spans(minutes: Any) -> str:
    """The other way round."""
    return ", ".join(f"{each // 60} h" if each % 60 == 0 else f"{each} min" for each in minutes or ())


def read_words(text: str) -> list[str]:
    """Words between commas or lines, each once."""
    words = list(dict.fromkeys(word.strip() for word in re.split(r"[,\n]", text) if word.strip()))
    if too_long := next((word for word in words if len(word) > LONGEST_WORD), None):
        told = _("“%(word)s…” is too long: at most %(most)d characters each.")
        raise ValidationError(told % {"word": too_long[:20], "most": LONGEST_WORD})
    if len(words) > MOST_WORDS:
        raise ValidationError(_("At most %(most)d words.") % {"most": MOST_WORDS})
    return words
