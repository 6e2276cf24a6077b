"""What Meta says of an account, as people read it. A word that is not known here is shown as Meta spells it."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from whatsapp.providers.values import mapping, text

OTHER_APP = ":other_app"  # how the word of an event about somebody else's app ends

WORDS: dict[str, Promise] = {
    "ACCOUNT_DELETED": _("The account was deleted at Meta."),
    "ACCOUNT_VIOLATION": _("Meta reports that the account broke a rule."),
    "ACCOUNT_RESTRICTION": _("Meta restricted the account."),
    "ACCOUNT_OFFBOARDED": _("The app on the phone was installed anew or changed phones, and the connection rests."),
    "ACCOUNT_RECONNECTED": _("The app on the phone is connected again."),
    "AD_ACCOUNT_LINKED": _("An ad account was linked."),
    "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE": _("Meta changed the price of authentication to other countries."),
    "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE": _("Meta has another country for the business."),
    "DISABLED_UPDATE:DISABLE": _("Meta disabled the account."),
    "DISABLED_UPDATE:REINSTATE": _("Meta gave the account back."),
    "DISABLED_UPDATE:SCHEDULE_FOR_DISABLE": _("Meta will disable the account."),
    "MM_LITE_TERMS_SIGNED": _("The terms of the Marketing Messages API were accepted."),
    "PARTNER_ADDED": _("The business gave Recado access."),
    "PARTNER_REMOVED": _("The business ended Recado's access."),
    "PARTNER_APP_INSTALLED": _("The business added the app at Meta."),
    "PARTNER_APP_UNINSTALLED": _("The business removed the app at Meta."),
    "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE": _("Meta judged the business's certification."),
    "VERIFIED_ACCOUNT": _("Meta verified the account."),
    "VOLUME_BASED_PRICING_TIER_UPDATE": _("Meta changed the price step of the account."),
}
# Why a connection ended, as ``disconnection_info`` names it.
ENDED: dict[str, Promise] = {
    "ACCOUNT_DISCONNECTED": _("Somebody disconnected it in the app on the phone."),
    "BUSINESS_DOWNGRADE": _("The number went back to the ordinary WhatsApp app."),
    "CHANGE_NUMBER": _("The number was changed in the app on the phone."),
    "COMPANION_INACTIVITY": _("It was not used for about 30 days."),
    "PRIMARY_INACTIVITY": _("The app on the phone was not opened for about 14 days."),
    "USER_RE_REGISTERED": _("The number was registered anew in the app on the phone."),
}


def sentence(word: str, detail: Mapping[str, Any]) -> str:
    """What happened, and why where Meta says it: "The business ended Recado's access. …"."""
    plain = word.removesuffix(OTHER_APP)
    told = str(WORDS.get(plain) or gettext("Meta: %(word)s.") % {"word": plain})
    if plain != word:
        told = gettext("About another app: %(sentence)s") % {"sentence": told}
    why = text(mapping(detail.get("disconnection_info")).get("reason"), 60)
    return f"{told} {ENDED.get(why) or f'({why})'}" if why else told
