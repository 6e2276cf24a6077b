"""Alerts about a number and its phone app."""

from django.utils.translation import gettext_lazy as _

from notifications.watching.kinds import RED, About, AlertKind

OF_NUMBERS: dict[str, AlertKind] = {
    "connection_degraded": AlertKind(
        _("Connection lost"),
        _("The number %(number)s lost its access to WhatsApp and sends nothing until it is reconnected. %(reason)s"),
        _("Reconnect the number, or give it a new access token. Messages wait and nothing is lost."),
        "connection_degraded",
        About.NUMBER,
        tone=RED,
        mailed=True,
    ),
    "connection_differs": AlertKind(
        _("Set up otherwise at Meta"),
        _("Meta is not set up as expected for the number %(number)s: webhooks may stay away."),
        _("Open the connection: each difference has its button, or says who can mend it."),
        "connection_differs",
        About.NUMBER,
        mailed=True,
    ),
    "token_expires": AlertKind(
        _("Access token ends soon"),
        _("The access token of the number %(number)s expires within 14 days. Rotate it before."),
        _("Replace it by a permanent token of a system user."),
        "token_expires",
        About.NUMBER,
        mailed=True,
    ),
    "token_expires_now": AlertKind(
        _("Access token ends now"),
        _("The access token of the number %(number)s expires within 3 days. Rotate it now."),
        _("Replace it by a permanent token of a system user."),
        "token_expires",
        About.NUMBER,
        tone=RED,
        mailed=True,
    ),
    "webhooks_silent": AlertKind(
        _("Silent webhook"),
        _("For two days Meta has told nothing of the number %(number)s: no message, no status."),
        _("Check the connection: subscription and callback address are the usual causes."),
        "webhooks_silent",
        About.NUMBER,
        tone=RED,
        mailed=True,
    ),
    "statuses_missing": AlertKind(
        _("No statuses"),
        _("Messages of the number %(number)s that Meta took have no status after ten minutes: %(count)s."),
        _("Check the connection's webhook. The messages may well have arrived: do not send them again."),
        "statuses_missing",
        About.NUMBER,
    ),
    "number_quality": AlertKind(
        _("Poor quality"),
        _("Meta rates the quality of the number %(number)s lower than high: %(after)s."),
        _("Send fewer and better expected messages; look at the templates that people block."),
        "number_quality",
        About.NUMBER,
        mailed=True,
    ),
    "number_status": AlertKind(
        _("Number restricted"),
        _("Meta reports the number %(number)s as %(after)s."),
        _("Open WhatsApp Manager: it says why, and where to ask for a review."),
        "number_quality",
        About.NUMBER,
        tone=RED,
        mailed=True,
    ),
    "number_limit": AlertKind(
        _("Messaging limit lowered"),
        _("The messaging limit of the number %(number)s fell from %(before)s to %(after)s."),
        _("Spread what is planned over more days. Replies within 24 hours do not count."),
        "limit_nearly_used",
        About.NUMBER,
    ),
    "limit_nearly_used": AlertKind(
        _("Messaging limit nearly used"),
        _("The business portfolio %(subject)s has nearly used its messaging limit of the last 24 hours."),
        _("What exceeds it waits and goes out as places become free. Put off campaigns."),
        "limit_nearly_used",
    ),
    "number_name": AlertKind(
        _("Name refused"),
        _("Meta does not accept the displayed name of the number %(number)s: %(after)s."),
        _("Choose another name in WhatsApp Manager and ask for a review."),
        "number_name",
        About.NUMBER,
    ),
    "number_name_rejected": AlertKind(
        _("Name refused"),
        _("Meta's review refused the displayed name of a number of the account %(subject)s."),
        _("Choose another name in WhatsApp Manager and ask for a review."),
        "number_name",
        About.ACCOUNT,
        by_hand=True,
    ),
    "number_badge": AlertKind(
        _("Badge lost"),
        _("The number %(number)s is not marked as an official business account any more."),
        _("Ask Meta's support why, if the badge matters to the company."),
        "number_name",
        About.NUMBER,
        by_hand=True,
    ),
    "phone_app_silent": AlertKind(
        _("Phone app silent"),
        _(
            "Nothing was seen of the phone app of the number %(number)s for ten days. Open WhatsApp Business on the "
            "main phone: Meta disconnects a number whose app was not opened for about 14 days."
        ),
        _("Open WhatsApp Business on the main phone, with the internet on."),
        "phone_app_silent",
        About.NUMBER,
        mailed=True,
    ),
    "phone_app_sync_uncertain": AlertKind(
        _("Phone app's past uncertain"),
        _(
            "Meta did not answer when it was asked for the contacts or the history of the number %(number)s. It is not "
            "asked again, because a second request would cost the connection."
        ),
        _("Wait a day: what comes is taken. Else connect the number with the app anew."),
        "phone_app_sync_refused",
        About.NUMBER,
        mailed=True,
        by_hand=True,
    ),
    "phone_app_sync_refused": AlertKind(
        _("Phone app's past refused"),
        _(
            "Meta refused to send the contacts or the history of the number %(number)s. To get them, the number is "
            "connected with the app anew."
        ),
        _("Connect the number with the app anew, if the past is needed."),
        "phone_app_sync_refused",
        About.NUMBER,
        mailed=True,
        by_hand=True,
    ),
    "phone_app_missed": AlertKind(
        _("Phone app's past missed"),
        _(
            "The contacts or the history of the number %(number)s could not be asked for within 24 hours. To get them, "
            "the number is connected with the app anew."
        ),
        _("Connect the number with the app anew, if the past is needed."),
        "phone_app_sync_refused",
        About.NUMBER,
        mailed=True,
        by_hand=True,
    ),
}
