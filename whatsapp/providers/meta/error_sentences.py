"""What the operator reads when Meta refuses: what happened, who acts, what to do next.

By code where a code says more than its kind, else by kind.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from whatsapp.errors import ErrorKind

KIND_SENTENCES: dict[ErrorKind, Promise] = {
    ErrorKind.TRANSIENT: _("Meta had a problem of its own. Recado tries again by itself; there is nothing to do."),
    ErrorKind.RATE_LIMITED: _(
        "Meta asks for a slower pace. Recado waits and sends by itself when it may; there is nothing to do."
    ),
    ErrorKind.WINDOW_CLOSED: _("The 24-hour window is closed. Send an approved template."),
    ErrorKind.RECIPIENT: _(
        "This message cannot reach this person on WhatsApp. Check the number with the customer or use another way."
    ),
    ErrorKind.OPTED_OUT: _(
        "This person asked not to get such messages. Nothing more of the kind is sent until the person asks for it."
    ),
    ErrorKind.CONTENT: _(
        "Meta did not accept the content of this message. Correct it before sending again, or ask support."
    ),
    ErrorKind.TEMPLATE: _("Meta did not accept the template of this message. Check it in Templates, then try again."),
    ErrorKind.TOKEN: _(
        "Meta no longer gives access to this account. The messages wait and nothing is lost. "
        "Reconnect the number in Connections."
    ),
    ErrorKind.ACCOUNT: _(
        "Meta blocks this number or account, or its setup is not finished. The messages wait. "
        "Whoever manages the account solves it in WhatsApp Manager."
    ),
    ErrorKind.POLICY: _(
        "Meta holds this message back by a rule of its own. Recado does not repeat it; wait before writing again."
    ),
    ErrorKind.UNKNOWN: _("Meta refused the message for a reason that Recado does not know yet. Ask support."),
}

CODE_SENTENCES: dict[int, Promise] = {
    10: _(
        "The access to Meta lacks a permission. The messages wait and nothing is lost. "
        "Reconnect the number in Connections and accept every permission."
    ),
    33: _("Meta says that this number was deleted. The messages wait. Connect the number again or choose another one."),
    190: _(
        "The access to Meta expired or was taken back. The messages wait and nothing is lost. "
        "Reconnect the number in Connections."
    ),
    368: _(
        "Meta blocked the account for a time because of its policies. The messages wait. "
        "Whoever manages the account sees the reason in WhatsApp Manager."
    ),
    130403: _("This person is on the block list of your number. Unblock the person to write again."),
    139100: _("Meta did not change its block list: it takes only people who wrote to the number in the last 24 hours."),
    130472: _("Meta left this person out of messages as part of an experiment. Use another way; do not repeat it."),
    130497: _("Your account may not write to people of this country. Use another way to reach this customer."),
    131021: _("The customer's number is the same as the number that sends. Correct the customer's phone."),
    131026: _(
        "The message could not be delivered: the number may not have WhatsApp, or has an old version of it. "
        "Check the number with the customer."
    ),
    131030: _(
        "This is a test number of Meta's, and the customer is not on its list of recipients. "
        "Add the phone to the list at Meta, or use the real number."
    ),
    131031: _(
        "Meta locked the account. The messages wait. Whoever manages the account asks for a review in WhatsApp Manager."
    ),
    131037: _("The number's name still needs Meta's approval. The messages wait. Ask for it in WhatsApp Manager."),
    131042: _(
        "Meta could not charge the account. The messages wait. "
        "Whoever manages the account checks the payment method in WhatsApp Manager."
    ),
    131045: _("The number is not registered as it should be. The messages wait. Register it again in Connections."),
    131047: _(
        "The 24-hour window is closed: the customer's last message is older than that. Send an approved template."
    ),
    131048: _(
        "Meta limited this number because too many people blocked it or reported it. "
        "Send less from it, and only what customers expect; look at its quality in Connections."
    ),
    131049: _(
        "Meta did not deliver it because this person already got many marketing messages. "
        "Wait at least 24 hours; notices that are not marketing still arrive."
    ),
    131050: _("This person stopped marketing messages from your company. Notices that are not marketing still arrive."),
    131053: _("Meta could not take the file of this message. Check its type and size, then try again."),
    131056: _(
        "Too many messages to this person in a short time. Recado waits a little and sends by itself; "
        "there is nothing to do."
    ),
    131057: _(
        "Meta is moving this number to a higher speed. Recado tries again within a minute; there is nothing to do."
    ),
    131062: _("This kind of message needs the customer's phone, and only the user name is known. Ask for the number."),
    131063: _(
        "Marketing templates are switched off for this account on this way of sending. "
        "Whoever manages the account changes it in WhatsApp Manager."
    ),
    131064: _(
        "Meta limited the account because templates were filed under the wrong category. "
        "Correct the category in Templates; Meta lifts the limit by itself."
    ),
    132000: _(
        "The template has another number of variables than the message. "
        "Synchronise the templates and check its mapping, then try again."
    ),
    132001: _(
        "Meta does not have this template in this language, or has not approved it yet. "
        "Synchronise the templates and check the mapping."
    ),
    132005: _("The template's text became too long with these values. Shorten the service, the place or the name."),
    132007: _("The template's text breaks a rule of Meta's. Change it in Templates and send it for approval again."),
    132012: _(
        "A variable has another form than the template asks for. "
        "Synchronise the templates and check its mapping, then try again."
    ),
    132015: _("Meta paused this template because of its quality. Use another template, or wait until it is back."),
    132016: _("Meta disabled this template for good. Map another template to this kind of notice."),
    132069: _("Meta slowed down the form of this message. Recado waits and sends by itself."),
    133005: _("The number's PIN is wrong. Whoever manages the account corrects it in Connections."),
    133006: _("The number must be verified again at Meta. The messages wait. Do it in WhatsApp Manager."),
    133010: _("The number is not registered at Meta. The messages wait. Register it in Connections."),
    134101: _("Meta is still preparing this template. Recado tries again in about ten minutes."),
    137000: _("The customer's WhatsApp changed its security key. Confirm who it is before sending again."),
}


def unknown_code(code: int | None, details: str) -> str:
    """The sentence for a code that the catalogue does not know, or for none, with what Meta said."""
    said = ": ".join(part for part in ("" if code is None else str(code), details) if part)
    if not said:
        return str(KIND_SENTENCES[ErrorKind.UNKNOWN])
    return gettext("Meta refused the message with a code that Recado does not know yet (%(said)s). Ask support.") % {
        "said": said
    }
