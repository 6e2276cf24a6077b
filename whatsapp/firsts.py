"""What a message of a customer says of how the person came to us: the input of leads and tickets."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tenants import accents, flags
from tenants.models import Tenant
from whatsapp.models import Lead, Message

QUIET_TYPES = frozenset({"reaction", "system", "edit", "revoke"})  # nobody asks for anything with these
Source = Lead.Source


@dataclass(frozen=True)
class Contacted:
    """A customer's live message, as leads and tickets see it."""

    tenant_id: Any
    number_id: int
    contact_id: int
    conversation_id: int
    at: datetime
    message_id: str
    source: str
    keyword: str = ""
    referral: Mapping[str, Any] = field(default_factory=dict)


def contacted(messages: Iterable[Message], tenants: Mapping[Any, Tenant]) -> list[Contacted]:
    """Those of ``messages`` with which a customer turns to us: not history, not our own, not a mere reaction."""
    keywords = {key: flags.resolve(tenant).lead_keywords for key, tenant in tenants.items()}
    unique = {message.pk: message for message in messages if _turns_to_us(message)}
    return [_of(message, keywords[message.tenant_id]) for message in unique.values()]


def _turns_to_us(message: Message) -> bool:
    is_live = message.direction == Message.Direction.INBOUND and message.origin == Message.Origin.CUSTOMER
    return is_live and message.type not in QUIET_TYPES and message.conversation_id is not None


def _of(message: Message, keywords: Sequence[str]) -> Contacted:
    referral = message.content.get("referral")
    referral = referral if isinstance(referral, dict) else {}
    keyword = "" if referral else _keyword(message.text, keywords)
    return Contacted(
        tenant_id=message.tenant_id,
        number_id=message.number_id,
        contact_id=message.contact_id or 0,
        conversation_id=message.conversation_id or 0,
        at=message.occurred_at,
        message_id=message.provider_message_id or "",
        source=Source.AD if referral else Source.KEYWORD if keyword else Source.DIRECT,
        keyword=keyword,
        referral=referral,
    )


def _keyword(text: str, keywords: Sequence[str]) -> str:
    """The first of the company's words that stands in the text, accents and case aside."""
    if not keywords:  # most companies have none, and every message comes by
        return ""
    folded = _fold(text)
    return next((word for word in keywords if re.search(rf"\b{re.escape(_fold(word))}\b", folded)), "")


def _fold(text: str) -> str:
    return accents.remove(text.casefold())
