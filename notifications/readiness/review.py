"""What Meta's reviewers read of each permission, in English as they do, and the steps that they repeat.

The same steps are walked by ``app_review_pack``, which takes the pictures and films: a step that cannot be done as it
is written makes no pack.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

FIRST_NAME, CUSTOMER, CUSTOMER_PHONE = "Helena", "Helena Prado", "+5511971239876"
PHONE = f"/sim/?phones={CUSTOMER_PHONE.removeprefix('+')}"  # the customer's phone of the demonstration


@dataclass(frozen=True)
class Step:
    """``says`` to a person what the rest says to a browser: open, fill in by label, press by name, see.

    ``page`` is an address of the console, or of the customer's phone where it begins with /sim/; empty: stay.
    A value ``tomorrow`` stands for tomorrow's date; a part of a button's or link's name is enough.
    """

    says: str
    page: str = ""
    fills: Mapping[str, str] = field(default_factory=dict)
    presses: str = ""
    sees: str = ""


@dataclass(frozen=True)
class Permission:
    """``used`` tells whether this version calls on it; what is not used is not requested."""

    name: str
    word: Any  # for the platform's team, in its language
    used: bool
    used_for: str
    where: str
    justification: str
    does_not: str
    steps: tuple[Step, ...]


MESSAGING = Permission(
    name="whatsapp_business_messaging",
    word=_("Send and receive messages on a company's own number"),
    used=True,
    used_for=(
        "Sends the appointment notices, reminders and answers that a client company sets up, from that company's own "
        "WhatsApp number, and receives its customers' replies, delivery statuses and media through webhooks."
    ),
    where="Appointments (booking queues a notice) and Messages (each message with its timeline).",
    justification=(
        "Without it no message can be sent on behalf of a client company and no reply of its customers can be read; "
        "that is the whole service. Every send goes to POST /<phone number id>/messages with the token that the "
        "company granted in Embedded Signup, to its own customers, within the 24-hour window or by approved template."
    ),
    does_not=(
        "It sends nothing to people who opted out, buys or imports no lists, shows no company another one's messages, "
        "builds no advertising profiles and trains no models with messages."
    ),
    steps=(
        Step(
            "Open Appointments, New appointment. Fill in the customer, the WhatsApp number of a test phone, service, "
            "day and start.",
            "/agendamentos/novo/",
            {
                "Customer": CUSTOMER,
                "WhatsApp number": CUSTOMER_PHONE,
                "Service": "Haircut",
                "Day": "tomorrow",
                "Starts": "15:00",
            },
        ),
        Step("Press Book: the notice is queued and sent.", presses="Book", sees=CUSTOMER),
        Step("Look at the customer's phone: the notice has arrived as an approved template.", PHONE, sees="Haircut"),
        Step("On the phone, press the button Confirmar: the customer's answer goes to the company.",
             presses="Confirmar", sees="/voucher/"),
        Step("Open Messages and search for the customer: the notice with its status, and the answer to the reply.",
             f"/mensagens/?q={FIRST_NAME}", sees=CUSTOMER),
    ),
)  # fmt: skip

MANAGEMENT = Permission(
    name="whatsapp_business_management",
    word=_("Read and look after a company's WhatsApp Business account"),
    used=True,
    used_for=(
        "Reads the WhatsApp Business account that a client company shared: its numbers with quality, limit and status, "
        "and its message templates with category and status. Subscribes the app to the account's webhooks and "
        "registers the number that the company connects."
    ),
    where="Connections (each number, and what Meta is set to) and Connect a number (Embedded Signup).",
    justification=(
        "A number cannot be connected without reading the account, subscribing to its webhooks and registering the "
        "number, and a notice outside the 24-hour window cannot be sent without knowing which templates are approved. "
        "Quality and limits are read so that sending slows down before customers complain."
    ),
    does_not=(
        "It touches no account that was not shared with it in Embedded Signup, changes no payment method, adds no "
        "people to the account and reads no data of other apps."
    ),
    steps=(
        Step("Open Connections: the connected number with its state, quality and account.", "/conexoes/",
             sees="WhatsApp Business account"),
        Step("Open the number: what Meta should be set to and what it is, read with this permission.",
             presses="+55", sees="Disconnect"),
        Step("Open Connect a number: Embedded Signup starts here, beside the app on the phone or as a new number.",
             "/conexoes/conectar/", sees="Connect a new number"),
    ),
)  # fmt: skip

PROFILE = Permission(
    name="public_profile",
    word=_("The id of the person who connects the number"),
    used=True,
    used_for=(
        "Comes with Facebook Login for Business, which Embedded Signup opens. Recado keeps the app-scoped id of the "
        "person who granted the access, and nothing else of the profile."
    ),
    where="Connect a number, and the public page Data deletion.",
    justification=(
        "When that person removes the app or asks for deletion on Facebook, Meta names them by this id: it is how the "
        "access that they granted is found and ended."
    ),
    does_not="It stores no name, picture or friends of the profile, and nobody signs in to Recado with Facebook.",
    steps=(
        Step("Open Connect a number: the only place where Facebook Login is opened.", "/conexoes/conectar/",
             sees="Connect a new number"),
        Step("Open Data deletion: what is kept under the Facebook id, and how it is deleted.", "/exclusao-de-dados/",
             sees="What is deleted: the access that you granted"),
    ),
)  # fmt: skip

EMAIL = Permission(
    name="email",
    word=_("The e-mail of the person who connects the number"),
    used=False,
    used_for=(
        "Nothing in this version: people sign in to Recado with an account of their own, whose e-mail their company "
        "gave, not with Facebook."
    ),
    where="Nowhere. The sign-in page has a form of its own.",
    justification="Not requested. It would be needed only if people signed in with Facebook.",
    does_not="It neither asks Facebook for an e-mail address nor keeps one that came from there.",
    steps=(
        Step("Open Privacy policy: the e-mail that is kept is that of the console's own account.", "/privacidade/",
             sees="Of the people who sign in"),
    ),
)  # fmt: skip

BUSINESS = Permission(
    name="business_management",
    word=_("Manage a company's business portfolio"),
    used=False,
    used_for=(
        "Nothing in this version. The id of the portfolio that owns an account is read with "
        "whatsapp_business_management, to count messaging limits where Meta counts them."
    ),
    where="Nowhere. Connections shows the account, not the portfolio's other assets.",
    justification=(
        "Not requested. It would be needed only to make system users or to assign assets through the API; client "
        "companies do that themselves in Meta's Business Settings."
    ),
    does_not="It reads no pages, advertising accounts, people or other assets of a portfolio, and changes none.",
    steps=(
        Step("Open Connections: nothing but the WhatsApp Business account and its numbers is shown.", "/conexoes/",
             sees="WhatsApp Business account"),
    ),
)  # fmt: skip

SOLUTION = Permission(
    name="manage_app_solution",
    word=_("Take part in a solution of several partners"),
    used=False,
    used_for="Nothing in this version: companies are connected to this app alone, in no Multi-Partner Solution.",
    where="Nowhere. Connect a number offers no partner's solution.",
    justification="Not requested. It would be needed to make or accept a solution shared with a Solution Partner.",
    does_not="It creates, accepts and lists no solutions, and grants no other partner access to a company's account.",
    steps=(
        Step("Open Connect a number: both ways lead to this app alone.", "/conexoes/conectar/",
             sees="Connect a new number"),
    ),
)  # fmt: skip

EVENTS = Permission(
    name="whatsapp_business_manage_events",
    word=_("Report conversions of ads that lead to WhatsApp"),
    used=False,
    used_for=(
        "Nothing in this version. The click id of an ad that led to a conversation is kept with the lead, for the "
        "company that placed the ad, and is not sent back to Meta."
    ),
    where="Nowhere. No page and no task sends conversion events.",
    justification="Not requested. It would be needed to report bookings as conversions of a company's own ads.",
    does_not="It sends no events about customers to Meta's advertising systems and builds no audiences.",
    steps=(
        Step("Open Privacy policy: no advertising profiles are built.", "/privacidade/",
             sees="build no advertising profiles"),
    ),
)  # fmt: skip

PERMISSIONS = (MESSAGING, MANAGEMENT, BUSINESS, SOLUTION, PROFILE, EMAIL, EVENTS)
