"""What becomes of an accepted message: its statuses, when they come, what they cost, and the webhooks that tell."""

import random
from dataclasses import dataclass
from typing import Any

from . import errors, ids
from .outbox import Update
from .rows.accounts import Number
from .rows.customers import Customer
from .rows.messages import Accepted

JITTER = 0.25  # each delay is up to this part shorter, so that not every message ticks alike
PRICED = ("sent", "delivered")  # Meta prices `sent` and one of delivered and read


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds from acceptance to each status, at most."""

    sent: float = 0.8
    delivered: float = 2.4
    read: float = 6.0


def plan(message_type: str, at: float, delays: Delays, *, fails: bool = False) -> list[tuple[str, float]]:
    """The statuses to come and their moments. A reaction is only ever sent; a failing message only fails."""
    factor = 1 - random.random() * JITTER  # noqa: S311
    moments = [("sent", at + delays.sent * factor)]
    if fails:
        return [("failed", at + delays.sent * factor)]
    if message_type != "reaction":
        moments += [("delivered", at + delays.delivered * factor), ("read", at + delays.read * factor)]
    return moments


def pricing(category: str, *, is_free: bool) -> dict[str, Any]:
    """As it is since 2026-10-01: free-form messages are billed too, beyond a free tier a number and month."""
    kind = "free_customer_service" if is_free else "regular"
    return {"billable": not is_free, "pricing_model": "PMP", "type": kind, "category": category}


def updates(
    message: Accepted,
    moments: list[tuple[str, float]],
    *,
    number: Number,
    customer: Customer,
    business_id: str,
    price: dict[str, Any],
    code: int = 0,
) -> list[Update]:
    """One webhook update a status; `code` is the error of a failed one."""
    told = []
    for status, at in moments:
        item: dict[str, Any] = {"id": message.wamid, "status": status, "timestamp": str(int(at))}
        item["recipient_id"] = customer.wa_id
        if status in PRICED:
            item["pricing"] = price
        if message.opaque is not None:
            item["biz_opaque_callback_data"] = message.opaque
        value: dict[str, Any] = {"messaging_product": "whatsapp", "metadata": number.metadata}
        if status == "failed":
            item["errors"] = [errors.webhook_error(code)]
        else:
            item["recipient_user_id"] = ids.user_id(business_id, customer.wa_id)
            value["contacts"] = [customer.contact(business_id)]
        value["statuses"] = [item]
        told.append(
            Update(
                "messages",
                value,
                at,
                phone_number_id=number.phone_number_id,
                customer=customer.wa_id,
                wamid=message.wamid,
            )
        )
    return told
