"""Templates as files: one JSON file each, a creation payload of Meta's, so that a company's set can go to another."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from templates_mgmt import drafts, rules, wording, writing
from templates_mgmt.models import MessageTemplate
from templates_mgmt.refusals import NotWritten
from tenants.models import WhatsAppAccount

SUFFIX = ".json"
LARGEST = 1024 * 1024  # bytes


@dataclass(frozen=True)
class Outcome:
    """What became of one file. ``problems`` maps a field's path to its sentence; ``status`` is Meta's, of a sent one.

    ``outcome`` is created, changed, same (as it is already), refused, or what it would be in a rehearsal.
    """

    file: str
    name: str
    language: str
    outcome: str
    status: str = ""
    problems: dict[str, str] | None = None


def export(account: WhatsAppAccount, folder: Path, status: str = "") -> list[Path]:
    """Writes a file ``name.language.json`` for each template of the account (of one ``status``, if named)."""
    rows = account.templates.exclude(status__in=MessageTemplate.GONE).order_by("name", "language")
    rows = rows.filter(status=status) if status else rows
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(folder, row) for row in rows if row.components]


def _write(folder: Path, row: MessageTemplate) -> Path:
    path = folder / f"{row.name[:150]}.{row.language}{SUFFIX}"
    path.write_text(json.dumps(wording.payload_of(row), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def bring(
    account: WhatsAppAccount, paths: list[Path], *, submit: bool, rehearse: bool, now: datetime
) -> Iterator[Outcome]:
    """Reads each file into the account, as a draft or (``submit``) to Meta; with ``rehearse`` it only judges them.

    One that is refused stops no other.
    """
    for path in paths:
        payload, problem = _read(path)
        if problem:
            yield Outcome(path.name, "", "", "refused", problems={"file": problem})
            continue
        yield _bring_one(account, path.name, payload, submit=submit, rehearse=rehearse, now=now)


def _read(path: Path) -> tuple[dict[str, Any], str]:
    """The payload in a file, or why there is none."""
    try:
        if path.stat().st_size > LARGEST:
            return {}, _("The file is larger than %(limit)d bytes.") % {"limit": LARGEST}
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        return {}, _("The file cannot be read: %(error)s") % {"error": error}
    return (told, "") if isinstance(told, dict) else ({}, _("The file holds no template."))


def _bring_one(
    account: WhatsAppAccount, file: str, payload: dict[str, Any], *, submit: bool, rehearse: bool, now: datetime
) -> Outcome:
    told = drafts.cleaned(payload)
    known = account.templates.filter(name=str(told.get("name")), language=str(told.get("language"))).first()
    named = (file, str(told.get("name", "")), str(told.get("language", "")))
    if problems := rules.check(told):
        return Outcome(*named, "refused", problems=_told(problems))
    if known and known.status not in {*MessageTemplate.GONE, MessageTemplate.DRAFT} and _is_as(known, told):
        return Outcome(*named, "same", known.status)
    outcome = "created" if known is None or known.status in MessageTemplate.GONE else "changed"
    if rehearse:
        return Outcome(*named, outcome)
    try:
        return Outcome(*named, outcome, _keep(account, known, told, submit=submit, now=now).status)
    except NotWritten as refused:
        return Outcome(*named, "refused", problems=_told(refused.problems))


def _keep(
    account: WhatsAppAccount, known: MessageTemplate | None, told: dict[str, Any], *, submit: bool, now: datetime
) -> MessageTemplate:
    if known is None or known.status in {*MessageTemplate.GONE, MessageTemplate.DRAFT}:
        return writing.write(account, told, submit=submit, now=now)
    return writing.rewrite(known, told, revision=known.revision, submit=submit, now=now)


def _is_as(known: MessageTemplate, told: dict[str, Any]) -> bool:
    return known.category == told["category"] and wording.same_words(known.components, told["components"])


def _told(problems: list[rules.Problem]) -> dict[str, str]:
    return {problem.field: problem.sentence for problem in problems}
