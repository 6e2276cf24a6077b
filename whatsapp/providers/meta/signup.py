"""Embedded Signup at the Graph API: a code for a token, what the token may do, the account, registering its number."""

from dataclasses import dataclass, field
from typing import Any

import structlog

from whatsapp.errors import OutcomeUnknown, Refused
from whatsapp.providers import http
from whatsapp.providers.base import AccountAccess, NumberFacts, TokenFacts
from whatsapp.providers.meta import answers, graph
from whatsapp.providers.meta.client import NUMBER_FIELDS
from whatsapp.providers.values import mapping, objects, text

log = structlog.get_logger(__name__)

ACCOUNT_FIELDS = "id,name,currency,owner_business_info,business_verification_status"
MANAGEMENT = "whatsapp_business_management"


@dataclass(frozen=True)
class App:
    """Our app at Meta, and where it is."""

    app_id: str
    secret: str = field(repr=False)
    base_url: str
    api_version: str

    def access(self) -> AccountAccess:
        """To ask in the app's own name."""
        return AccountAccess("meta", "", "", self.base_url, self.api_version, f"{self.app_id}|{self.secret}")


@dataclass(frozen=True)
class Grant:
    """What a token may do; ``waba_ids`` are those that it was granted for, newest first, where Meta tells them."""

    token: TokenFacts
    waba_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class AccountFacts:
    """What Meta says of a WABA; ``verification`` is its word on the business behind it, in capitals."""

    name: str = ""
    currency: str = ""
    business_portfolio_id: str = ""
    verification: str = ""


def exchange_code(app: App, code: str) -> str:
    """The customer's token for a code of the signup window (30 s, once). Raises the family of whatsapp.errors."""
    url = f"{app.base_url}/{app.api_version}/oauth/access_token"
    params = {"client_id": app.app_id, "client_secret": app.secret, "code": code}
    answer = http.call("GET", url, token="", params=params)
    refusal = answers.read_refusal(answer.data, http_status=answer.status, headers=answer.headers, secret=app.secret)
    log.info("code_exchanged", status=answer.status, code=refusal.code if refusal else None)
    if refusal:
        raise answers.without(code, refusal)
    token = text(mapping(answer.data).get("access_token"), 4096)
    if not token:
        raise OutcomeUnknown(f"an exchange without a token (HTTP {answer.status})", answer.status)
    return token


def inspect(access: AccountAccess, token: str) -> Grant:
    """What ``token`` may do, asked with the app's own access, or with the token itself."""
    try:
        data = graph.call(access, "GET", "debug_token", params={"input_token": token})
    except Refused as refusal:
        raise answers.without(token, refusal) from None
    grants = objects(mapping(data.get("data")).get("granular_scopes"))
    targets = next((one.get("target_ids") for one in grants if one.get("scope") == MANAGEMENT), None)
    ids = (text(one, 40) for one in targets) if isinstance(targets, list) else ()
    return Grant(answers.read_token(data), tuple(filter(None, ids)))


def fetch_account(access: AccountAccess) -> AccountFacts:
    """The access's WABA, which the token must be able to read."""
    data = graph.call(access, "GET", access.waba_id, params={"fields": ACCOUNT_FIELDS})
    owner = mapping(data.get("owner_business_info"))
    return AccountFacts(
        name=text(data.get("name"), 120),
        currency=text(data.get("currency"), 3),
        business_portfolio_id=text(owner.get("id"), 40),
        verification=text(data.get("business_verification_status"), 30).upper(),
    )


def fetch_numbers(access: AccountAccess) -> dict[str, NumberFacts]:
    """The numbers of the access's WABA by their id."""
    found: dict[str, NumberFacts] = {}
    for page in graph.pages(access, f"{access.waba_id}/phone_numbers", {"fields": NUMBER_FIELDS}):
        found |= {text(row["id"], 40): answers.read_number(row) for row in objects(page) if row.get("id")}
    return found


def override_callback(access: AccountAccess, address: str, verify_token: str) -> None:
    """The WABA's messages go to ``address`` instead of the app's; the app must be subscribed already."""
    body = {"override_callback_uri": address, "verify_token": verify_token}
    graph.call(access, "POST", f"{access.waba_id}/subscribed_apps", json=body)


def register(access: AccountAccess, pin: str) -> None:
    """Takes the access's number into the Cloud API. Never for a number that the phone app shares."""
    body: dict[str, Any] = {"messaging_product": "whatsapp", "pin": pin}
    try:
        graph.call(access, "POST", f"{access.phone_number_id}/register", json=body)
    except Refused as refusal:
        raise answers.without(pin, refusal) from None
