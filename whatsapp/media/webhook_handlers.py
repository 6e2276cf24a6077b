"""A message with a file makes a row for it, in the same transaction; nothing is fetched here."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from tenants import rows
from whatsapp import bell, history
from whatsapp.dispatch import Incoming, handles
from whatsapp.events import HistoryChunk, MessageEchoed, MessageReceived
from whatsapp.media.queue import DOWNLOAD_TASK
from whatsapp.models.media import ID_LIFE, Media
from whatsapp.providers.values import mapping, text

URL_LIFE = timedelta(minutes=5)


@handles(MessageReceived)
@handles(MessageEchoed)
def record_media(batch: Sequence[Incoming[Any]], _now: datetime) -> None:
    """For every kind of event with ``type``, ``content`` and ``at``, whose core handler made a message.

    A file that comes later for a message that is known (history) finds its message by the wamid, as any repetition
    does; the row of a message and media id is made once.
    """
    files = {(row.message_id, row.provider_media_id): row for row in _rows(batch)}
    if files:
        rows.insert_ignoring([files[key] for key in sorted(files)])
        transaction.on_commit(lambda: bell.ring(DOWNLOAD_TASK))


@handles(HistoryChunk)
def record_media_of_history(batch: Sequence[Incoming[HistoryChunk]], now: datetime) -> None:
    """The files that a phone app shares of its last 14 days, each in a body after that of its message."""
    record_media(history.messages_of(batch), now)


def _rows(batch: Sequence[Incoming[Any]]) -> Iterable[Media]:
    for incoming in batch:
        told = mapping(incoming.event.content.get(incoming.event.type))
        if incoming.message is not None and text(told.get("id")) and text(told.get("mime_type")):
            yield _row(incoming, told)


def _row(incoming: Incoming[Any], told: Mapping[str, Any]) -> Media:
    """What is told is kept as it came, cut to its column. Both clocks of Meta's begin when the event came."""
    assert incoming.message is not None  # noqa: S101 - for the type checker
    url = text(told.get("url"))
    at = min(incoming.event.at, incoming.row.received_at)
    return Media(
        tenant=incoming.tenant,
        number=incoming.number,
        message=incoming.message,
        lane=incoming.row.lane,
        provider_media_id=text(told["id"], 100),
        type=incoming.event.type,
        file_name=text(told.get("filename"), 240),
        caption=text(told.get("caption")),
        voice=told.get("voice") is True,
        animated=told.get("animated") is True,
        mime_type=text(told.get("mime_type"), 200),
        sha256_told=text(told.get("sha256"), 100),
        url=url,
        url_expires_at=at + URL_LIFE if url else None,
        expires_at=incoming.row.received_at + ID_LIFE,
        due_at=incoming.row.received_at,
    )
