"""Help by problem: what a person sees, what is probably behind it, and what to do, in that order."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Step:
    """One thing to do; ``url`` is the name of the page where it is done."""

    text: str | Promise
    url: str = ""


@dataclass(frozen=True)
class Topic:
    """``name`` is its anchor on the page."""

    name: str
    title: str | Promise
    behind: str | Promise
    steps: tuple[Step, ...]


TOPICS = (
    Topic(
        "not-sent",
        _("A message did not go out"),
        _("It still waits, or it ended as “not sent”: the reason stands in its row, with who must act."),
        (
            Step(
                _("Open the message and read its reason; “Why did it not arrive?” tells all that holds it."), "messages"
            ),
            Step(_("If the window of 24 hours is closed, free text is not allowed: send an approved template.")),
            Step(_("If the number is not connected, everything waits for it and nothing is lost."), "connections"),
            Step(_("If the mode is not “enabled”, nothing goes by itself: a manager sees it in Settings.")),
        ),
    ),
    Topic(
        "not-delivered",
        _("It was sent, and the customer got nothing"),
        _("Sent is Meta's word that it took the message. Delivered comes when the phone was reached."),
        (
            Step(
                _("A phone that is off or without network gets it later: wait, and look at the timeline."), "messages"
            ),
            Step(_("If it failed, the row says why in words; Meta's code is the small number beside it."), "messages"),
            Step(_("Do not send it again while it says “confirming”: the customer might get it twice.")),
            Step(_("A customer who blocked the company or has no WhatsApp is reached by telephone only.")),
        ),
    ),
    Topic(
        "nothing-received",
        _("Customers write, and nothing appears here"),
        _("WhatsApp tells everything by webhooks. If none comes, the subscription or the address at Meta differs."),
        (
            Step(_("Look when the last webhook came, and check the connection."), "connections"),
            Step(
                _("If something differs at Meta, the connection's page names it and mends what can be mended."),
                "connections",
            ),
            Step(
                _("If events come but failed, they are kept: they are processed again once the cause is mended."),
                "events",
            ),
        ),
    ),
    Topic(
        "access-lost",
        _("The access to Meta expired or was taken away"),
        _("Without a valid token nothing leaves through the number. Its messages wait."),
        (
            Step(_("Open the connection and reconnect it, or put in a new token."), "connections"),
            Step(
                _("Check it afterwards: what waited goes out by itself, unless it is too late for it."), "connections"
            ),
        ),
    ),
    Topic(
        "template",
        _("A template is paused, rejected or missing"),
        _("Outside the window only approved templates are allowed. Meta pauses those that customers complain about."),
        (
            Step(
                _("The message's reason names the template. What can wait, waits until it is allowed again."),
                "messages",
            ),
            Step(_("A manager corrects the template, or maps the notice to another approved one.")),
        ),
    ),
    Topic(
        "quality",
        _("The number's quality fell, or the limit is reached"),
        _("Meta counts blocks and complaints, and how many people are written to outside windows in 24 hours."),
        (
            Step(_("Look at the number's quality and limit."), "connections"),
            Step(_("Send less marketing for some days, and only to people who asked for it.")),
            Step(_("What is above the limit waits by itself and goes when there is room again.")),
        ),
    ),
    Topic(
        "opted-out",
        _("A customer says that they get no messages any more"),
        _("Whoever writes SAIR, PARAR or STOP gets nothing until they write VOLTAR."),
        (
            Step(_("The message's reason says since when and how."), "messages"),
            Step(_("Ask the customer to write VOLTAR.")),
        ),
    ),
    Topic(
        "stop-all",
        _("Something wrong is going out: stop everything"),
        _("The kill switch holds all messages of the company at once. They wait; nothing is lost."),
        (
            Step(_("A manager presses it in Settings, with the reason.")),
            Step(_("Discard what must not go: filter the queue, choose all, discard with a reason."), "messages"),
            Step(_("Turn sending on again when it is mended.")),
        ),
    ),
)
