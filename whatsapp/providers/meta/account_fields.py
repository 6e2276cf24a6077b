"""Fields of Meta's webhooks that speak of an account, a number or a template."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from whatsapp.events import (
    AccountAlerted,
    AccountNoticed,
    AccountReviewed,
    AccountSettingsChanged,
    AccountUpdated,
    CapabilityChanged,
    Event,
    Kept,
    NotUnderstood,
    NumberNameDecided,
    NumberQualityChanged,
    PreferenceChanged,
    SecurityChanged,
    TemplateCategoryChanged,
    TemplateComponentsChanged,
    TemplateQualityChanged,
    TemplateStatusChanged,
)
from whatsapp.providers.meta.reading import Payload, contact_of, data_of, entry_time, sender
from whatsapp.providers.values import effective_time, integer, mapping, objects, storable, text

Parse = Callable[[Payload, datetime], Event | NotUnderstood]

LIMIT_NAMES = ("max_daily_conversations_per_business", "max_daily_conversation_per_phone")
TIERS = {250: "TIER_250", 1000: "TIER_1K", 2000: "TIER_2K", 10_000: "TIER_10K", 100_000: "TIER_100K"}
UNLIMITED = "TIER_UNLIMITED"


def noticed(event_class: type[AccountNoticed], word: str, number: str = "display_phone_number") -> Parse:
    """A parser of an account-level value whose meaning is in ``word`` and whose number, if any, in ``number``."""

    def parse(payload: Payload, received_at: datetime) -> AccountNoticed | NotUnderstood:
        data = data_of(payload)
        told = text(data.get(word), 60)
        if not told:
            return NotUnderstood("broken")
        return event_class(
            field=text(payload.get("field"), 60),
            word=told.upper(),
            at=entry_time(payload, received_at),
            display_phone_number=text(data.get(number), 30),
            detail=storable({name: part for name, part in data.items() if name != word}),
        )

    return parse


def alerted(payload: Payload, received_at: datetime) -> AccountAlerted | NotUnderstood:
    data = data_of(payload)
    alert = mapping(data.get("alert_info"))
    word = text(alert.get("alert_type"), 60)
    if not word:
        return NotUnderstood("broken")
    is_number = data.get("entity_type") == "PHONE_NUMBER"
    number_id = text(data.get("entity_id"), 40) if is_number else ""
    return AccountAlerted("account_alerts", word, entry_time(payload, received_at), number_id, detail=storable(data))


def settings_changed(payload: Payload, received_at: datetime) -> AccountSettingsChanged | NotUnderstood:
    data = data_of(payload)
    word = text(data.get("type"), 60)
    settings = mapping(data.get("phone_number_settings"))
    at = effective_time(data.get("timestamp") or payload.get("entry_time"), received_at)[0]
    if not word:
        return NotUnderstood("broken")
    number_id = text(settings.get("phone_number_id"), 40)
    return AccountSettingsChanged("account_settings_update", word, at, number_id, detail=storable(settings))


def capability_changed(payload: Payload, received_at: datetime) -> CapabilityChanged:
    data = data_of(payload)
    limit = next((found for name in LIMIT_NAMES if (found := tier(data.get(name)))), "")
    at = entry_time(payload, received_at)
    return CapabilityChanged("business_capability_update", limit, at, detail=storable(data))


def tier(value: Any) -> str:
    """A messaging limit as the API spells it, from a count, ``UNLIMITED``, -1 or the tier itself; empty if none."""
    word = text(value, 20).upper()
    if word in {"UNLIMITED", "-1", UNLIMITED}:
        return UNLIMITED
    if word.startswith("TIER_"):
        return word
    count = integer(word)
    return TIERS.get(count, f"TIER_{count}" if count > 0 else "")


def template(payload: Payload, received_at: datetime) -> Event | NotUnderstood:
    """Any field of templates: the documentation prints some of their values under another's name."""
    data = data_of(payload)
    name = text(data.get("message_template_name"), 512)
    if not name:
        return NotUnderstood("broken")
    about = {
        "template_id": text(data.get("message_template_id"), 40),
        "name": name,
        "language": text(data.get("message_template_language"), 15).replace("-", "_"),
        "at": entry_time(payload, received_at),
    }
    parts = ("event", "new_quality_score", "new_category", "message_template_element")
    told = next((part for part in parts if data.get(part)), "")
    return TEMPLATE_PARTS[told](data, about) if told else NotUnderstood("unknown_value")


def _template_status(data: Mapping[str, Any], about: dict[str, Any]) -> TemplateStatusChanged:
    reason = text(data.get("reason"), 200)
    return TemplateStatusChanged(
        **about,
        status=text(data.get("event"), 30).upper(),
        reason="" if reason == "NONE" else reason,
        category=text(data.get("message_template_category"), 20).upper(),
    )


def _template_quality(data: Mapping[str, Any], about: dict[str, Any]) -> TemplateQualityChanged:
    return TemplateQualityChanged(**about, score=text(data.get("new_quality_score"), 10).upper())


def _template_category(data: Mapping[str, Any], about: dict[str, Any]) -> TemplateCategoryChanged:
    when = data.get("category_update_timestamp")
    return TemplateCategoryChanged(
        **about,
        category=text(data.get("new_category"), 20).upper(),
        correct_category=text(data.get("correct_category"), 20).upper(),
        effective_at=_future(when, about["at"]),
    )


def _future(raw: Any, at: datetime) -> datetime | None:
    """An announced time, which is later than its announcement."""
    told = integer(raw)
    return datetime.fromtimestamp(told, tz=at.tzinfo) if told > 0 else None


def _template_components(data: Mapping[str, Any], about: dict[str, Any]) -> TemplateComponentsChanged:
    texts = {"HEADER": "title", "BODY": "element", "FOOTER": "footer"}
    components: list[dict[str, Any]] = []
    for kind, part in texts.items():
        if words := text(data.get(f"message_template_{part}")):
            components.append({"type": kind, "text": words} | ({"format": "TEXT"} if kind == "HEADER" else {}))
    if buttons := [_button(button) for button in objects(data.get("message_template_buttons"))]:
        components.append({"type": "BUTTONS", "buttons": buttons})
    return TemplateComponentsChanged(**about, components=tuple(components))


def _button(button: Mapping[str, Any]) -> dict[str, str]:
    parts = ("type", "text", "url", "phone_number")
    told = {part: text(button.get(f"message_template_button_{part}")) for part in parts}
    return {part: value for part, value in told.items() if value}


TEMPLATE_PARTS: dict[str, Callable[[Mapping[str, Any], dict[str, Any]], Event]] = {
    "event": _template_status,
    "new_quality_score": _template_quality,
    "new_category": _template_category,
    "message_template_element": _template_components,
}


def preference(payload: Payload, received_at: datetime) -> PreferenceChanged | NotUnderstood:
    """An item of ``user_preferences``."""
    data = data_of(payload)
    person = sender(data, contact_of(payload))
    value, category = text(data.get("value"), 20).lower(), text(data.get("category"), 40)
    if category not in {"", "marketing_messages"} or value not in {"stop", "resume", "signup"}:
        return NotUnderstood("unknown_value")
    if not person.address:
        return NotUnderstood("broken")
    at = effective_time(data.get("timestamp"), received_at)[0]
    return PreferenceChanged(person, value, at, text(data.get("detail"), 200))


def kept(event_class: type[Kept], *names: str) -> Parse:
    """A parser of what has no consequence yet; the first of ``names`` that the data has says what it is."""

    def parse(payload: Payload, received_at: datetime) -> Kept:
        data = data_of(payload)
        raw = data.get("timestamp") or payload.get("entry_time")
        name = next((found for part in names if (found := text(data.get(part), 60))), "")
        return event_class(name, effective_time(raw, received_at)[0], storable(data))

    return parse


VALUES: dict[str, Parse] = {
    "account_update": noticed(AccountUpdated, "event", "phone_number"),
    "account_alerts": alerted,
    "account_review_update": noticed(AccountReviewed, "decision"),
    "account_settings_update": settings_changed,
    "business_capability_update": capability_changed,
    "phone_number_name_update": noticed(NumberNameDecided, "decision"),
    "phone_number_quality_update": noticed(NumberQualityChanged, "event"),
    "security": noticed(SecurityChanged, "event"),
    "message_template_status_update": template,
    "message_template_quality_update": template,
    "message_template_components_update": template,
    "template_category_update": template,
    "template_correct_category_detection": template,
}
