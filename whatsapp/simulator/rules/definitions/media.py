"""Headers that are a file: its example is a handle of the Resumable Upload API."""

from typing import Any

from .refusal import refused, wrong_type
from .texts import said

FILES = ("IMAGE", "VIDEO", "GIF", "DOCUMENT")


def form_of(header: dict[str, Any]) -> str:
    form = header.get("format")
    if form is not None and not isinstance(form, str):
        raise wrong_type("header['format']", "a string")
    return (form or "TEXT").upper()


def check_file(header: dict[str, Any]) -> None:
    example = header.get("example")
    handles = example.get("header_handle") if isinstance(example, dict) else None
    if not isinstance(handles, list) or len(handles) != 1 or not said(handles[0]):
        raise refused("A media header needs an example: a handle of an uploaded file.", 2388047)
    if handles[0].lower().startswith(("http://", "https://")):
        raise refused("The example is no handle of an uploaded file.", 2388047)
