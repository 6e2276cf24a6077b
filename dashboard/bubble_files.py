"""How a message's file is shown: a picture, a player, a document to download, or words where there is no file (yet)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.said import NAMES, FileOfOurs
from whatsapp.media.serving import INLINE
from whatsapp.models import Media

SIDE, STICKER = 260, 128  # pixels: the longer side of what is shown
PLAYED = {"image": "picture", "video": "video", "audio": "audio"}
GIVEN = PLAYED | {"sticker": "sticker"}


@dataclass(frozen=True)
class FileLook:
    """``kind``: picture, sticker, video, audio, document. ``problem`` says why it is not here; ``waits``: it comes."""

    kind: str
    name: str = ""
    detail: str = ""
    url: str = ""
    thumbnail: str = ""
    width: int | None = None
    height: int | None = None
    problem: str = ""
    waits: bool = False


def of_media(told: Mapping[str, Any]) -> FileLook:
    """A row of Media, its columns by name."""
    media = Media(**told)
    if not media.is_downloaded:
        return _absent(media)
    kind, (width, height) = _kind(media), _sizes(media)
    return FileLook(
        kind=kind,
        name=media.file_name or (str(NAMES[media.type]) if media.type in NAMES else media.type),
        detail=_detail(media),
        url=reverse("media_file", args=[media.pk]),
        thumbnail=reverse("media_thumbnail", args=[media.pk]) if media.has_thumbnail and kind == "picture" else "",
        width=width,
        height=height,
    )


def of_ours(file: FileOfOurs, upload: Mapping[str, Any] | None) -> FileLook:
    """A file that we sent: the copy that was kept when it was given to the provider, else its name and its link."""
    word = str(NAMES.get(file.kind, file.kind))
    if not upload:
        return FileLook("document", file.name or file.link.rpartition("/")[2] or word, word, url=file.link)
    kind = "document" if upload["mime_type"] not in INLINE else GIVEN.get(file.kind, "document")
    url = reverse("given_file", args=[upload["id"]])
    detail = " · ".join([word, filesizeformat(upload["size"])])
    return FileLook(kind, file.name or upload["file_name"] or word, detail, url=url)


def _absent(media: Media) -> FileLook:
    name = media.file_name or str(NAMES.get(media.type, media.type))
    if media.state in Media.WAITING:
        sentence = media.get_problem_display() if media.problem else _("The file is being fetched from Meta.")
        return FileLook("document", name, problem=str(sentence), waits=True)
    return FileLook("document", name, problem=str(media.get_problem_display() or media.get_state_display()))


def _kind(media: Media) -> str:
    """What it is by its own bytes, whatever was told."""
    if media.detected_type not in INLINE:
        return "document"
    if media.type == "sticker":
        return "sticker"
    return PLAYED.get(media.detected_type.partition("/")[0], "document")


def _sizes(media: Media) -> tuple[int | None, int | None]:
    """So that nothing jumps when the picture has come."""
    if not (media.width and media.height):
        return None, None
    share = min((STICKER if media.type == "sticker" else SIDE) / max(media.width, media.height), 1)
    return max(round(media.width * share), 1), max(round(media.height * share), 1)


def _detail(media: Media) -> str:
    seconds = (media.duration_ms or 0) // 1000
    parts = [
        f"{seconds // 60}:{seconds % 60:02}" if media.duration_ms else "",
        media.detected_type.rpartition("/")[2].upper() if len(media.detected_type) <= 20 else "",
        filesizeformat(media.size) if media.size else "",
        _("not the type that was told") if _is_disguised(media) else "",
    ]
    return " · ".join(filter(None, parts))


def _is_disguised(media: Media) -> bool:
    """A picture by its message that is none by its bytes."""
    return media.type in PLAYED and bool(media.detected_type) and media.detected_type not in INLINE
