"""The console's forms. Errors stand at their field, in the person's language."""

import re
import secrets
from datetime import date, datetime, time, timedelta
from typing import Any

from allauth.account.forms import LoginForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dashboard.queries.messages import GROUPS, REACHED_TODAY, Filters
from notifications.booking import Booking, Invalid
from notifications.kinds import KINDS
from notifications.models import Appointment
from notifications.states import STATES
from tenants.models import Invitation, Member, PhoneNumber
from whatsapp import renumbering
from whatsapp.content import TEXT_LIMIT

DAY_FORMATS = ["%d/%m/%Y", "%d/%m/%y"]
ISO_DATE = "%Y-%m-%d"
HOUR = re.compile(r"(\d{1,2})\s*(?:[h:]?\s*(\d{2}))?\s*h?", re.IGNORECASE)


class Styled:
    """Gives every widget our class, and tells screen readers which field is wrong."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxInput | forms.HiddenInput):
                field.widget.attrs.setdefault("class", "rc-input")


class DayField(forms.DateField):
    """A day as 21/11/2026 in every language of the page, with a calendar beside it."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "off", "data-day": "", "placeholder": _("dd/mm/yyyy")}
        widget = forms.DateInput(attrs=attrs, format=DAY_FORMATS[0])
        super().__init__(widget=widget, input_formats=DAY_FORMATS, **kwargs)

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
            return self.strptime(value.strip(), ISO_DATE)
        return super().to_python(value)


class HourField(forms.TimeField):
    """An hour as people type it: 14:00, 14h, 14h30, 1430 or 9."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "text", "autocomplete": "off", "placeholder": "14:00", "maxlength": 8}
        super().__init__(widget=forms.TimeInput(attrs=attrs, format="%H:%M"), **kwargs)

    def to_python(self, value: Any) -> time | None:
        found = HOUR.fullmatch(value.strip()) if isinstance(value, str) else None
        return super().to_python(f"{found[1]}:{found[2] or '00'}" if found else value)


class SignInForm(LoginForm):
    """User name or e-mail, and password; allauth checks them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attrs = {"autofocus": True, "autocomplete": "username webauthn", "autocapitalize": "none"}
        self.fields["login"].label = _("E-mail or user name")
        self.fields["login"].widget = forms.TextInput(attrs=attrs)
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)


class TokenForm(forms.Form):
    """An access token, which no page ever repeats."""

    access_token = forms.CharField(
        label=_("New access token"),
        max_length=4096,
        widget=forms.PasswordInput(attrs={"class": "rc-input", "autocomplete": "off"}),
    )


class NumberForm(forms.Form):
    """The number that takes the place of a connection's: its id at Meta, and of which of the company's accounts."""

    phone_number_id = forms.RegexField(
        r"^\d{5,40}$",
        label=_("New number's id at Meta"),
        strip=True,
        help_text=_("In WhatsApp Manager, under the number's details: digits only, not the phone number itself."),
        error_messages={"invalid": _("Give the number's id as Meta shows it: digits only.")},
        widget=forms.TextInput(attrs={"class": "rc-input", "inputmode": "numeric", "autocomplete": "off"}),
    )
    waba_id = forms.ChoiceField(label=_("The new number's account"), widget=forms.Select(attrs={"class": "rc-input"}))

    def __init__(self, number: PhoneNumber, *args: Any) -> None:
        super().__init__(*args)
        choices = [(account.waba_id, f"{account} · {account.waba_id}") for account in renumbering.accounts_of(number)]
        self.fields["waba_id"].choices = choices  # type: ignore[attr-defined]


class TickForm(forms.Form):
    """A step outside that was done: when, and what proves it."""

    day = forms.DateField(input_formats=[ISO_DATE])
    note = forms.CharField(max_length=300, required=False)

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > timezone.localdate():
            raise ValidationError(_("This day has not come yet."))
        return day


class PasskeyForm(AddWebAuthnForm):
    """A new passkey, which stands for name and password too unless its person wants it beside them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["passwordless"].label = _("Sign in with it alone, without name and password")
        self.fields["passwordless"].initial = True


class InviteForm(Styled, forms.Form):
    """Whom to invite, as what."""

    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off", "placeholder": "nome@empresa.com.br"})
    )
    role = forms.ChoiceField(label=_("Role"), choices=Member.Role.choices, initial=Member.Role.OPERATOR)


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Member.Role.choices)


class JoinForm(Styled, forms.Form):
    """A new person's name and password."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password1 = forms.CharField(
        label=_("Choose a password"),
        strip=False,
        help_text=_("At least 10 characters; a short sentence is easy to keep."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("Once more"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, invitation: Invitation, *args: Any) -> None:
        super().__init__(*args)
        self.invitation = invitation

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, second = values.get("password1"), values.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords differ."))
        elif first:
            self._check_password(first)
        return values

    def _check_password(self, password: str) -> None:
        person = User(username=self.invitation.email, email=self.invitation.email)
        try:
            validate_password(password, person)
        except ValidationError as error:
            self.add_error("password1", error)


LABELS = {
    "state": _("State"),
    "kind": _("Kind"),
    "number": _("Number"),
    "period": _("Period"),
    "q": _("Search"),
}
PERIODS = {
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "week": _("Last 7 days"),
    "month": _("Last 30 days"),
    "dates": _("Choose dates…"),
}
DAYS_BACK = {"today": (0, 0), "yesterday": (1, 1), "week": (6, 0), "month": (29, 0)}


class FilterForm(Styled, forms.Form):
    """The filters of Messages, read from the address; a value that fits nothing is left out."""

    q = forms.CharField(required=False, max_length=100)
    state = forms.ChoiceField(required=False)
    kind = forms.ChoiceField(required=False)
    number = forms.ModelChoiceField(PhoneNumber.objects.none(), required=False, empty_label=_("Every number"))
    period = forms.ChoiceField(required=False)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Until"), required=False)

    def __init__(self, data: QueryDict, numbers: list[PhoneNumber]) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        words = {name: STATES[name].word for name in GROUPS if name in STATES}
        extra = [(REACHED_TODAY, _("Delivered today")), ("queue", _("In the queue"))]
        fields["state"].choices = [("", _("Every state")), *words.items(), *extra]
        fields["kind"].choices = [("", _("Every kind")), *((name, kind.label) for name, kind in KINDS.items())]
        fields["number"] = forms.TypedChoiceField(
            required=False,
            coerce=int,
            empty_value=None,
            choices=[("", _("Every number")), *((row.pk, str(row)) for row in numbers)],
            widget=forms.Select(attrs={"class": "rc-input"}),
        )
        for name, label in LABELS.items():
            self.fields[name].label = label
            self.fields[name].widget.attrs["aria-label"] = label
        fields["period"].choices = [("", _("Every day")), *PERIODS.items()]
        self.fields["q"].widget.attrs["placeholder"] = _("Name, phone, appointment or message id")

    def filters(self) -> Filters:
        """A period is two dates; dates of a person's own choice come as they are."""
        self.is_valid()
        values = {name: value for name, value in self.cleaned_data.items() if value}
        period = values.pop("period", "")
        if period in DAYS_BACK:
            today = timezone.localdate()
            values["since"], values["until"] = (today - timedelta(days=days) for days in DAYS_BACK[period])
        return Filters(**values, period=period)


class AppointmentForm(Styled, forms.Form):
    """A booking as a person types it: day and hours are of the tenant's time zone.

    ``external_id`` is made with the page, so that a form sent twice books once.
    """

    external_id = forms.CharField(widget=forms.HiddenInput, max_length=100)
    customer_name = forms.CharField(label=_("Customer"), max_length=120)
    customer_phone = forms.CharField(
        label=_("WhatsApp number"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"inputmode": "tel", "autocomplete": "off", "placeholder": "(11) 98888-7777", "data-phone": ""}
        ),
    )
    service = forms.CharField(label=_("Service"), max_length=120)
    day = DayField(label=_("Day"))
    starts = HourField(label=_("Starts"))
    ends = HourField(label=_("Ends"), required=False)
    professional = forms.CharField(label=_("Professional"), max_length=120, required=False)
    price = forms.DecimalField(
        label=_("Price (R$)"),
        max_digits=10,
        decimal_places=2,
        min_value=0,
        required=False,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    place = forms.CharField(
        label=_("Place"), max_length=200, required=False, help_text=_("Empty means the company's address.")
    )
    notify = forms.BooleanField(label=_("Send the notices of this appointment on WhatsApp"), required=False)

    # Where the errors of a Booking's field stand in this form.
    PLACES = {"starts_at": "starts", "ends_at": "ends", "external_id": None}

    @classmethod
    def blank(cls, day: date) -> "AppointmentForm":
        new_id = f"console-{secrets.token_hex(8)}"
        return cls(initial={"external_id": new_id, "day": day, "notify": True})

    @classmethod
    def of(cls, appointment: Appointment) -> "AppointmentForm":
        starts = timezone.localtime(appointment.starts_at)
        ends = timezone.localtime(appointment.ends_at) if appointment.ends_at else None
        names = (
            "external_id",
            "customer_name",
            "customer_phone",
            "service",
            "professional",
            "price",
            "place",
            "notify",
        )
        values = {name: getattr(appointment, name) for name in names}
        times = {"day": starts.date(), "starts": starts.time(), "ends": ends.time() if ends else None}
        return cls(initial=values | times)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        starts, ends = values.get("starts"), values.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("The end must come after the start."))
        return values

    def booking(self) -> Booking:
        """The booking of a valid form."""
        values = self.cleaned_data
        names = (
            "external_id",
            "customer_name",
            "customer_phone",
            "service",
            "professional",
            "price",
            "place",
            "notify",
        )
        return Booking(
            **{name: values[name] for name in names},
            starts_at=self._at(values["starts"]),
            ends_at=self._at(values["ends"]) if values["ends"] else None,
        )

    def _at(self, hour: time) -> datetime:
        return datetime.combine(self.cleaned_data["day"], hour, timezone.get_current_timezone())

    def take_errors(self, invalid: Invalid) -> None:
        """Puts what the use case refused at the fields that a person sees."""
        for name, sentence in invalid.fields.items():
            self.add_error(self.PLACES.get(name, name), sentence)


class ReasonForm(forms.Form):
    """Why a person discards a message, or marks it as failed."""

    reason = forms.CharField(max_length=200)


class WriteForm(forms.Form):
    """Free text to a customer."""

    text = forms.CharField(
        label=_("Message"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"class": "rc-input", "rows": 3, "maxlength": TEXT_LIMIT}),
    )
