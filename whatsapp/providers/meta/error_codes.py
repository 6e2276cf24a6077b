"""Meta's error codes as data: what each one means for the queue, and how far it reaches.

Branch on the code alone; titles and HTTP statuses are not reliable. A code that comes new gets one line here.
"""

from dataclasses import dataclass

from django.utils.functional import Promise

from whatsapp.errors import ErrorKind, Scope
from whatsapp.providers.meta.error_sentences import CODE_SENTENCES, KIND_SENTENCES, unknown_code

__all__ = ["CATALOGUE", "KIND_SENTENCES", "CodeLine", "classify", "sentence"]

_TRANSIENT, _RATE, _WINDOW, _RECIPIENT = (
    ErrorKind.TRANSIENT,
    ErrorKind.RATE_LIMITED,
    ErrorKind.WINDOW_CLOSED,
    ErrorKind.RECIPIENT,
)
_OPTED_OUT, _CONTENT, _TEMPLATE, _ACCESS = (
    ErrorKind.OPTED_OUT,
    ErrorKind.CONTENT,
    ErrorKind.TEMPLATE,
    ErrorKind.TOKEN,
)
_ACCOUNT, _POLICY = ErrorKind.ACCOUNT, ErrorKind.POLICY
_MESSAGE, _PAIR, _NUMBER, _TEMPLATES = Scope.MESSAGE, Scope.PAIR, Scope.NUMBER, Scope.TEMPLATE
_WABA, _PORTFOLIO, _APP = Scope.WABA, Scope.PORTFOLIO, Scope.APP


@dataclass(frozen=True)
class CodeLine:
    """A code, how the queue reacts, how far it reaches, Meta's title in short."""

    code: int
    kind: ErrorKind
    scope: Scope
    title: str


_LINES = [
    (0, _ACCESS, _WABA, "Cannot authenticate"),
    (1, _TRANSIENT, _MESSAGE, "Unknown API error"),
    (2, _TRANSIENT, _APP, "API service down or overloaded"),
    (3, _ACCESS, _WABA, "Capability or permission missing"),
    (4, _RATE, _APP, "Too many calls by the app"),
    (10, _ACCESS, _WABA, "Permission denied"),
    (33, _ACCOUNT, _NUMBER, "Business number deleted"),
    (100, _CONTENT, _MESSAGE, "Invalid parameter"),
    (102, _ACCESS, _WABA, "Session invalid"),
    (104, _ACCESS, _WABA, "Access token or its proof missing"),
    (190, _ACCESS, _WABA, "Access token expired or invalid"),
    *((code, _ACCESS, _WABA, "API permission missing") for code in range(200, 300)),
    (368, _ACCOUNT, _WABA, "Temporarily blocked for policy violations"),
    (506, _CONTENT, _MESSAGE, "Duplicate post"),
    (613, _RATE, _NUMBER, "Custom rate limit"),
    (803, _ACCESS, _NUMBER, "Object does not exist or no access"),
    (1026, _RECIPIENT, _MESSAGE, "Receiver incapable"),
    (2040, _CONTENT, _MESSAGE, "Payment message unsupported"),
    (2046, _CONTENT, _MESSAGE, "Wrong order transition"),
    (2047, _CONTENT, _MESSAGE, "Order cannot be cancelled"),
    (80007, _RATE, _WABA, "WABA rate limit"),
    (80008, _RATE, _WABA, "WABA rate limit"),
    (130403, _RECIPIENT, _PAIR, "Business blocked this user"),
    (130429, _RATE, _NUMBER, "Throughput reached"),
    (130472, _POLICY, _MESSAGE, "User's number is part of an experiment"),
    (130497, _POLICY, _MESSAGE, "Business restricted in this country"),
    (131000, _TRANSIENT, _MESSAGE, "Something went wrong"),
    (131005, _ACCESS, _WABA, "Access denied"),
    (131008, _CONTENT, _MESSAGE, "Required parameter missing"),
    (131009, _CONTENT, _MESSAGE, "Parameter value invalid"),
    (131014, _CONTENT, _MESSAGE, "Media link request failed"),
    (131016, _TRANSIENT, _MESSAGE, "Service unavailable"),
    (131020, _CONTENT, _MESSAGE, "Bad group"),
    (131021, _RECIPIENT, _MESSAGE, "Recipient is the sender"),
    (131026, _RECIPIENT, _MESSAGE, "Message undeliverable"),
    (131030, _RECIPIENT, _MESSAGE, "Recipient not in the test number's list"),
    (131031, _ACCOUNT, _WABA, "Account locked"),
    (131035, _CONTENT, _MESSAGE, "No-storage: webhook not delivered"),
    (131036, _CONTENT, _MESSAGE, "No-storage: message payload not available"),
    (131037, _ACCOUNT, _NUMBER, "Display name needs approval"),
    (131041, _CONTENT, _MESSAGE, "Group unknown"),
    (131042, _ACCOUNT, _WABA, "Payment problem"),
    (131044, _ACCOUNT, _WABA, "No payment method for calls"),
    (131045, _ACCOUNT, _NUMBER, "Registration or certificate error"),
    (131047, _WINDOW, _PAIR, "More than 24 hours since the last answer"),
    (131048, _POLICY, _NUMBER, "Spam rate limit on this number"),
    (131049, _POLICY, _PAIR, "Not delivered to keep the ecosystem healthy"),
    (131050, _OPTED_OUT, _PAIR, "User stopped marketing messages"),
    (131051, _CONTENT, _MESSAGE, "Unsupported message type"),
    (131052, _CONTENT, _MESSAGE, "User's media could not be downloaded"),
    (131053, _CONTENT, _MESSAGE, "Media upload error"),
    (131055, _CONTENT, _MESSAGE, "Method not allowed"),
    (131056, _RATE, _PAIR, "Pair rate limit"),
    (131057, _TRANSIENT, _NUMBER, "Account in maintenance"),
    (131059, _CONTENT, _MESSAGE, "Invalid or expired cursor"),
    (131060, _CONTENT, _MESSAGE, "Message unavailable"),
    (131062, _RECIPIENT, _MESSAGE, "User id not supported for this message"),
    (131063, _TEMPLATE, _TEMPLATES, "Marketing templates disabled on Cloud API"),
    (131064, _POLICY, _WABA, "Template classification violations"),
    (131201, _CONTENT, _MESSAGE, "Group: partial success"),
    (131202, _CONTENT, _MESSAGE, "Group: duplicate participant"),
    (131204, _CONTENT, _MESSAGE, "Group: over its limit"),
    (131207, _ACCOUNT, _NUMBER, "Group suspended"),
    (131208, _RATE, _NUMBER, "Group rate limit"),
    (131209, _CONTENT, _MESSAGE, "Group: picture ratio"),
    (131210, _CONTENT, _MESSAGE, "Group: picture too small"),
    (131211, _CONTENT, _MESSAGE, "Group count limit"),
    (131212, _CONTENT, _MESSAGE, "Group: not a participant"),
    (131213, _CONTENT, _MESSAGE, "Group: no join request"),
    (131214, _ACCOUNT, _NUMBER, "Group creation disabled"),
    (131215, _CONTENT, _MESSAGE, "Group: number not eligible"),
    (132000, _TEMPLATE, _TEMPLATES, "Parameter count mismatch"),
    (132001, _TEMPLATE, _TEMPLATES, "Template missing in this language"),
    (132005, _TEMPLATE, _MESSAGE, "Text too long with its values"),
    (132007, _POLICY, _TEMPLATES, "Content violates policy"),
    (132008, _TEMPLATE, _MESSAGE, "Parameter value invalid"),
    (132012, _TEMPLATE, _TEMPLATES, "Parameter format mismatch"),
    (132015, _TEMPLATE, _TEMPLATES, "Template paused"),
    (132016, _TEMPLATE, _TEMPLATES, "Template disabled"),
    (132018, _TEMPLATE, _TEMPLATES, "Template parameter issue"),
    (132068, _CONTENT, _TEMPLATES, "Flow blocked"),
    (132069, _RATE, _TEMPLATES, "Flow throttled"),
    (133000, _ACCOUNT, _NUMBER, "Incomplete deregistration"),
    (133004, _TRANSIENT, _APP, "Server temporarily unavailable"),
    (133005, _ACCOUNT, _NUMBER, "PIN mismatch"),
    (133006, _ACCOUNT, _NUMBER, "Number must be verified again"),
    (133008, _RATE, _NUMBER, "Too many PIN guesses"),
    (133009, _RATE, _NUMBER, "PIN entered too fast"),
    (133010, _ACCOUNT, _NUMBER, "Number not registered"),
    (133015, _RATE, _NUMBER, "Number recently deleted"),
    (133016, _RATE, _NUMBER, "Register or deregister limit"),
    (134011, _CONTENT, _MESSAGE, "Payments terms not accepted"),
    (134100, _CONTENT, _TEMPLATES, "Only marketing messages here"),
    (134101, _RATE, _TEMPLATES, "Template still syncing"),
    (134102, _TEMPLATE, _TEMPLATES, "Template unavailable for marketing"),
    (135000, _CONTENT, _MESSAGE, "Generic user error"),
    (136024, _CONTENT, _NUMBER, "Number already verified"),
    (136025, _CONTENT, _NUMBER, "Verification code problem"),
    (137000, _POLICY, _PAIR, "Identity key changed"),
    *((code, _CONTENT, _MESSAGE, "Calling") for code in range(138000, 138026)),
    (138002, _RATE, _NUMBER, "Calling: too many at a time"),
    (138004, _TRANSIENT, _MESSAGE, "Calling: connection"),
    (138005, _RATE, _NUMBER, "Calling: rate limit"),
    (138006, _RECIPIENT, _PAIR, "Calling: no permission"),
    (138007, _TRANSIENT, _MESSAGE, "Calling: timeout"),
    *((code, _CONTENT, _MESSAGE, "Flow") for code in range(139000, 139007)),
    *((code, _CONTENT, _MESSAGE, "Blocking users") for code in range(139100, 139104)),
    (141002, _TEMPLATE, _TEMPLATES, "Template not approved"),
    *((code, _CONTENT, _NUMBER, "Business username") for code in range(147001, 147006)),
    (200002, _CONTENT, _TEMPLATES, "Template creation failed"),
    *((code, _CONTENT, _WABA, "Template insights") for code in range(200005, 200008)),
    (1752041, _CONTENT, _PORTFOLIO, "Marketing onboarding: duplicate request"),
    *((code, _CONTENT, _NUMBER, "Number migration") for code in (2388001, 2388012, 2388091, 2388093, 2388103)),
    (2388019, _CONTENT, _WABA, "Template limit reached"),
    (2388024, _CONTENT, _TEMPLATES, "Same template name and language exists"),
    *(
        (code, _CONTENT, _TEMPLATES, "Template text")
        for code in (2388039, 2388040, 2388047, 2388072, 2388073, 2388293, 2388299)
    ),
    (2446079, _RATE, _APP, "Rate limit (subcode)"),
    (2494055, _RATE, _NUMBER, "Throughput (subcode)"),
    (2494100, _TRANSIENT, _NUMBER, "Account in maintenance mode"),
    *((code, _CONTENT, _WABA, "In-App Signup") for code in range(2494164, 2494180)),
    (2593079, _CONTENT, _WABA, "Solution migration"),
    (2593085, _CONTENT, _WABA, "Solution migration"),
    (2593107, _CONTENT, _NUMBER, "Coexistence sync already requested"),
    (2593108, _CONTENT, _NUMBER, "Coexistence sync after 24 hours"),
    (2593109, _CONTENT, _NUMBER, "History declined by the business"),
]
CATALOGUE: dict[int, CodeLine] = {line[0]: CodeLine(*line) for line in _LINES}

TEMPLATE_STATES = {132015: "PAUSED", 132016: "DISABLED"}  # what a refusal tells of the template itself
NO_ACCESS_SUBCODE = 33  # of 100: the object exists for others


def classify(code: int | None, subcode: int | None = None, details: str = "") -> tuple[ErrorKind, Scope]:
    """How the queue must react, and how far the error reaches. A code that is not here, or not readable, is UNKNOWN."""
    if code == 100 and subcode == NO_ACCESS_SUBCODE:
        return ErrorKind.TOKEN, Scope.NUMBER  # the one that was asked for: others of its account may be well
    if code == 131053 and "link" in details.lower():
        return ErrorKind.TRANSIENT, Scope.MESSAGE  # Meta could not fetch the address, which often passes
    line = None if code is None else CATALOGUE.get(code)
    return (line.kind, line.scope) if line else (ErrorKind.UNKNOWN, Scope.MESSAGE)


def sentence(code: int | None, details: str = "") -> str:
    """What happened, who acts, what to do next, in the operator's language; never empty."""
    kind, _scope = classify(code, None, details)
    if kind is ErrorKind.UNKNOWN:
        return unknown_code(code, details)
    own: str | Promise | None = None if code is None else CODE_SENTENCES.get(code)
    return str(own or KIND_SENTENCES[kind])
