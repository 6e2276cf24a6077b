"""Whether a mapping can work: every slot of its template bound to something that will have a value.

What could only fail at sending is refused here, with a sentence at the place where it is mended: ``kind``,
``language``, ``template``, ``fallback``, or ``variables.<slot>``.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from templates_mgmt.fields import FIELDS, FIXED_TEXT, own_files, said_by
from templates_mgmt.speech import SPEECHES
from templates_mgmt.structure import (
    Placeholder,
    fixed_address,
    header_format,
    kinds_of_parts,
    normalize_language,
    slot_word,
    slots,
    text_of,
)
from whatsapp.content import variable_text

if TYPE_CHECKING:
    from templates_mgmt.models import MessageTemplate
    from tenants.models import Tenant

Problems = dict[str, str]

HEADER_LIMIT = 60
BODY_LIMIT = 1024
ADDRESS_LIMIT = 2000
CODE_LIMIT = 15
FILE_LINK = re.compile(r"https://[^\s/?#]+/\S+")
PLACE = re.compile(r"\s*(-?\d{1,2}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s*")

# What a notice has nothing to give for.
NOT_GIVEN: dict[str, str | Promise] = {
    "OTP": gettext_lazy("This template carries a code for signing in, which a notice does not have."),
    "CAROUSEL": gettext_lazy("This template has cards, which a notice cannot fill."),
    "LIMITED_TIME_OFFER": gettext_lazy("This template has an offer that ends, which a notice cannot fill."),
    "MPM": gettext_lazy("This template shows products, which a notice cannot choose."),
    "SPM": gettext_lazy("This template shows products, which a notice cannot choose."),
}
HEADERS_NOT_GIVEN: dict[str, str | Promise] = {
    "GIF": gettext_lazy("A moving picture goes with marketing messages alone."),
    "PRODUCT": NOT_GIVEN["SPM"],
}


class Mapped(Protocol):
    """A mapping as far as its checks need it."""

    kind: str
    language: str
    variables: Any
    otherwise: Any

    @property
    def tenant(self) -> "Tenant": ...
    @property
    def template(self) -> "MessageTemplate": ...
    @property
    def fallback(self) -> "MessageTemplate | None": ...


def problems(mapped: Mapped) -> Problems:
    """By place, the first thing that is wrong there; empty where the mapping can work."""
    found = _kind(mapped) | _template("template", mapped, mapped.template)
    if not isinstance(mapped.variables, Mapping) or not isinstance(mapped.otherwise, Mapping):
        return found | {"variables": _("Say for each variable where its value comes from.")}
    found |= _unknown_slots(mapped)
    if "template" not in found:
        found |= unbound(mapped, mapped.template)
    return found | (_fallback(mapped, mapped.fallback) if mapped.fallback else {})


def sentences(mapped: Mapped) -> list[str]:
    """What is wrong, each problem with the variable that it is of."""
    told = ((place.partition(".")[2], sentence) for place, sentence in problems(mapped).items())
    return [f"{slot_word(slot)}: {sentence}" if slot else sentence for slot, sentence in told]


def unbound(mapped: Mapped, template: "MessageTemplate") -> Problems:
    """The slots of ``template`` that the mapping leaves without a value, each with its sentence."""
    told = ((slot, _slot(mapped, template, slot)) for slot in slots(template.components))
    return {f"variables.{slot.key}": sentence for slot, sentence in told if sentence}


def misfits(mapped: Mapped, template: "MessageTemplate") -> list[str]:
    """The slots of ``template`` that the mapping gives nothing, or what cannot stand there.

    None when it was saved: its words changed at Meta since, or the company's links.
    """
    told = isinstance(mapped.variables, Mapping) and isinstance(mapped.otherwise, Mapping)
    return [slot.key for slot in slots(template.components) if not told or _source(mapped, template, slot)]


def fits(mapped: Mapped, template: "MessageTemplate") -> bool:
    """Whether ``template``, as it is worded now, can be filled by the mapping; values may still lack."""
    return not misfits(mapped, template) and not not_given(template)


def not_given(template: "MessageTemplate") -> str:
    """Why no notice can fill this template, in a sentence; empty where one can."""
    parts, header = kinds_of_parts(template.components), header_format(template.components)
    sentence = next((told for kind, told in NOT_GIVEN.items() if kind in parts), HEADERS_NOT_GIVEN.get(header, ""))
    return str(sentence)


def read_place(text: str) -> tuple[float, float] | None:
    """Latitude and longitude in degrees, from ``-23.5505, -46.6333``; None for what is no place on Earth."""
    found = PLACE.fullmatch(text)
    if found is None:
        return None
    latitude, longitude = float(found[1]), float(found[2])
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _kind(mapped: Mapped) -> Problems:
    return {} if mapped.kind in SPEECHES else {"kind": _("Templates do not speak for this kind of message.")}


def _template(place: str, mapped: Mapped, template: "MessageTemplate") -> Problems:
    if template.tenant_id != mapped.tenant.pk:
        return {place: _("This template belongs to another company.")}
    if normalize_language(mapped.language).split("_")[0] != template.language.split("_")[0]:
        return {"language" if place == "template" else place: _("The template is written in another language.")}
    sentence = not_given(template)
    return {place: sentence} if sentence else {}


def _unknown_slots(mapped: Mapped) -> Problems:
    known = {slot.key for slot in slots(mapped.template.components)}
    sentence = _("The template has no such variable.")
    return {f"variables.{key}": sentence for key in sorted({*mapped.variables, *mapped.otherwise} - known)}


def _fallback(mapped: Mapped, fallback: "MessageTemplate") -> Problems:
    if fallback == mapped.template:
        return {"fallback": _("Choose another template than the first one.")}
    if found := _template("fallback", mapped, fallback):
        return found
    unknown = {slot.key for slot in slots(fallback.components)} - {*mapped.variables}
    if unknown:
        sentence = _("It has variables that the first one lacks: %(names)s.")
        return {"fallback": sentence % {"names": ", ".join(sorted(unknown))}}
    told = unbound(mapped, fallback)
    return {"fallback": next(iter(told.values()))} if told else {}


def _slot(mapped: Mapped, template: "MessageTemplate", slot: Placeholder) -> str:
    return _source(mapped, template, slot) or _value(mapped, template, slot)


def _source(mapped: Mapped, template: "MessageTemplate", slot: Placeholder) -> str:
    source = mapped.variables.get(slot.key)
    if not isinstance(source, str) or not source.removeprefix(FIXED_TEXT).strip():
        return _("Say what stands here.")
    if source.startswith(FIXED_TEXT):
        return _fixed(template, slot, source.removeprefix(FIXED_TEXT))
    if slot.part in GIVEN_FIXED:
        return str(GIVEN_FIXED[slot.part])
    if source not in FIELDS:
        return _("There is no such field: %(names)s.") % {"names": source}
    speech = SPEECHES.get(mapped.kind)
    if speech and source not in speech.fields:
        return _("This kind of message does not have this field.")
    return _address(mapped, template, slot, source)


GIVEN_FIXED = {
    "file": gettext_lazy("Give the link of the file, beginning with https://."),
    "location": gettext_lazy("Give latitude and longitude, for example -23.5505, -46.6333."),
    "code": gettext_lazy("Give the coupon's code."),
}


def _fixed(template: "MessageTemplate", slot: Placeholder, text: str) -> str:
    """A text that somebody typed must fit as it is."""
    if slot.part == "file":
        return "" if _is_link(text.strip()) else str(GIVEN_FIXED["file"])
    if slot.part == "location":
        return "" if read_place(text) else str(GIVEN_FIXED["location"])
    room = room_of(template, slot)
    text = variable_text(text)
    if not text:
        return _("Say what stands here.")
    if len(text) > room:
        return _("At most %(limit)d characters; this has %(length)d.") % {"limit": room, "length": len(text)}
    return ""


def _is_link(text: str) -> bool:
    """One that Meta can fetch; our own are as they are where Recado runs without a certificate."""
    return bool(FILE_LINK.fullmatch(text)) or text.startswith(own_files())


def room_of(template: "MessageTemplate", slot: Placeholder) -> int:
    """How many characters a slot's value may have beside the template's own words."""
    if slot.part == "code":
        return CODE_LIMIT
    if slot.part == "button":
        return ADDRESS_LIMIT
    limit = HEADER_LIMIT if slot.part == "header" else BODY_LIMIT
    return max(limit - len(own_words(template, slot.part)), 1)


def own_words(template: "MessageTemplate", part: str) -> str:
    """The text of ``header`` or ``body`` without its variables."""
    return re.sub(r"\{\{\s*\w+\s*\}\}", "", text_of(template.components, part.upper()))


def _address(mapped: Mapped, template: "MessageTemplate", slot: Placeholder, source: str) -> str:
    """A link ends a button's address only where both begin alike."""
    begins = FIELDS[source].address
    if slot.part != "button":
        return ""
    if begins is None:
        return _("Choose a link, or type the end of the address.")
    if begins(mapped.tenant).startswith(fixed_address(template.components, slot)):
        return ""
    sentence = _("This link begins with %(link)s, and the button's address does not.")
    return sentence % {"link": begins(mapped.tenant) or "…"}


def _value(mapped: Mapped, template: "MessageTemplate", slot: Placeholder) -> str:
    """A field that may be empty needs something to say then."""
    source = mapped.variables[slot.key]
    if source.startswith(FIXED_TEXT):
        return ""
    otherwise = mapped.otherwise.get(slot.key) or ""
    if otherwise:
        return _fixed(template, slot, str(otherwise))
    if FIELDS[source].always or said_by(mapped.tenant, source):
        return ""
    return _("This may be empty. Say what stands here then.")
