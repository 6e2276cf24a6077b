"""What was said with two contacts who are two again (tenants.unmerging): each gets its own conversations.

A webhook's own user id tells best who wrote, else the address of the message. What hangs on a message goes with it.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tenants.models import Consent, Identity
from tenants.unmerging import Parted, parts
from whatsapp import conversations, tickets, window
from whatsapp.events.messages import OPENING_TYPES
from whatsapp.models import Conversation, Lead, Message, Reaction

Kind = Identity.Kind

# Messages whose conversation is another contact's go to their own contact's with the same number.
HOME_SQL = """
UPDATE {message} AS m SET conversation_id = home.id
  FROM {conversation} AS astray, {conversation} AS home
 WHERE m.contact_id = ANY(%s) AND astray.id = m.conversation_id AND astray.contact_id <> m.contact_id
   AND home.number_id = astray.number_id AND home.contact_id = m.contact_id
"""


@parts
def part_conversations(parted: Parted) -> None:
    _part_names(parted)
    parted.told["messages"] += _theirs(parted, _since(parted)).update(contact=parted.back)
    touched = _go_home(parted) | _joined(parted)
    _part_reactions(parted)
    _part_leads(parted)
    _part_consents(parted)
    _work_out(parted, touched)


def _since(parted: Parted) -> QuerySet[Message]:
    return Message.objects.filter(contact=parted.kept, created_at__gte=parted.record.created_at)


def _part_names(parted: Parted) -> None:
    """Ids that were learned since go with the phone or user id that a webhook named beside them."""
    learned = Identity.objects.filter(contact=parted.kept, created_at__gte=parted.record.created_at)
    for row in learned.order_by("pk"):
        beside = _since(parted).filter(event__payload__contains=f'"{row.value}"')
        if parted.is_of_back(row.value) or (row.kind != Kind.WA_ID and _theirs(parted, beside).exists()):
            Identity.objects.filter(pk=row.pk).update(contact=parted.back)
            parted.names |= {row.match_key} if row.kind != Kind.USERNAME else set()


def _theirs(parted: Parted, rows: QuerySet[Message]) -> QuerySet[Message]:
    """Those of ``rows`` that are the other contact's."""
    addresses = [
        each for each in rows.order_by().values_list("address", flat=True).distinct() if parted.is_of_back(each)
    ]
    named = _named(parted.back.identities.filter(kind=Kind.USER_ID))
    others = _named(parted.kept.identities.filter(kind=Kind.USER_ID, created_at__lt=parted.record.created_at))
    mine = Q(address__in=addresses) | named if named else Q(address__in=addresses)
    rows = rows.exclude(others & Q(event__isnull=False)) if others else rows
    return Message.objects.filter(pk__in=rows.filter(mine).order_by().values("pk"))


def _named(ids: Iterable[Identity]) -> Q:
    """Messages whose webhook names one of ``ids``."""
    named = Q()
    for row in ids:
        named |= Q(event__payload__contains=f'"{row.value}"')
    return named


def _go_home(parted: Parted) -> set[int]:
    """Every message into a conversation of its own contact; the conversations that this touches."""
    both = {parted.kept.pk: parted.kept, parted.back.pk: parted.back}
    astray = Message.objects.filter(contact__in=both, conversation__isnull=False)
    astray = astray.exclude(conversation__contact=F("contact")).order_by()
    pairs = set(astray.values_list("conversation", "conversation__number", "contact").distinct())
    numbers = {row.number_id: row.number for row in _threads({each for each, *_ in pairs}).select_related("number")}
    homes = conversations.open_many((numbers[number], both[contact]) for _from, number, contact in sorted(pairs))
    with connection.cursor() as cursor:
        sql = HOME_SQL.format(message=Message._meta.db_table, conversation=Conversation._meta.db_table)
        cursor.execute(sql, [list(both)])
    return {each for each, *_ in pairs} | {row.pk for row in homes.values()}


def _joined(parted: Parted) -> set[int]:
    """Conversations that were joined by the merge."""
    if parted.again:
        return set()
    label = Conversation._meta.label_lower
    return {int(copy["pk"]) for copy in parted.record.copies if copy["model"] == label}


def _part_reactions(parted: Parted) -> None:
    """With the message that they are about."""
    about = Message.objects.filter(
        contact=parted.back, number=OuterRef("number"), provider_message_id=OuterRef("target_id")
    )
    twins = Reaction.objects.filter(contact=parted.back, number=OuterRef("number"), target_id=OuterRef("target_id"))
    rows = Reaction.objects.filter(Exists(about), ~Exists(twins), contact=parted.kept)
    rows.update(contact=parted.back)


def _part_leads(parted: Parted) -> None:
    """With the message that made them."""
    first = Message.objects.filter(
        contact=parted.back, number=OuterRef("number"), provider_message_id=OuterRef("first_message_id")
    )
    twins = Lead.objects.filter(contact=parted.back, number=OuterRef("number"))
    made = Lead.objects.filter(contact=parted.kept, created_at__gte=parted.record.created_at)
    made.filter(Exists(first), ~Exists(twins)).update(contact=parted.back)


def _part_consents(parted: Parted) -> None:
    """With the message that proves them; a refusal of which that cannot be told binds both."""
    since = Consent.objects.filter(contact=parted.kept, created_at__gte=parted.record.created_at)
    proof = Message.objects.filter(tenant=parted.record.tenant_id, provider_message_id=OuterRef("proof"))
    since.filter(Exists(proof.filter(contact=parted.back))).update(contact=parted.back)
    refused = since.filter(~Exists(proof), decision=Consent.Decision.OPT_OUT)
    if not parted.again:
        for word in refused:
            word.pk, word.contact = None, parted.back
            parted.told["refusals"] += len(Consent.objects.bulk_create([word], ignore_conflicts=True))


def _work_out(parted: Parted, touched: set[int]) -> None:
    """What a conversation says of its messages: times, window, tickets."""
    for thread in _threads(touched).select_related("window_message", "tenant__automation").order_by("pk"):
        said = Message.objects.filter(conversation=thread)
        heard = said.filter(direction=Message.Direction.INBOUND, origin=Message.Origin.CUSTOMER)
        thread.last_message_at = _newest(said)
        thread.last_inbound_at = _newest(heard)
        thread.save(update_fields=["last_message_at", "last_inbound_at"])
        _open_window(parted, thread, heard.filter(type__in=OPENING_TYPES, clock_doubtful=False))
        tickets.work_out(thread, parted.now)


def _open_window(parted: Parted, thread: Conversation, openers: QuerySet[Message]) -> None:
    """The other contact's moves forward; the kept one's is worked out anew where the other opened it."""
    is_foreign = thread.window_message is not None and thread.window_message.conversation_id != thread.pk
    if is_foreign:
        window.forget(thread)
    if is_foreign or thread.contact_id == parted.back.pk:
        window.open_with(openers.order_by("-occurred_at", "-provider_message_id")[:1])


def _newest(rows: QuerySet[Message]) -> datetime | None:
    return rows.order_by("-occurred_at").values_list("occurred_at", flat=True).first()


def _threads(ids: Iterable[int]) -> QuerySet[Conversation]:
    return Conversation.objects.filter(pk__in=ids)
