"""What Meta refuses of a new template, before any review."""

import re
from typing import Any

from ..errors import GraphError
from ..rows.templates import variables

NAME = re.compile(r"^[a-z0-9_]{1,512}$")
LANGUAGE = re.compile(r"^[a-z]{2,3}(_[A-Z]{2,3})?$")
CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION")
BUTTON_TEXT = 25
MOST = {"URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1}


def check(definition: dict[str, Any]) -> None:
    if not NAME.match(str(definition.get("name", ""))):
        raise _refused("Name can only contain lowercase alphanumeric characters and underscores", 2388001)
    if not LANGUAGE.match(str(definition.get("language", ""))):
        raise GraphError(100, message="(#100) Param language must be a supported locale.")
    if str(definition.get("category", "")).upper() not in CATEGORIES:
        raise GraphError(100, message=f"(#100) Param category must be one of {{{', '.join(CATEGORIES)}}}.")
    components = definition.get("components")
    if not isinstance(components, list) or not all(isinstance(part, dict) for part in components):
        raise GraphError(100, message="(#100) The parameter components is required.")
    _check_components(definition, {str(part.get("type", "")).upper(): part for part in components})


def duplicate() -> GraphError:
    return _refused("There is already content in this language for this template.", 2388024)


def _refused(reason: str, subcode: int) -> GraphError:
    return GraphError(
        100,
        message="Invalid parameter",
        subcode=subcode,
        extra={"error_user_title": "Message template could not be created", "error_user_msg": reason},
    )


def _check_components(definition: dict[str, Any], parts: dict[str, dict[str, Any]]) -> None:
    if "BODY" not in parts:
        raise _refused("A template needs a body.", 2388047)
    if str(definition["category"]).upper() == "AUTHENTICATION":
        return  # its texts are fixed by Meta
    header = parts.get("HEADER", {})
    if str(header.get("format", "TEXT")).upper() == "TEXT":
        _check_text(header, "header_text", most=60, most_variables=1, subcode=2388047)
    _check_text(parts["BODY"], "body_text", most=1024, most_variables=100, subcode=2388072)
    _check_text(parts.get("FOOTER", {}), "", most=60, most_variables=0, subcode=2388073)
    if text := parts["BODY"].get("text", "").strip():
        if text.startswith("{{") or text.endswith("}}"):
            raise _refused("Variables can't be at the start or end of the template.", 2388299)
    else:
        raise _refused("The body has no text.", 2388072)
    _check_buttons(parts.get("BUTTONS", {}).get("buttons") or [])


def _check_text(part: dict[str, Any], example: str, *, most: int, most_variables: int, subcode: int) -> None:
    text = part.get("text", "")
    names = variables(text)
    if len(text) > most:
        raise _refused(f"The text is limited to {most} characters.", 2388040)
    if len(names) > most_variables:
        raise _refused(f"At most {most_variables} variables are allowed here.", subcode)
    if names and len(_examples(part, example)) < len(names):
        raise _refused("Examples are needed for every variable.", subcode)


def _examples(part: dict[str, Any], key: str) -> list[Any]:
    example = part.get("example") or {}
    given = example.get(f"{key}_named_params") or example.get(key) or []
    return list(given[0]) if given and isinstance(given[0], list) else list(given)


def _check_buttons(buttons: list[dict[str, Any]]) -> None:
    kinds = [str(button.get("type", "")).upper() for button in buttons]
    if len(buttons) > 10 or any(kinds.count(kind) > most for kind, most in MOST.items()):
        raise _refused("Too many buttons.", 2388040)
    for button in buttons:
        if len(str(button.get("text", ""))) > BUTTON_TEXT:
            raise _refused(f"A button's text is limited to {BUTTON_TEXT} characters.", 2388040)
    quick = "".join("q" if kind == "QUICK_REPLY" else "o" for kind in kinds)
    if "qo" in quick and "oq" in quick:
        raise _refused("Quick replies must stand together.", 2388039)
