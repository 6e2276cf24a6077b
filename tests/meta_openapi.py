"""Meta's own OpenAPI of the messaging API, where its file lies beside the checkout.

The file is made by machines from documentation, and contradicts its own examples in three places, which are set right
here, each named: objects joined by ``allOf`` refuse each other's fields; a template's language asks for a ``policy``
that no example gives; the pattern of a button's index holds numbers of footnotes.
"""

import functools
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

PATH = Path(__file__).resolve().parents[2] / "shared" / "meta" / "business-messaging-api_v23.0.yaml"
MESSAGES = "/{Version}/{Phone-Number-ID}/messages"
TEMPLATES = "/{Version}/{WABA-ID}/message_templates"
NUMBER = "/{Version}/{Phone-Number-ID}"

needed = pytest.mark.skipif(not PATH.exists(), reason=f"Meta's OpenAPI is not at {PATH}: the bodies are not held to it")


@functools.cache
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(PATH.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    schemas = loaded["components"]["schemas"]
    schemas["LanguageObject"]["required"].remove("policy")
    del schemas["TemplateComponent"]["properties"]["index"]["pattern"]
    return loaded


def problems(body: Any, schema_name: str) -> list[str]:
    """Every way in which ``body`` breaks the named schema."""
    validator = Draft202012Validator(_joined({"$ref": f"#/components/schemas/{schema_name}"}))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]


def examples(path: str, method: str, status: str = "200") -> dict[str, Any]:
    """The example answers of an operation, by name."""
    content = document()["paths"][path][method]["responses"][status]["content"]["application/json"]
    return {name: example["value"] for name, example in content.get("examples", {}).items()}


def _joined(schema: Any) -> Any:
    """``schema`` with references followed and the parts of an ``allOf`` of objects made one object."""
    if isinstance(schema, list):
        return [_joined(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _joined(_at(schema["$ref"]))
    parts = [_joined(part) for part in schema.get("allOf", [])]
    if not parts:
        return {key: _joined(value) for key, value in schema.items() if key not in {"example", "examples"}}
    return {
        "type": "object",
        "required": sorted({name for part in parts for name in part.get("required", [])}),
        "properties": {name: value for part in parts for name, value in part.get("properties", {}).items()},
        "additionalProperties": all(part.get("additionalProperties", True) for part in parts),
    }


def _at(reference: str) -> Any:
    found: Any = document()
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found
