"""To whom a message goes: `to` as people write numbers, or `recipient` with a business-scoped user id."""

import re
from typing import Any

from ..errors import GraphError, missing
from ..rows import customers
from ..rows.accounts import Account, Number
from ..rows.customers import Customer
from ..store import Store

USER_ID = re.compile(r"^[A-Z]{2}\.[A-Za-z0-9.]{1,128}$")
PUNCTUATION = re.compile(r"[\s().-]")
COUNTRY_CODES = ("55", "52", "54", "57", "56", "51", "34", "351", "1")
NATIONAL_DIGITS = {"1": 10}  # the longest number without its country code; 11 elsewhere, as in Brazil


def find(store: Store, body: dict[str, Any], account: Account, number: Number) -> tuple[Customer, str]:
    """The person, and the digits that were dialled. `to` wins where both are given."""
    if body.get("to") is not None:
        dialled = dial(body["to"], number)
        if dialled == number.digits:
            raise GraphError(131021, "Recipient phone number is the same as the sender's.")
        return customers.find(store, dialled), dialled
    if body.get("recipient") is not None:
        customer = _by_user_id(store, str(body["recipient"]), account)
        return customer, customer.wa_id
    raise missing("to")


def dial(to: object, number: Number) -> str:
    """The digits dialled. Without "+" a short number is taken as one of the sender's country, as Meta does."""
    text = PUNCTUATION.sub("", to) if isinstance(to, str) else ""
    digits = text.removeprefix("+")
    if not digits.isascii() or not digits.isdigit():
        raise GraphError(131009, "Recipient phone number is not a valid phone number.")
    if not text.startswith("+"):
        country = next((code for code in COUNTRY_CODES if number.digits.startswith(code)), "")
        if len(digits) <= NATIONAL_DIGITS.get(country, 11):
            digits = country + digits
    if not 8 <= len(digits) <= 15:
        raise GraphError(131009, "Recipient phone number is not a valid phone number.")
    return digits


def _by_user_id(store: Store, user_id: str, account: Account) -> Customer:
    customer = customers.by_user_id(store, user_id, account.business_id) if USER_ID.match(user_id) else None
    if customer is None:
        raise GraphError(131026, "The user id is not known to this business portfolio.")
    return customer
