"""Small checks on a JSON body, each raising the error that Meta answers for it."""

from typing import Any

from ..errors import GraphError


def invalid(details: str) -> GraphError:
    return GraphError(131009, details)


def absent(details: str) -> GraphError:
    return GraphError(131008, details)


def need_object(node: dict[str, Any], key: str, path: str = "") -> dict[str, Any]:
    value = _need(node, key, path)
    if not isinstance(value, dict):
        raise GraphError(100, message=f"(#100) Param {_path(path, key)} must be a JSON object.")
    return value


def need_list(node: dict[str, Any], key: str, path: str = "", *, most: int | None = None) -> list[Any]:
    """A list of at least one and at most `most` entries."""
    value = _need(node, key, path)
    if not isinstance(value, list):
        raise GraphError(100, message=f"(#100) Param {_path(path, key)} must be an array.")
    if not value or (most is not None and len(value) > most):
        raise invalid(f"{_path(path, key)} must have at least 1 and at most {most} elements, got {len(value)}")
    return value


def need_objects(node: dict[str, Any], key: str, path: str = "", *, most: int | None = None) -> list[dict[str, Any]]:
    entries = need_list(node, key, path, most=most)
    if not all(isinstance(entry, dict) for entry in entries):
        raise GraphError(100, message=f"(#100) Param {_path(path, key)} must be an array of JSON objects.")
    return entries


def need_text(node: dict[str, Any], key: str, path: str = "", *, most: int | None = None, what: str = "") -> str:
    """A text that says something, of at most `most` characters."""
    value = _need(node, key, path)
    if not isinstance(value, str):
        raise GraphError(100, message=f"(#100) Param {_path(path, key)} must be a string.")
    if not value.strip() or (most is not None and len(value) > most):
        longest = "" if most is None else f", Max length: {most}"
        raise invalid(f"{what or _path(path, key)} length invalid. Min length: 1{longest}")
    return value


def may_text(node: dict[str, Any], key: str, path: str = "", *, most: int) -> None:
    if node.get(key) is not None:
        need_text(node, key, path, most=most)


def one_of(value: Any, allowed: tuple[str, ...], path: str) -> str:
    if value not in allowed:
        raise GraphError(100, message=f'(#100) Param {path} must be one of {{{", ".join(allowed)}}} - got "{value}".')
    return str(value)


def _need(node: dict[str, Any], key: str, path: str) -> Any:
    value = node.get(key)
    if value is None:
        raise absent(f"Parameter '{_path(path, key)}' is mandatory")
    return value


def _path(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
