"""What events do to this app's own rows: the core handlers, which run before every subscriber."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from whatsapp import address_book, history, messages, notices, reactions, revisions, statuses
from whatsapp.dispatch import Incoming, core, ignore_on_purpose
from whatsapp.events import (
    AccountAlerted,
    AccountNoticed,
    AccountReviewed,
    AccountSettingsChanged,
    AccountUpdated,
    AutomaticEventTold,
    CallChanged,
    CapabilityChanged,
    ContactSynced,
    FlowChanged,
    GroupChanged,
    HistoryChunk,
    IdentityChanged,
    LinkClicked,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
    MessageRevoked,
    NumberNameDecided,
    NumberQualityChanged,
    PaymentChanged,
    PlatformReported,
    ReactionChanged,
    SecurityChanged,
    SolutionChanged,
    StatusChanged,
    UsernameChanged,
)

Noticed = (
    *(AccountUpdated, AccountAlerted, AccountReviewed, AccountSettingsChanged, CapabilityChanged),
    *(NumberNameDecided, NumberQualityChanged, SecurityChanged),
)

# Kept and shown, without consequence: what follows from them is for a later version, or for nobody.
ignore_on_purpose(CallChanged, _("Calls are kept; this version does not take any."))
ignore_on_purpose(GroupChanged, _("Changes of groups are kept; groups are not managed here."))
ignore_on_purpose(FlowChanged, _("Changes of Flows are kept; Flows are managed at Meta."))
ignore_on_purpose(PaymentChanged, _("Payments are kept; they are settled by their own provider."))
ignore_on_purpose(SolutionChanged, _("Changes of partner solutions are kept; they are managed at Meta."))
ignore_on_purpose(AutomaticEventTold, _("Leads and purchases that Meta recognises are kept."))
ignore_on_purpose(LinkClicked, _("Clicks on links of marketing messages are kept."))
ignore_on_purpose(UsernameChanged, _("Changes of the business's username are kept."))
ignore_on_purpose(PlatformReported, _("Errors of the platform that belong to no message are kept and counted."))


@core(StatusChanged)
def record_statuses(batch: Sequence[Incoming[StatusChanged]], now: datetime) -> None:
    statuses.apply(batch, now)


@core(MessageReceived, MessageEchoed)
def record_messages(batch: Sequence[messages.Told], _now: datetime) -> None:
    messages.record(batch)


@core(ReactionChanged)
def record_reactions(batch: Sequence[Incoming[ReactionChanged]], _now: datetime) -> None:
    reactions.record(batch)


@core(MessageEdited, MessageRevoked)
def record_revisions(batch: Sequence[revisions.Change], now: datetime) -> None:
    revisions.record(batch, now)


@core(IdentityChanged)
def record_identities(batch: Sequence[Incoming[IdentityChanged]], _now: datetime) -> None:
    messages.record(history.notices_of(batch))


@core(HistoryChunk)
def record_history(batch: Sequence[Incoming[HistoryChunk]], now: datetime) -> None:
    history.record(batch, now)


@core(ContactSynced)
def record_contacts(batch: Sequence[Incoming[ContactSynced]], _now: datetime) -> None:
    address_book.record(batch)


@core(*Noticed)
def record_notices(batch: Sequence[Incoming[AccountNoticed]], now: datetime) -> None:
    notices.record(batch, now)
