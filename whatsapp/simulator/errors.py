"""Meta's errors: the code, its title and HTTP status, and the body in which Graph API wraps them."""

import secrets
from dataclasses import dataclass, field
from typing import Any

DOCS = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"
UNSUPPORTED = (
    "Unsupported {verb} request. Object with ID '{node}' does not exist, cannot be loaded due to missing permissions, "
    "or does not support this operation. Please read the Graph API documentation at "
    "https://developers.facebook.com/docs/graph-api"
)

# code: (HTTP status, title). A code that is not here answers 400 with a plain title.
CODES: dict[int, tuple[int, str]] = {
    0: (401, "We were unable to authenticate the app user."),
    1: (400, "An unknown error has occurred."),
    2: (503, "Service temporarily unavailable."),
    3: (500, "Capability or permissions issue."),
    4: (400, "Application request limit reached"),
    10: (403, "Application does not have permission for this action"),
    33: (400, "The business phone number has been deleted."),
    100: (400, "Invalid parameter"),
    104: (400, "An access token is required to request this resource."),
    190: (401, "Error validating access token: Session has expired"),
    200: (403, "You do not have the necessary permissions required to call this API."),
    368: (403, "Temporarily blocked for policies violations"),
    613: (400, "Calls to this API have exceeded the rate limit."),
    803: (404, "Some of the aliases you requested do not exist"),
    80007: (400, "Rate limit issues"),
    80008: (400, "There have been too many calls to this WhatsApp Business account. Wait a bit and try again."),
    130403: (400, "Business blocked this user"),
    130429: (400, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    130497: (403, "Business account is restricted from messaging users in this country."),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131030: (400, "Recipient phone number not in allowed list"),
    131031: (403, "Business Account locked"),
    131037: (400, "WhatsApp provided number needs display name approval before message can be sent."),
    131042: (400, "Business eligibility payment issue"),
    131045: (500, "Incorrect certificate"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam rate limit hit"),
    131049: (400, "This message was not delivered to maintain healthy ecosystem engagement."),
    131050: (400, "User has stopped marketing messages from your business"),
    131051: (400, "Unsupported message type"),
    131052: (400, "Media download error"),
    131053: (400, "Media upload error"),
    131055: (400, "Method not allowed"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
    131059: (400, "Invalid cursor"),
    131062: (400, "Business-scoped user IDs are not supported for this message"),
    131063: (400, "Marketing templates are disabled on Cloud API for this account"),
    131064: (400, "Template classification limit reached"),
    132000: (400, "Number of parameters does not match the expected number of params"),
    132001: (404, "Template name does not exist in the translation"),
    132005: (400, "Template hydrated text too long"),
    132007: (400, "Template format character policy violated"),
    132008: (400, "Template parameter value invalid"),
    132012: (400, "Parameter format does not match format in the created template"),
    132015: (400, "Template is paused"),
    132016: (400, "Template is disabled"),
    132018: (400, "There was an issue with the parameters of the template"),
    132068: (400, "Flow is in blocked state"),
    132069: (400, "Flow is in throttled state"),
    133000: (500, "Incomplete deregistration"),
    133004: (503, "Server temporarily unavailable"),
    133005: (400, "Two step verification PIN mismatch"),
    133006: (400, "Phone number re-verification needed"),
    133010: (400, "Phone number not registered"),
    133015: (400, "Please wait a few minutes before attempting to register this phone number"),
    133016: (400, "Account register or deregister rate limit exceeded"),
    134101: (400, "Template is still syncing"),
    135000: (400, "Generic user error"),
    137000: (400, "Recipient identity key hash mismatch"),
    200005: (400, "Template insights are not available."),
    200006: (400, "Template insights cannot be disabled once enabled."),
    200007: (400, "Template insights are not enabled for this WhatsApp Business Account."),
    139100: (400, "Failed to block/unblock some users"),
    139101: (400, "The user is not on the block list"),
    2494100: (400, "Account in maintenance mode"),
    2593107: (400, "Synchronization request limit exceeded"),
    2593108: (400, "Synchronization request made outside of allowed time window"),
}

DETAILS = {
    130429: "Cloud API message throughput has been reached.",
    131000: "Message failed to send because there was an unknown error.",
    131016: "A service is temporarily unavailable.",
    131026: "Message undeliverable.",
    131042: "Message failed to send because there were one or more errors related to your payment method.",
    131047: "Message failed to send because more than 24 hours have passed since the customer last replied to this "
    "number.",
    131048: "Message failed to send because there are restrictions on how many messages can be sent from this phone "
    "number.",
    131049: "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
    131056: "Message failed to send because there were too many messages sent from this phone number to the same phone "
    "number in a short period of time.",
}
SUBCODES = {4: 2446079, 190: 463, 130429: 2494055}
BARE = frozenset({0, 1, 2, 3, 4, 104, 190})  # Graph API's own errors carry no "(#code)" in front
TRANSIENT = frozenset({1, 2, 4, 80007, 80008})


@dataclass
class GraphError(Exception):
    """An answer that refuses. `details` is the sentence of `error_data`; `message` overrides Meta's usual one."""

    code: int
    details: str = ""
    message: str = ""
    status: int = 0
    subcode: int | None = None
    type: str = "OAuthException"
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def http_status(self) -> int:
        return self.status or CODES.get(self.code, (400, ""))[0]

    def body(self) -> dict[str, Any]:
        """The JSON object that Graph API answers, with a fresh `fbtrace_id`."""
        error: dict[str, Any] = {"message": self.message or self._usual_message(), "type": self.type, "code": self.code}
        if details := self.details or DETAILS.get(self.code):
            error["error_data"] = {"messaging_product": "whatsapp", "details": details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.code in TRANSIENT:
            error["is_transient"] = True
        return {"error": error | self.extra | {"fbtrace_id": "A" + secrets.token_urlsafe(17)[:22]}}

    def _usual_message(self) -> str:
        title = title_of(self.code)
        return title if self.code in BARE else f"(#{self.code}) {title}"


def title_of(code: int) -> str:
    return CODES.get(code, (400, "An error occurred"))[1]


def by_code(code: int) -> GraphError:
    """The error as Meta usually sends it, for a fault that names only a code."""
    return GraphError(code, subcode=SUBCODES.get(code))


def unsupported(node: str, method: str) -> GraphError:
    """No such object, no right to it, or no such edge: Meta tells the three apart for nobody."""
    verb = {"GET": "get", "DELETE": "delete"}.get(method, "post")
    return GraphError(100, message=UNSUPPORTED.format(verb=verb, node=node), subcode=33, type="GraphMethodException")


def missing(name: str) -> GraphError:
    return GraphError(100, message=f"(#100) The parameter {name} is required.")


def webhook_error(code: int) -> dict[str, Any]:
    """The same error as it comes later, inside a status of `failed`."""
    title = title_of(code)
    details = DETAILS.get(code, title)
    return {"code": code, "title": title, "message": title, "error_data": {"details": details}, "href": DOCS}
