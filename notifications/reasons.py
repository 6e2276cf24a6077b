"""Why a message waits, was not sent or failed: a sentence, who must act, and what to do next, for every code.

Codes come from notifications.gates, kinds, actions, appointments and retry; what Meta's own codes mean stands in
whatsapp.providers.meta.error_codes. Times in ``detail`` are ISO 8601 and are shown in the current time zone.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from whatsapp.providers.meta import error_codes

# Who must act.
NOBODY = gettext_lazy("nobody: it goes on by itself")
OPERATOR = gettext_lazy("you, in this message")
BOOKING = gettext_lazy("you, in the booking")
MANAGER = gettext_lazy("a manager of the company")
PLATFORM = gettext_lazy("the platform's team")
DONE = gettext_lazy("nobody: this is settled")

NOTHING = gettext_lazy("Nothing to do.")
BY_HAND = gettext_lazy("If the message still matters, write to the customer by hand.")
RETRY = gettext_lazy("Try again when this is solved.")


@dataclass(frozen=True)
class Line:
    """What the table says of a code; the sentence names values of the detail as %(name)s."""

    sentence: str | Promise
    who: str | Promise
    next_step: str | Promise


@dataclass(frozen=True)
class Reason:
    """A code explained to a person; ``provider_code`` is the provider's own, where it spoke."""

    code: str
    sentence: str
    who: str
    next_step: str
    provider_code: int | None = None


def explain(code: str, detail: Mapping[str, Any] | None = None) -> Reason:
    """The reason in words; a code that nobody knows is shown as it came."""
    detail = detail or {}
    line = LINES.get(code) or Line(_("Reason: %(code)s."), PLATFORM, _("Show this code to the platform's team."))
    provider_code = detail.get("error_code")
    values = defaultdict(lambda: "?", {name: shown(value) for name, value in detail.items()}, code=code)
    sentence = str(line.sentence) % values
    if provider_code is not None:
        told = error_codes.sentence(provider_code, str(detail.get("details", "")))
        sentence = told if code == "provider_refused" else f"{sentence} {told}"
    return Reason(code, sentence, str(line.who), str(line.next_step), provider_code)


def shown(value: Any) -> Any:
    """ISO times as people read them; of a mapping (fields and their problems) its sentences."""
    if isinstance(value, Mapping):
        return " ".join(str(sentence) for sentence in value.values())
    moment = _moment(value) if isinstance(value, str) else None
    return moment or value


def _moment(value: str) -> str | None:
    try:
        at = parse_datetime(value)
    except ValueError:
        return None
    return None if at is None or at.tzinfo is None else clock(at)


def clock(at: datetime) -> str:
    """``21/11/2026 14:05`` in the current time zone and language."""
    local = timezone.localtime(at)
    return f"{date_format(local, 'SHORT_DATE_FORMAT')} {date_format(local, 'H:i')}"


HOLDS = {
    "kill_switch": Line(
        gettext_lazy("Sending is stopped: %(reason)s. This message waits and is not lost."),
        MANAGER,
        gettext_lazy("Turn sending on again when it is safe."),
    ),
    "tenant_paused": Line(
        gettext_lazy("The company is paused. Automatic messages wait."),
        MANAGER,
        gettext_lazy("Make the company active again."),
    ),
    "no_number": Line(
        gettext_lazy("No WhatsApp number is connected. This message waits."),
        MANAGER,
        gettext_lazy("Connect a number under Connections."),
    ),
    "connection_waiting": Line(
        gettext_lazy("The number %(number)s is not connected (%(state)s). This message waits and is not lost."),
        MANAGER,
        gettext_lazy("Solve the connection's problem under Connections."),
    ),
    "connection_lost": Line(
        gettext_lazy("Meta refuses access for this number. This message waits and is not lost."),
        MANAGER,
        gettext_lazy("Reconnect the number under Connections."),
    ),
    "quiet_hours": Line(gettext_lazy("It is quiet time for this kind of message until %(until)s."), NOBODY, NOTHING),
    "in_line": Line(
        gettext_lazy("In line, with %(ahead)s of the company before it. It is expected to go at %(at)s."),
        NOBODY,
        NOTHING,
    ),
    "next_in_line": Line(gettext_lazy("It is the next of the company, expected to go at %(at)s."), NOBODY, NOTHING),
    "throughput": Line(gettext_lazy("The number is sending as fast as Meta allows."), NOBODY, NOTHING),
    "slowed": Line(
        gettext_lazy("Meta's call limits are nearly used up; the number sends more slowly until there is room again."),
        NOBODY,
        NOTHING,
    ),
    "pair_rate": Line(
        gettext_lazy("Too many messages to the same person in a short time; Meta allows one in 6 seconds."),
        NOBODY,
        NOTHING,
    ),
    "portfolio_limit": Line(
        gettext_lazy(
            "The business portfolio has reached Meta's limit of people a day. This message waits until %(until)s."
        ),
        NOBODY,
        NOTHING,
    ),
    "daily_limit": Line(
        gettext_lazy("The company's limit of %(limit)s automatic messages a day is reached. It goes on at %(until)s."),
        MANAGER,
        gettext_lazy("Raise the limit in the settings if more should go."),
    ),
    "daily_limit_of_kind": Line(
        gettext_lazy("The limit of %(limit)s messages of this kind a day is reached. It goes on at %(until)s."),
        MANAGER,
        gettext_lazy("Raise the limit in the settings if more should go."),
    ),
    "daily_limit_of_customer": Line(
        gettext_lazy(
            "This customer got %(limit)s automatic messages today, the company's limit. It goes at %(until)s."
        ),
        MANAGER,
        gettext_lazy("Raise the limit in the settings if more should go."),
    ),
    "template_waiting": Line(
        gettext_lazy(
            "Meta does not let the template %(template)s be sent now (%(status)s). This message waits and goes by "
            "itself when it may."
        ),
        MANAGER,
        gettext_lazy("See why under Templates, or choose another template for this kind of message."),
    ),
    "mapping_broken": Line(
        gettext_lazy(
            "What the mapping says does not fill the template %(template)s as it is now worded at Meta. This message "
            "waits and goes by itself when that is mended."
        ),
        MANAGER,
        gettext_lazy("Open the mapping under Templates: it says which variables lack what."),
    ),
    "template_lost": Line(
        gettext_lazy(
            "Meta's list no longer names the template %(template)s. This message waits and goes by itself when it is "
            "back."
        ),
        MANAGER,
        gettext_lazy("Look for it in WhatsApp Manager, or choose another template for this kind of message."),
    ),
    "holiday": Line(gettext_lazy("It is a holiday of the company. It goes at %(until)s."), NOBODY, NOTHING),
    "provider_rate": Line(gettext_lazy("Meta asked us to slow down."), NOBODY, NOTHING),
    "retry": Line(gettext_lazy("The last attempt did not work; the next one follows by itself."), NOBODY, NOTHING),
    "internal_error": Line(
        gettext_lazy("A defect of Recado keeps this message from being prepared (%(error)s)."),
        PLATFORM,
        gettext_lazy("The platform's team finds the details in the log; the message waits."),
    ),
}
UNCERTAIN = {
    "no_answer": Line(
        gettext_lazy("Meta did not answer in time. We wait for its confirmation so as not to send twice."),
        NOBODY,
        NOTHING,
    ),
    "worker_lost": Line(
        gettext_lazy("Sending was interrupted. We wait for Meta's confirmation so as not to send twice."),
        NOBODY,
        NOTHING,
    ),
    "unconfirmed": Line(
        gettext_lazy("Meta never confirmed this message. It may have arrived or not."),
        OPERATOR,
        gettext_lazy("Ask the customer, then send again or discard it."),
    ),
}
DELIVERY = {
    "undelivered": Line(
        gettext_lazy("Meta accepted it and has not delivered it within %(hours)s hours."),
        OPERATOR,
        gettext_lazy("The phone may be off or the number out of use: ask the customer in another way."),
    ),
}
CHOICES = {
    "number_talked_with": Line(gettext_lazy("This customer already talks with it."), DONE, NOTHING),
    "number_by_weight": Line(
        gettext_lazy("The company's numbers share its customers by throughput, quality and messaging limit."),
        DONE,
        NOTHING,
    ),
    "number_handed_over": Line(
        gettext_lazy("It sends in the place of the number that was chosen before, which is in trouble."), DONE, NOTHING
    ),
    "number_without_template": Line(
        gettext_lazy("The account of the number %(number)s may not send the template %(template)s now."),
        MANAGER,
        gettext_lazy("Have the template approved in that account too, if its numbers should share in."),
    ),
    "number_full": Line(
        gettext_lazy("The portfolio of the number %(number)s has reached Meta's limit of people a day."),
        NOBODY,
        gettext_lazy("It comes back by itself as the hours pass."),
    ),
    "number_resting": Line(
        gettext_lazy("The number %(number)s rests: %(why)s"),
        NOBODY,
        gettext_lazy("It comes back by itself once its readings are good again."),
    ),
    "variant_in_turn": Line(
        gettext_lazy("The variants speak in turn until each has %(minimum)s messages to compare them by."),
        DONE,
        NOTHING,
    ),
    "variant_by_results": Line(
        gettext_lazy(
            "By results: %(answered)s of %(settled)s customers answered it, and its draw was the highest, %(percent)s."
        ),
        DONE,
        NOTHING,
    ),
    "variant_alone": Line(gettext_lazy("It alone of the variants may speak now."), DONE, NOTHING),
    "variant_off": Line(gettext_lazy("The choice is turned off: the main template speaks."), DONE, NOTHING),
    "variant_none": Line(
        gettext_lazy("No variant may speak now: the main template does, or the one in its place."), DONE, NOTHING
    ),
    "variant_counted": Line(
        gettext_lazy("%(template)s: %(answered)s of %(settled)s customers answered so far."), DONE, NOTHING
    ),
    "variant_behind": Line(
        gettext_lazy("%(template)s: %(answered)s of %(settled)s customers answered, draw %(percent)s."), DONE, NOTHING
    ),
    "variant_stopped": Line(
        gettext_lazy("%(template)s is stopped: %(opt_outs)s of %(sent)s customers opted out after it."),
        MANAGER,
        gettext_lazy("Look at its words, then bring it back or take it away."),
    ),
    "variant_not_sendable": Line(
        gettext_lazy("%(template)s cannot be sent now."),
        NOBODY,
        gettext_lazy("It comes back by itself when Meta lets it be sent."),
    ),
    "variant_badly_received": Line(
        gettext_lazy("%(template)s is left out: Meta calls its quality low, since customers block or report it."),
        NOBODY,
        gettext_lazy("It comes back by itself when Meta calls its quality better."),
    ),
    "variant_is_marketing": Line(
        gettext_lazy("%(template)s is marketing, which this customer refused."), DONE, NOTHING
    ),
}
SKIPS = {
    "person_talking": Line(
        gettext_lazy(
            "Somebody answered this customer in the phone app at %(at)s: the robot keeps still until %(until)s."
        ),
        DONE,
        BY_HAND,
    ),
    "conversation_taken": Line(
        gettext_lazy("Somebody has taken this conversation, so the robot keeps still in it."),
        DONE,
        gettext_lazy("Answer in the conversation, or hand it back to the robot."),
    ),
    "mode_disabled": Line(
        gettext_lazy("Automatic messages are turned off for this company."),
        MANAGER,
        gettext_lazy("Turn them on in the settings; what was skipped is not sent afterwards by itself."),
    ),
    "queue_disabled": Line(
        gettext_lazy("The queue of automatic messages is turned off."),
        MANAGER,
        gettext_lazy("Turn it on in the settings; what was skipped is not sent afterwards by itself."),
    ),
    "not_allowed": Line(
        gettext_lazy("This company is not yet among those allowed to send automatically."),
        PLATFORM,
        gettext_lazy("Ask the platform's team to allow it."),
    ),
    "tenant_closed": Line(gettext_lazy("The company is closed; nothing is sent for it."), DONE, NOTHING),
    "dry_run": Line(
        gettext_lazy("Dry run: the message was prepared and not sent."),
        MANAGER,
        gettext_lazy("Set the mode to enabled to send for real."),
    ),
    "opted_out": Line(
        gettext_lazy("The customer asked not to receive messages."),
        DONE,
        gettext_lazy("Write again only if the customer asks for it."),
    ),
    "contact_blocked": Line(
        gettext_lazy("This person is blocked: %(reason)s"),
        MANAGER,
        gettext_lazy("Unblock the person under Contacts if the message is to go."),
    ),
    "contact_erased": Line(gettext_lazy("This person was erased from Recado at their wish."), DONE, NOTHING),
    "too_late": Line(
        gettext_lazy("It was planned for %(scheduled_for)s and would come too late to be of use."), OPERATOR, BY_HAND
    ),
    "no_code_template": Line(
        gettext_lazy("No approved authentication template carries the code."),
        MANAGER,
        gettext_lazy("Have one approved under Templates; then ask for a new code."),
    ),
    "code_over": Line(
        gettext_lazy("This code no longer counts: it was used, a newer one took its place, or its time is over."),
        DONE,
        gettext_lazy("A new code is asked for by your own system."),
    ),
    "no_mapping": Line(
        gettext_lazy("No template is chosen for this kind of message."),
        MANAGER,
        gettext_lazy("Choose a template under Templates, then try again."),
    ),
    "template_missing": Line(
        gettext_lazy("The template chosen for this message does not exist at Meta."),
        MANAGER,
        gettext_lazy("Synchronise the templates or choose another one, then try again."),
    ),
    "template_not_approved": Line(
        gettext_lazy("The template chosen for this message cannot be used: its status is %(status)s."),
        MANAGER,
        gettext_lazy("Choose another template under Templates, then try again."),
    ),
    "variable_without_value": Line(
        gettext_lazy("The template's variable %(variable)s has no value."),
        BOOKING,
        gettext_lazy("Fill in what is missing, then try again."),
    ),
    "window_no_inbound": Line(
        gettext_lazy("The 24-hour window is closed: this customer has never written to you."),
        OPERATOR,
        gettext_lazy("Send an approved template, or write from your own phone."),
    ),
    "window_expired": Line(
        gettext_lazy("The 24-hour window is closed: the customer's last message came at %(last_inbound_at)s."),
        OPERATOR,
        gettext_lazy("Send an approved template, or write from your own phone."),
    ),
    "window_check_failed": Line(
        gettext_lazy("We could not check whether the 24-hour window is open, so nothing was sent."),
        OPERATOR,
        gettext_lazy("Try again in a moment."),
    ),
    "unknown_kind": Line(
        gettext_lazy("This version does not know the kind of message “%(kind)s”."),
        PLATFORM,
        gettext_lazy("Discard it, or show it to the platform's team."),
    ),
    "content_unreadable": Line(
        gettext_lazy("The content of this message cannot be read."),
        OPERATOR,
        gettext_lazy("Discard it and write anew."),
    ),
}
FAILURES = {
    "invalid_content": Line(
        gettext_lazy("The content does not fit Meta's limits: %(fields)s"),
        OPERATOR,
        gettext_lazy("Shorten or correct it and send it anew."),
    ),
    "provider_refused": Line(gettext_lazy("Meta refused the message."), OPERATOR, RETRY),
    "unreachable": Line(gettext_lazy("Meta could not be reached."), OPERATOR, RETRY),
    "no_thread": Line(gettext_lazy("Recado was too busy to call Meta in time."), NOBODY, NOTHING),
    "retries_exhausted": Line(
        gettext_lazy("All attempts failed."),
        OPERATOR,
        gettext_lazy("Try again later, or write to the customer by hand."),
    ),
    "other_portfolio": Line(
        gettext_lazy(
            "The customer's user id is of another business portfolio; the number %(number)s cannot write to it."
        ),
        OPERATOR,
        gettext_lazy("Write from a number of that portfolio, or to the customer's phone."),
    ),
    "marked_failed": Line(gettext_lazy("Marked as failed by a person: %(reason)s"), DONE, NOTHING),
}
CANCELS = {
    "discarded": Line(gettext_lazy("Discarded by a person: %(reason)s"), DONE, NOTHING),
    "appointment_closed": Line(gettext_lazy("The booking was cancelled or is over."), DONE, NOTHING),
    "appointment_in_past": Line(gettext_lazy("The booking's time has passed."), DONE, NOTHING),
    "appointment_changed": Line(
        gettext_lazy("The booking was changed afterwards; a newer message replaces this one."), DONE, NOTHING
    ),
    "customer_not_told_yet": Line(
        gettext_lazy("The booking was cancelled before its first notice went: the customer was never told of it."),
        OPERATOR,
        gettext_lazy("Tell the customer by hand if they know of the booking in another way."),
    ),
    "appointment_cancelled": Line(gettext_lazy("The booking was cancelled."), DONE, NOTHING),
    "reschedule_requested": Line(
        gettext_lazy("The customer asked to reschedule; reminders wait for the new time."),
        BOOKING,
        gettext_lazy("Agree on a new time and move the booking."),
    ),
    "recently_told": Line(
        gettext_lazy("The customer got the booking's notice less than 6 hours before; a reminder would be too much."),
        DONE,
        NOTHING,
    ),
    "too_close": Line(gettext_lazy("The booking was made too close to its time for a reminder."), DONE, NOTHING),
    "another_reminder": Line(gettext_lazy("Another reminder goes at the same time."), DONE, NOTHING),
}
LINES: dict[str, Line] = HOLDS | UNCERTAIN | DELIVERY | CHOICES | SKIPS | FAILURES | CANCELS
