"""What the public pages say: privacy policy, terms, support, data deletion. Company and addresses come from settings.

A page is a title, a leading sentence and sections; a section is a heading and paragraphs, of which those that begin
with a dash are a list. Names, addresses and deadlines (``%(company)s``) are filled in by ``of``.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

UPDATED = "2026-11-22"
POINT = "– "  # how a point of a list begins


@dataclass(frozen=True)
class Section:
    heading: Any
    paragraphs: tuple[Any, ...]


@dataclass(frozen=True)
class Page:
    title: Any
    lead: Any
    sections: tuple[Section, ...]


PRIVACY = Page(
    _("Privacy policy"),
    _("How Recado treats personal data: of the companies that use it, of their people and of their customers."),
    (
        Section(
            _("Who answers for the data"),
            (
                _(
                    "Recado is run by %(company)s. Companies use it to send notices of appointments and to talk with "
                    "their customers on WhatsApp."
                ),
                _(
                    "For the data of a company's customers, the company is the controller and %(company)s the "
                    "processor, under Brazil's General Data Protection Law (LGPD, Law 13.709/2018): we act on the "
                    "company's instructions. For the accounts of the people who sign in, %(company)s is the controller."
                ),
            ),
        ),
        Section(
            _("What we keep"),
            (
                _("– Of a company's customers: name, phone number or WhatsApp id, appointments, messages sent and "
                  "received with their files and delivery status, and whether they want to be written to."),
                _("– Of the people who sign in: name, e-mail, role, sign-ins, and what they did in the console."),
                _("– Of the WhatsApp connection: ids of the WhatsApp Business account and number, and the access that "
                  "the company granted through Meta, kept encrypted."),
                _("We ask for no documents, no payment data and no health data, and read no other conversation of the "
                  "phone than those with the connected business number."),
            ),
        ),
        Section(
            _("What it is used for"),
            (
                _("– To send the notices that the company asks for, and to show the conversations to its people "
                  "(performance of a contract)."),
                _("– To obey a wish not to be written to any more (legal obligation)."),
                _("– To keep the service safe, find faults and prove what was done (legitimate interest)."),
                _("We sell no data, build no advertising profiles and train no models with messages."),
            ),
        ),
        Section(
            _("Who else receives it"),
            (
                _("Messages travel through the WhatsApp Business Platform of Meta Platforms, under Meta's own terms. "
                  "Servers and storage are rented from hosting companies that are bound by contract. Authorities "
                  "receive data only where the law demands it."),
                _("Data of one company is never shown to another."),
            ),
        ),
        Section(
            _("How long it stays"),
            (
                _("As long as the company uses Recado, or less where the company sets a shorter time. After the "
                  "contract ends, data is deleted within %(deletion_days)s days, except what the law obliges us to "
                  "keep. The record of who did what stays without the erased person's name."),
            ),
        ),
        Section(
            _("How it is protected"),
            (
                _("Connections are encrypted, access to Meta is stored encrypted with keys kept apart, people see only "
                  "their company, each act is recorded in a trail that cannot be changed, and a second factor can be "
                  "demanded at sign-in."),
            ),
        ),
        Section(
            _("Your rights"),
            (
                _("You can ask for confirmation, access, correction, a copy, deletion, and withdraw your consent. "
                  "Customers write to the company that wrote to them, or to us at %(email)s; we answer within "
                  "%(answer_days)s days. To receive no more messages it is enough to answer SAIR to the company on "
                  "WhatsApp."),
                _("You may also complain to Brazil's data protection authority (ANPD)."),
            ),
        ),
        Section(
            _("Cookies"),
            (
                _("Only those that keep you signed in, protect forms and remember your language. No tracking."),
            ),
        ),
        Section(
            _("Changes"),
            (_("What changes here is announced to the companies before it holds. The date above tells the version."),),
        ),
    ),
)  # fmt: skip

TERMS = Page(
    _("Terms of use"),
    _("What holds between %(company)s and the companies and people who use Recado."),
    (
        Section(
            _("The service"),
            (
                _("Recado connects a company's WhatsApp number through Meta's official platform, sends the notices "
                  "that the company sets up, and shows what was sent, what arrived and what failed."),
                _("Recado is a product of %(company)s, not of Meta or WhatsApp."),
            ),
        ),
        Section(
            _("Your account"),
            (
                _("Each person signs in with an account of their own and keeps the password to themselves. The "
                  "company says who belongs to it, with which role, and answers for what its people do."),
            ),
        ),
        Section(
            _("What the company takes care of"),
            (
                _("– To write only to people who allowed it, and to stop when they ask."),
                _("– To follow the WhatsApp Business Messaging Policy and Meta's commerce policy."),
                _("– To send nothing unlawful, deceptive or abusive, and no messages of third parties."),
                _("– To keep the numbers, templates and access in its Meta account in order."),
            ),
        ),
        Section(
            _("Costs of Meta"),
            (
                _("Meta charges for messages by its own price list, directly to the company. Amounts shown in Recado "
                  "are estimates until Meta's invoice."),
            ),
        ),
        Section(
            _("Availability"),
            (
                _("We work so that the service is there at all times, and tell of maintenance beforehand. Delivery on "
                  "WhatsApp depends on Meta, on the customer's phone and on the network: it cannot be promised."),
            ),
        ),
        Section(
            _("Pausing and ending"),
            (
                _("A company may disconnect its number and end the contract at any time. We may pause sending where it "
                  "endangers the number, other companies or the law, and say why at once."),
            ),
        ),
        Section(
            _("Liability and law"),
            (
                _("Each side answers for the direct damage it causes, within what the law allows to limit. Brazilian "
                  "law holds, and the courts of the seat of %(company)s."),
            ),
        ),
    ),
)  # fmt: skip

SUPPORT = Page(
    _("Support"),
    _("We read every message. On working days the first answer comes within %(support_hours)s hours."),
    (
        Section(
            _("Write to us"),
            (
                "%(email)s",
                _("Tell us the company, the number, and the day and time of what happened. A message's link from the "
                  "console helps most. Never send passwords or access tokens: we do not ask for them."),
            ),
        ),
        Section(
            _("Before you write"),
            (
                _("– A message did not arrive: open it under Messages. The reason and what to do stand there."),
                _("– Nothing leaves: look under Connections whether the number is connected."),
                _("– You cannot sign in: use “Forgot your password?” on the sign-in page."),
                _("– You are a company's customer and want no more messages: answer SAIR on WhatsApp."),
            ),
        ),
        Section(
            _("Security"),
            (
                _("Found a weakness? Write to %(email)s with “security” in the subject. It is read before all else, "
                  "and nobody who reports in good faith is pursued."),
            ),
        ),
    ),
)  # fmt: skip

DELETION = Page(
    _("Data deletion"),
    _("How to have data deleted that Recado keeps, and what happens then."),
    (
        Section(
            _("You connected a number with your Facebook account"),
            (
                _("– On Facebook, open Settings and privacy, Settings, Apps and websites."),
                _("– Choose the app of %(company)s and remove it, asking for the deletion of your data."),
                _("– Facebook gives you a code and a link to a page here that shows what was done, at once."),
                _("What is deleted: the access that you granted and the id that Facebook gave you towards this app. "
                  "Messages wait until the company connects again."),
            ),
        ),
        Section(
            _("You are the customer of a company"),
            (
                _("Ask the company that wrote to you, or write to %(email)s with your phone number and the company's "
                  "name. Within %(answer_days)s days your name, phone, messages and files are deleted. A mark without "
                  "your name stays, so that you are not written to again, and so does what the law obliges the company "
                  "to keep."),
            ),
        ),
        Section(
            _("You sign in to Recado, or your company leaves it"),
            (
                _("Write to %(email)s from the address that you sign in with. Accounts are deleted within "
                  "%(answer_days)s days, a company's data within %(deletion_days)s days after the end of the "
                  "contract."),
            ),
        ),
    ),
)  # fmt: skip


def of(page: Page) -> dict[str, Any]:
    """The page with names and addresses filled in, as its template wants it."""
    return {"title": page.title, "lead": _filled(page.lead), "sections": [_section(one) for one in page.sections]}


def _section(section: Section) -> dict[str, Any]:
    texts = [_filled(text) for text in section.paragraphs]
    return {
        "heading": section.heading,
        "paragraphs": [text for text in texts if not text.startswith(POINT)],
        "points": [text.removeprefix(POINT) for text in texts if text.startswith(POINT)],
    }


def _filled(text: Any) -> str:
    """A name that ends with a dot (Ltda.) brings the sentence's own."""
    names = {"company": settings.COMPANY_NAME, "email": settings.SUPPORT_EMAIL}
    return (str(text) % (names | promises())).replace("..", ".")


def promises() -> dict[str, int]:
    """The deadlines that the pages name: whoever runs this Recado sets them, else a usual one stands there."""
    return {
        "answer_days": settings.PROMISED_PRIVACY_ANSWER_DAYS or 15,
        "deletion_days": settings.PROMISED_DELETION_DAYS or 90,
        "support_hours": settings.PROMISED_SUPPORT_HOURS or 4,
    }
