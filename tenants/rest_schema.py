"""What the API's description says of every operation alike: the key it needs, and the form of its errors."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

PREFIX = "/api/v1/"
ERROR = {
    "type": "object",
    "description": "Every error has this form; a 400 names at least one field.",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "fields": {"type": "object", "additionalProperties": {"type": "string"}},
            },
            "required": ["code", "message", "fields"],
        }
    },
    "required": ["error"],
}
CONTENT = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
EVERYWHERE = {"400": "Something in the request is wrong.", "401": "No valid key."}
OF_ONE_ROW = {"404": "There is no such row (another company's neither)."}
OF_A_CHANGE = {
    "409": "The row's state, or an earlier request, does not allow it.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
}


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = "tenants.rest.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "X-API-Key"}


def add_errors(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A hook of drf-spectacular: every operation of version 1 lists its errors."""
    result.setdefault("components", {}).setdefault("schemas", {})["Error"] = ERROR
    for path, operations in result["paths"].items():
        if path.startswith(PREFIX):
            for method, operation in operations.items():
                operation["responses"] |= _errors_of(path, method)
    return result


def _errors_of(path: str, method: str) -> dict[str, Any]:
    found = EVERYWHERE | (OF_ONE_ROW if "{" in path else {}) | (OF_A_CHANGE if method != "get" else {})
    return {code: {"description": text, "content": CONTENT} for code, text in found.items()}
