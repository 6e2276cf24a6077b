"""A template as the Graph API gives it back: with addresses of its examples, and its one-time codes in Meta's words."""

from typing import Any

from ..rows import one_time, template_acts
from ..rows.templates import Template
from ..store import Store

ADDRESS = "https://scontent.whatsapp.net/v/t61.29466-34/{id}_n.bin"


def fields(store: Store, template: Template) -> dict[str, Any]:
    """Every field that can be asked of a template."""
    known = template_acts.facts_of(store, template.id)
    return {
        "id": template.id,
        "name": template.name,
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "sub_category": None,
        "previous_category": None,
        "correct_category": None,
        "parameter_format": template.parameter_format,
        "components": components(template),
        "quality_score": {"score": known.quality or "UNKNOWN", "date": int(template.updated_at)},
        "rejected_reason": known.rejected_reason or "NONE",
        "message_send_ttl_seconds": known.ttl,
        "library_template_name": None,
        "last_updated_time": int(template.updated_at),
        "health_status": {
            "can_send_message": "AVAILABLE" if template.status == "APPROVED" else "BLOCKED",
            "entities": [],
        },
    }


def components(template: Template) -> list[dict[str, Any]]:
    if one_time.is_carrier(template):
        return one_time.components(template)
    return [_shown(part, template.id) for part in template.components]


def _shown(part: dict[str, Any], identifier: str) -> dict[str, Any]:
    """Meta's words in capitals; an address in place of an uploaded example's handle."""
    shown = part | {key: part[key].upper() for key in ("type", "format") if isinstance(part.get(key), str)}
    if (part.get("example") or {}).get("header_handle"):
        shown["example"] = {"header_handle": [ADDRESS.format(id=identifier)]}
    if "buttons" in part:
        shown["buttons"] = [button | {"type": str(button["type"]).upper()} for button in part["buttons"]]
    if "cards" in part:
        cards = [[_shown(one, identifier) for one in card["components"]] for card in part["cards"]]
        shown["cards"] = [{"components": one} for one in cards]
    return shown
