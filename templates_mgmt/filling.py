"""A template with the values of one message in their places, as Meta's rules let them stand there.

Values are made one line without tabs and with at most four spaces in a row. Where header or body become longer than
Meta allows, the longest values are shortened with an ellipsis: a customer would rather read a shortened service than
nothing. Fixed texts were held against the same limits when the mapping was saved (templates_mgmt.binding).
"""

from collections.abc import Mapping, Sequence

from templates_mgmt import preview
from templates_mgmt.binding import BODY_LIMIT, HEADER_LIMIT, read_place
from templates_mgmt.fields import FIXED_TEXT, said_by
from templates_mgmt.models import MessageTemplate, TemplateMapping
from templates_mgmt.problem import MappingProblem
from templates_mgmt.structure import Placeholder, fill, fixed_address, quick_reply_indexes, slots, text_of
from tenants.models import Tenant
from whatsapp.content import ButtonParameter, File, Location, Parameter, Template, variable_text

ELLIPSIS = "…"
LIMITS = {"header": HEADER_LIMIT, "body": BODY_LIMIT}
Values = Mapping[str, str]


def filled(
    mapped: TemplateMapping, template: MessageTemplate, values: Values, payloads: Sequence[str] = ()
) -> Template:
    """``template`` as ``mapped`` fills it from ``values`` (by field); MappingProblem: variable_without_value."""
    places = slots(template.components)
    texts = _texts(mapped, template, places, values)
    return Template(
        name=template.name,
        language=template.language,
        header=_header(template, places, texts, mapped.tenant),
        body=_parameters(template, places, texts, "body"),
        buttons=_buttons(template, places, texts, payloads),
        category=template.category,
        preview=preview.text(template, texts),
    )


def shown(mapped: TemplateMapping, template: MessageTemplate, values: Values) -> dict[str, str]:
    """By slot, what has a value now, as a phone shows it: of a link only its variable end."""
    places = [slot for slot in slots(template.components) if _has_value(slot, mapped, values)]
    texts = _texts(mapped, template, places, values)
    for slot in places:
        if slot.part == "button":
            texts[slot.key] = texts[slot.key].removeprefix(fixed_address(template.components, slot))
    return texts


def _has_value(slot: Placeholder, mapped: TemplateMapping, values: Values) -> bool:
    try:
        return bool(value_of(slot, mapped, values))
    except MappingProblem:
        return False


def changes(mapped: TemplateMapping, template: MessageTemplate, values: Values) -> dict[str, tuple[str, str]]:
    """By slot, the values that do not stand in the message as they came: before and after."""
    places = [slot for slot in slots(template.components) if _has_value(slot, mapped, values)]
    texts = _texts(mapped, template, places, values)
    came = {slot.key: values.get(str(mapped.variables.get(slot.key, "")), "") for slot in places}
    return {key: (came[key], text) for key, text in texts.items() if came[key].strip() and came[key] != text}


def _texts(
    mapped: TemplateMapping, template: MessageTemplate, places: Sequence[Placeholder], values: Values
) -> dict[str, str]:
    texts = {slot.key: value_of(slot, mapped, values) for slot in places}
    return texts | _fit(template, places, texts, "header") | _fit(template, places, texts, "body")


def value_of(slot: Placeholder, mapped: TemplateMapping, values: Values) -> str:
    """The first that has something to say: the notice, the company, what the mapping says otherwise."""
    source = str(mapped.variables.get(slot.key, ""))
    if source.startswith(FIXED_TEXT):
        told = [source.removeprefix(FIXED_TEXT)]
    else:
        told = [values.get(source) or "", said_by(mapped.tenant, source), str(mapped.otherwise.get(slot.key) or "")]
    value = next(filter(None, map(variable_text, told)), "")
    if not value:
        raise MappingProblem("variable_without_value", {"variable": slot.key, "field": source})
    return value


def _fit(template: MessageTemplate, places: Sequence[Placeholder], texts: Values, part: str) -> dict[str, str]:
    keys = {slot.name: slot.key for slot in places if slot.part == part}
    words = text_of(template.components, part.upper())
    values = fitted(words, {name: texts[key] for name, key in keys.items()}, LIMITS[part])
    return {keys[name]: value for name, value in values.items()}


def fitted(words: str, values: Values, limit: int) -> dict[str, str]:
    """The values by name, the longest of them shortened until ``words`` with them has at most ``limit`` characters."""
    values = dict(values)
    while values and (excess := len(fill(words, values)) - limit) > 0:
        longest = max(values, key=lambda name: len(values[name]))
        if len(values[longest]) <= 1:
            break
        values[longest] = _shortened(values[longest], excess)
    return values


def _shortened(value: str, excess: int) -> str:
    """Half of it may go at once, so that one long value does not vanish for another."""
    kept = max(len(value) - excess, len(value) // 2, 1)
    return value[: kept - 1].rstrip() + ELLIPSIS


def _header(
    template: MessageTemplate, places: Sequence[Placeholder], texts: Values, tenant: Tenant
) -> tuple[Parameter, ...] | File | Location:
    given = next((slot for slot in places if slot.key == "header"), None)
    if given is None:
        return _parameters(template, places, texts, "header")
    if given.part == "location":
        return _location(texts["header"], tenant)
    name = texts["header"].rpartition("/")[2].partition("?")[0] if given.name == "document" else ""
    return File(given.name, link=texts["header"].strip(), filename=name)


def _location(text: str, tenant: Tenant) -> Location:
    place = read_place(text)
    if place is None:
        raise MappingProblem("variable_without_value", {"variable": "header", "field": text})
    return Location(*place, name=tenant.name, address=tenant.address_line)


def _parameters(
    template: MessageTemplate, places: Sequence[Placeholder], texts: Values, part: str
) -> tuple[Parameter, ...]:
    named = template.parameter_format == "NAMED"
    return tuple(Parameter(texts[slot.key], slot.name if named else "") for slot in places if slot.part == part)


def _buttons(
    template: MessageTemplate, places: Sequence[Placeholder], texts: Values, payloads: Sequence[str]
) -> tuple[ButtonParameter, ...]:
    """A template with fewer quick replies than payloads leaves the last ones out.

    Meta takes the variable end of an address; a whole link that begins as the template's does is cut to it.
    """
    replies = zip(quick_reply_indexes(template.components), payloads, strict=False)
    found = [ButtonParameter(index, "quick_reply", payload) for index, payload in replies]
    for slot in places:
        if slot.part == "button":
            address = fixed_address(template.components, slot)
            found.append(ButtonParameter(slot.index, "url", texts[slot.key].removeprefix(address)))
        elif slot.part == "code":
            found.append(ButtonParameter(slot.index, "copy_code", texts[slot.key]))
    return tuple(sorted(found, key=lambda button: button.index))
