"""Cuts a large chunk of a history into parts: what is handled in one transaction must not be thousands of messages."""

from collections.abc import Iterator
from typing import Any

from whatsapp.providers.values import mapping

PART = 250  # messages


def cut(chunk: Any) -> Iterator[Any]:
    """The chunk itself, or the same with a part of its threads each; nothing is dropped, the order stays."""
    threads = mapping(chunk).get("threads")
    if not isinstance(threads, list) or sum(len(_messages(thread)) for thread in threads) <= PART:
        yield chunk
        return
    for part in _parts(threads):
        yield chunk | {"threads": part}


def _parts(threads: list[Any]) -> Iterator[list[Any]]:
    part: list[Any] = []
    room = PART
    for thread in threads:
        for piece in _pieces(thread):
            size = len(_messages(piece))
            if part and size > room:
                yield part
                part, room = [], PART
            part.append(piece)
            room -= size
    yield part


def _pieces(thread: Any) -> Iterator[Any]:
    messages = _messages(thread)
    if len(messages) <= PART:
        yield thread
        return
    for start in range(0, len(messages), PART):
        yield thread | {"messages": messages[start : start + PART]}


def _messages(thread: Any) -> list[Any]:
    messages = mapping(thread).get("messages")
    return messages if isinstance(messages, list) else []
