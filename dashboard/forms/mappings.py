"""The form of a mapping: a template, and for each of its slots what stands there."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dashboard import template_words
from dashboard.forms.base import Styled
from dashboard.ids import parse_id
from templates_mgmt import binding, header_files
from templates_mgmt.fields import FIELDS, FIXED_TEXT
from templates_mgmt.models import MessageTemplate, TemplateMapping
from templates_mgmt.speech import SPEECHES, Speech
from templates_mgmt.structure import Placeholder, normalize_language, slots
from tenants.models import Tenant
from whatsapp.errors import InvalidContent
from whatsapp.media.storage import StorageFailed
from whatsapp.providers.base import Upload

OPTIONAL = tuple(name for name, field in FIELDS.items() if not field.always)  # they may be empty
LINKS = tuple(name for name, field in FIELDS.items() if field.address)
TYPED = {"file", "location", "code"}  # parts that only a fixed text can fill
TEXT_LIMIT = 2000
# Where each problem of a mapping that is of no slot stands in the form.
PLACES = {"template": "template", "fallback": "fallback", "language": "template", "kind": None, "variables": None}

PART_WORDS: dict[str, Promise] = {
    "file": _("File of the header"),
    "location": _("Place of the header"),
    "header": _("Header"),
    "body": _("Text"),
    "button": _("Link of button %(place)d"),
    "code": _("Coupon of button %(place)d"),
}
TYPED_LABELS: dict[str, Promise] = {
    "file": _("Link of the file"),
    "location": _("Latitude and longitude"),
    "code": _("The coupon's code"),
}
TYPED_HELP: dict[str, Promise] = {
    "file": _(
        "A link, which Meta fetches with each message, or a file of yours: Recado then keeps it and makes the link."
    ),
    "location": _("Latitude and longitude, for example -23.5505, -46.6333."),
    "code": _("At most 15 characters."),
}


class SlotFields:
    """The three inputs of one slot; their names begin with what the slot is called."""

    def __init__(self, form: "MappingForm", slot: Placeholder) -> None:
        self.slot = slot
        self.source, self.text, self.otherwise = (form[name] for name in names_of(slot))

    @property
    def is_typed(self) -> bool:
        return self.slot.part in TYPED

    @property
    def file_kinds(self) -> Sequence[str]:
        """The MIME types that may be given in place of a link; none where the slot is no file."""
        return header_files.TYPES.get(self.slot.name, ()) if self.slot.part == "file" else ()

    @property
    def word(self) -> str:
        return str(PART_WORDS[self.slot.part]) % {"place": self.slot.index + 1}

    @property
    def variable(self) -> str:
        """As it stands in the template's words; empty for what is no variable."""
        return "" if self.is_typed else f"{{{{{self.slot.name}}}}}"

    @property
    def help(self) -> str | Promise:
        return TYPED_HELP.get(self.slot.part, "")


def names_of(slot: Placeholder) -> tuple[str, str, str]:
    return f"source-{slot.key}", f"text-{slot.key}", f"otherwise-{slot.key}"


GIVEN_FILE = "file-header"


class MappingForm(Styled, forms.Form):
    """Bound to what a person sent, or shown with what ``current`` says.

    Slots that both templates call alike keep their sources when another one is chosen; new ones begin with a guess.
    """

    template = forms.TypedChoiceField(label=_("Template"), coerce=int, empty_value=None)
    fallback = forms.TypedChoiceField(
        label=_("Template in its place"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Speaks while Meta does not let the first one be sent."),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        speech: Speech,
        language: str,
        templates: Sequence[MessageTemplate],
        data: dict[str, Any] | None = None,
        *,
        current: TemplateMapping | None = None,
        seen: str = "",
        has_fallback: bool = True,
    ) -> None:
        super().__init__(data, initial=_initial(current, seen))
        self.speech, self.language = speech, language
        self.by_id = {row.pk: row for row in templates}
        fields: dict[str, Any] = self.fields
        choices = [(row.pk, _told(row)) for row in templates]
        fields["template"].choices = [("", _("Choose a template…")), *choices]
        fields["fallback"].choices = [("", _("None: messages wait")), *choices]
        if not has_fallback:
            del fields["fallback"]
        self.template_chosen = self._chosen(data, current)
        self.slot_list = slots(self.template_chosen.components) if self.template_chosen else []
        for slot in self.slot_list:
            self._add(slot)

    def _chosen(self, data: Mapping[str, Any] | None, current: TemplateMapping | None) -> MessageTemplate | None:
        told = str(data.get("template", "")) if data is not None else str(current.template_id if current else "")
        return self.by_id.get(parse_id(told) or 0)

    def _add(self, slot: Placeholder) -> None:
        source, text, otherwise = names_of(slot)
        sources = forms.ChoiceField(required=False, choices=self._sources(slot), label=_("What stands here"))
        begins = self._guess(slot)
        if slot.part in TYPED:
            sources.widget, begins = forms.HiddenInput(), FIXED_TEXT
        self.fields[source] = sources
        self.initial.setdefault(source, begins)
        if isinstance(self.data, dict):
            self.data.setdefault(source, begins)
        typed = str(TYPED_LABELS.get(slot.part, _("Fixed text")))
        for name, label in ((text, typed), (otherwise, _("If it is empty, say"))):
            widget = forms.TextInput(attrs={"autocomplete": "off", "class": "rc-input"})
            self.fields[name] = forms.CharField(
                required=False, max_length=TEXT_LIMIT, strip=False, label=label, widget=widget
            )

    def _sources(self, slot: Placeholder) -> list[tuple[Any, Any]]:
        known = [name for name in FIELDS if name in self.speech.fields and (slot.part != "button" or name in LINKS)]
        groups: dict[str, list[tuple[str, Any]]] = {}
        for name in known:
            groups.setdefault(str(FIELDS[name].group), []).append((name, FIELDS[name].word))
        return [("", _("Choose…")), *groups.items(), (FIXED_TEXT, _("Fixed text…"))]

    def _guess(self, slot: Placeholder) -> str:
        """A named variable called as a field is, probably that field."""
        return slot.name if slot.name in self.speech.fields and slot.part != "button" else ""

    @property
    def rows(self) -> list[SlotFields]:
        return [SlotFields(self, slot) for slot in self.slot_list]

    def keep_file(self, tenant: Tenant, files: Mapping[str, Any], by: str) -> None:
        """Stores a file that was given for the header, and puts its link where links are typed."""
        file, slot = files.get(GIVEN_FILE), next((slot for slot in self.slot_list if slot.part == "file"), None)
        if file is None or slot is None:
            return
        mime_type = str(file.content_type).split(";")[0].strip().lower()
        _source, text, _otherwise = names_of(slot)
        try:
            kept = header_files.keep(tenant, slot.name, Upload(file.read(), mime_type, str(file.name)), by=by)
        except InvalidContent as refused:
            self.add_error(text, refused.fields["file"])
        except StorageFailed:
            self.add_error(text, _("The file could not be stored. Try again in a minute, or give a link."))
        else:
            self.data = {**self.data, text: header_files.link(kept)}

    def draft(self, tenant: Tenant) -> TemplateMapping | None:
        """The mapping as the form has it now, whether it can work or not; None while no template is chosen."""
        if self.template_chosen is None:
            return None
        values = self._values()
        fallback = parse_id(str(values.get("fallback") or ""))
        draft = TemplateMapping(
            tenant=tenant,
            kind=self.speech.kind,
            language=self.language,
            template=self.template_chosen,
            fallback=self.by_id.get(fallback or 0),
        )
        for slot in self.slot_list:
            source, text, otherwise = (str(values.get(name) or "") for name in names_of(slot))
            draft.variables[slot.key] = f"{FIXED_TEXT}{text}" if source == FIXED_TEXT else source
            if otherwise.strip() and source != FIXED_TEXT:
                draft.otherwise[slot.key] = otherwise
        return draft

    def _values(self) -> Mapping[str, Any]:
        return self.data if self.is_bound else self.initial

    def check(self, tenant: Tenant) -> TemplateMapping | None:
        """The mapping if it can work; else None, and each problem stands at its field."""
        draft = self.draft(tenant) if self.is_valid() else None
        if draft is None:
            return None
        for place, sentence in binding.problems(draft).items():
            self.add_error(self._field_of(place, draft), sentence)
        return None if self.errors else draft

    def _field_of(self, place: str, draft: TemplateMapping) -> str | None:
        key = place.partition(".")[2]
        if not key:
            return PLACES.get(place)
        source = str(draft.variables.get(key, ""))
        typed = source.startswith(FIXED_TEXT)
        field = FIELDS.get(source)
        name = f"text-{key}" if typed else f"otherwise-{key}" if field and not field.always else f"source-{key}"
        return name if name in self.fields else None


def _initial(current: TemplateMapping | None, seen: str) -> dict[str, Any]:
    if current is None:
        return {"seen": seen}
    values: dict[str, Any] = {"template": current.template_id, "fallback": current.fallback_id, "seen": seen}
    for key, source in current.variables.items():
        is_fixed = str(source).startswith(FIXED_TEXT)
        values[f"source-{key}"] = FIXED_TEXT if is_fixed else source
        values[f"text-{key}"] = str(source).removeprefix(FIXED_TEXT) if is_fixed else ""
        values[f"otherwise-{key}"] = current.otherwise.get(key, "")
    return values


def _told(row: MessageTemplate) -> str:
    state = "" if row.is_sendable else f" · {template_words.look(template_words.status_of(row)).word}"
    return f"{row.name} · {template_words.language_word(row.language)}{state}"


def read_asked(kind: str, language: str) -> tuple[Speech, str] | None:
    """Kind and language of an address; None where templates speak for no such kind."""
    speech, language = SPEECHES.get(kind), normalize_language(language)[:15]
    return (speech, language) if speech and language.replace("_", "").isalpha() else None
