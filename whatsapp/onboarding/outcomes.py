"""What came of a step that is done or not needed, in words; empty where its title says all."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants import phones
from whatsapp.models import SignupStep

SENTENCES: dict[str, Promise] = {
    "by_access": _("Meta's window did not say; the access names this account."),
    "overridden": _("Messages go to %(address)s."),
    "phone_app": _("The app on the phone keeps the number registered, so that nothing is registered here."),
    "registered_before": _("The number was registered already."),
    "registered": _("The PIN was made here and is kept encrypted."),
    "template": _("Sent by an approved template. Look at the phone."),
    "text": _("Sent as free text. Look at the phone."),
}


def sentence(step: SignupStep) -> str:
    told = SENTENCES.get(step.outcome)
    if told is not None:
        return str(told) % step.detail
    number, name = (str(step.detail.get(key) or "") for key in ("number", "name"))
    return " · ".join(filter(None, (phones.display(number), name)))
