"""What a person sends in a conversation: words, a file, a template with its variables. Errors stand at their field."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.forms.base import OnceForm, Styled
from dashboard.queries import picker
from templates_mgmt import preview
from templates_mgmt.models import MessageTemplate
from templates_mgmt.structure import buttons_of, fixed_address, placeholders
from whatsapp import uploads
from whatsapp.content import TEXT_LIMIT, ButtonParameter, File, Location, Parameter, Template, variable_text
from whatsapp.content.limits.lengths import CAPTION_LIMIT
from whatsapp.errors import InvalidContent
from whatsapp.media.inspection import HEAD, detect_type
from whatsapp.providers.base import Upload


class Sent(Styled, OnceForm):
    """``reply_to`` is a message's id."""

    reply_to = forms.IntegerField(required=False, widget=forms.HiddenInput)


class Words(forms.CharField):
    """Text of several lines: a browser's CR LF counts, and goes, as one line break."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class TextForm(Sent):
    text = Words(max_length=TEXT_LIMIT, error_messages={"required": gettext_lazy("Write the message first.")})


class FileForm(Sent):
    file = forms.FileField(max_length=240)
    caption = Words(max_length=CAPTION_LIMIT, required=False)

    def clean_file(self) -> UploadedFile:
        return checked(self.cleaned_data["file"])

    @property
    def upload(self) -> Upload:
        return upload_of(self.cleaned_data["file"])


class TemplateForm(Sent):
    """A field for each variable, and one for the header's file or place."""

    def __init__(self, template: MessageTemplate, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.template, self.slots = template, picker.slots(template)
        fields: dict[str, Any] = self.fields
        for slot in self.slots:
            attrs = {"class": "rc-input", "placeholder": slot.example, "data-variable": slot.key, "autocomplete": "off"}
            fields[slot.name] = forms.CharField(label=slot.label, max_length=2000, widget=forms.TextInput(attrs=attrs))
        if kind := picker.file_kind(template):
            attrs = {"accept": ",".join(name for name, (known, _most) in uploads.TYPES.items() if known == kind)}
            label = FILE_LABELS[kind]
            fields["file"] = forms.FileField(label=label, max_length=240, widget=forms.FileInput(attrs=attrs))
        if picker.header_format(template) == "LOCATION":
            fields["latitude"] = forms.FloatField(label=_("Latitude"), min_value=-90, max_value=90)
            fields["longitude"] = forms.FloatField(label=_("Longitude"), min_value=-180, max_value=180)
            fields["place"] = forms.CharField(label=_("Name of the place"), max_length=200)
            fields["address"] = forms.CharField(label=_("Address"), max_length=200)

    def clean_file(self) -> UploadedFile:
        file, kind = checked(self.cleaned_data["file"]), picker.file_kind(self.template)
        if uploads.TYPES[str(file.content_type)][0] != kind:
            raise forms.ValidationError(
                _("This template's header takes a file of another kind: %s.") % FILE_LABELS[kind]
            )
        return file

    @property
    def upload(self) -> Upload | None:
        return upload_of(self.cleaned_data["file"]) if "file" in self.cleaned_data else None

    def content(self, media_id: str = "") -> Template:
        """What is sent; ``media_id`` is the provider's name of the header's file."""
        filled = {slot.key: self._value(slot.name) for slot in self.slots if slot.key}
        return Template(
            name=self.template.name,
            language=self.template.language,
            header=self._header(media_id) or self._parameters("header"),
            body=self._parameters("body"),
            buttons=tuple(self._buttons()),
            category=self.template.category,
            preview=preview.text(self.template, filled),
        )

    def take_problems(self, invalid: InvalidContent) -> None:
        """Puts what Meta's limits refuse at the fields that a person sees."""
        places = {slot.place: slot.name for slot in self.slots}
        for path, sentence in invalid.fields.items():
            self.add_error(next((name for place, name in places.items() if path.startswith(place)), None), sentence)

    def _value(self, name: str) -> str:
        return variable_text(self.cleaned_data.get(name, ""))

    def _header(self, media_id: str) -> File | Location | None:
        values = self.cleaned_data
        if kind := picker.file_kind(self.template):
            name = str(values["file"].name) if kind == "document" else ""
            return File(kind, id=media_id, filename=name)
        if "latitude" in self.fields:
            return Location(values["latitude"], values["longitude"], values["place"], values["address"])
        return None

    def _parameters(self, part: str) -> tuple[Parameter, ...]:
        named = self.template.parameter_format == "NAMED"
        found = [slot for slot in placeholders(self.template.components) if slot.part == part]
        return tuple(Parameter(self._value(f"v-{slot.key}"), slot.name if named else "") for slot in found)

    def _buttons(self) -> list[ButtonParameter]:
        """The end of an address, a code, a form to open; a whole address is cut to its end."""
        components = self.template.components
        urls = {slot.index: slot for slot in placeholders(components) if slot.part == "button"}
        found = []
        for i, button in enumerate(buttons_of(components)):
            kind = str(button.get("type", "")).upper()
            if i in urls:
                ending = self._value(f"v-{urls[i].key}").removeprefix(fixed_address(components, urls[i]))
                found.append(ButtonParameter(i, "url", ending))
            elif kind == "COPY_CODE":
                found.append(ButtonParameter(i, "copy_code", self._value(f"code-{i}")))
            elif kind == "FLOW":
                found.append(ButtonParameter(i, "flow"))
        return found


FILE_LABELS = {
    "image": gettext_lazy("Picture (JPEG or PNG, up to 5 MB)"),
    "video": gettext_lazy("Video (MP4, up to 16 MB)"),
    "document": gettext_lazy("Document (up to 100 MB)"),
}


def checked(file: UploadedFile) -> UploadedFile:
    """The file with its real type, as far as its first bytes show one; ValidationError for what Meta does not take."""
    told = str(file.content_type or "").partition(";")[0].strip().lower()
    detected = detect_type(file.read(HEAD), told)
    file.seek(0)
    file.content_type = detected or told
    kind, most = uploads.TYPES.get(file.content_type, ("", 0))
    size = file.size or 0
    if not kind:
        raise forms.ValidationError(_("WhatsApp takes no files of this type (%s).") % (file.content_type or "?"))
    if size > most:
        told_sizes = {"limit": filesizeformat(most), "size": filesizeformat(size)}
        raise forms.ValidationError(_("WhatsApp takes such files up to %(limit)s; this one has %(size)s.") % told_sizes)
    return file


def upload_of(file: UploadedFile) -> Upload:
    return Upload(file.read(), str(file.content_type), str(file.name))
