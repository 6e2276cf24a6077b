"""What a person may do to a template: which buttons when, what each asks first, and how its outcome is told."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from dashboard.buttons import Button
from templates_mgmt import drafts, writing
from templates_mgmt.models import MessageTemplate


@dataclass(frozen=True)
class Act(Button[MessageTemplate]):
    """``run(template, actor, now)`` raises NotWritten."""

    is_danger: bool = False


ACTS: dict[str, Act] = {
    act.name: act
    for act in (
        Act(
            "submit",
            _("Submit for review"),
            "send",
            _("Meta has it now and reviews it. Its state changes here by itself."),
            lambda row: bool(row.draft),
            lambda row, actor, now: writing.submit(row, actor=actor, now=now),
        ),
        Act(
            "unpause",
            _("Take up again"),
            "play_arrow",
            _("Meta lets it be sent again. Messages that waited for it go out now."),
            lambda row: row.status == "PAUSED",
            lambda row, actor, now: writing.unpause(row, actor=actor, now=now),
        ),
        Act(
            "unarchive",
            _("Take out of the archive"),
            "unarchive",
            _("It is out of the archive."),
            lambda row: row.status == "ARCHIVED",
            lambda row, actor, now: writing.unarchive(row, actor=actor, now=now),
        ),
        Act(
            "discard",
            _("Discard the change…"),
            "undo",
            _("The change is discarded. What Meta has stays as it is."),
            lambda row: bool(row.draft) and row.status != MessageTemplate.DRAFT,
            lambda row, actor, _now: drafts.discard(row, actor=actor),
            _("Discard the change that Meta does not have yet?"),
            _("The words that were written since are lost. Messages go on with those that Meta approved."),
            is_danger=True,
        ),
        Act(
            "archive",
            _("Archive…"),
            "archive",
            _("It is archived."),
            lambda row: row.status in writing.ARCHIVABLE and bool(row.template_id),
            lambda row, actor, now: writing.archive(row, actor=actor, now=now),
            _("Archive this template?"),
            _("It cannot be sent any more. Meta deletes it after 28 days, unless it is taken out before."),
            is_danger=True,
        ),
        Act(
            "delete",
            _("Delete…"),
            "delete",
            _("It is deleted."),
            lambda row: row.status not in {*MessageTemplate.GONE, "DISABLED"},
            lambda row, actor, now: writing.delete(row, actor=actor, now=now),
            _("Delete this template?"),
            _(
                "It is taken away at Meta in this language and cannot be brought back. The name of an approved one is "
                "locked for 30 days."
            ),
            is_danger=True,
        ),
    )
}


def open_for(row: MessageTemplate) -> list[Act]:
    return [act for act in ACTS.values() if act.is_open(row)]


def is_editable(row: MessageTemplate) -> bool:
    """Meta takes changes of these alone; a draft is nobody's but ours."""
    return row.status in {MessageTemplate.DRAFT, "APPROVED", "REJECTED", "PAUSED"} and row.missing_since is None
