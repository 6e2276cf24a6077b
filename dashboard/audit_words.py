"""The audit trail in words: what ``noun.verb`` means, and a line's detail as a person reads it."""

from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

# Nouns that are no model's name; a model speaks for itself.
NOUNS: dict[str, Any] = {
    "access": _("access of Meta"),
    "account": _("WhatsApp Business account"),
    "api_key": _("API key"),
    "audit": _("audit trail"),
    "connection": _("connection"),
    "invitation": _("invitation"),
    "job": _("message"),
    "keys": _("encryption keys"),
    "kill_switch": _("kill switch"),
    "manual_notice": _("manual notice"),
    "onboarding": _("connecting a number"),
    "person": _("person"),
    "person_data": _("data of a person of Meta's"),
    "platform": _("platform's team"),
    "readiness": _("readiness"),
    "secret": _("secret"),
    "signed_request": _("request of Meta"),
    "template": _("template"),
}
VERBS: dict[str, Any] = {
    "accepted": _("accepted"),
    "acknowledged": _("acknowledged"),
    "added": _("added"),
    "archived": _("archived"),
    "assigned": _("assigned"),
    "booked": _("booked"),
    "cancelled": _("cancelled"),
    "changed": _("changed"),
    "closed": _("closed"),
    "confirmed": _("confirmed"),
    "connected": _("connected"),
    "created": _("created"),
    "decided": _("decided"),
    "deleted": _("deleted"),
    "discarded": _("discarded"),
    "disconnected": _("disconnected"),
    "done": _("done (act)"),
    "blocked": _("blocked"),
    "unblocked": _("unblocked"),
    "bound": _("number bound to the company"),
    "email_changed": _("e-mail changed"),
    "email_deleted": _("e-mail removed"),
    "erased": _("names erased"),
    "expired": _("expired"),
    "exported": _("exported"),
    "handed_over": _("handed over"),
    "insights_enabled": _("Meta's figures of templates switched on"),
    "locked_out": _("locked out after failures"),
    "looked_at": _("company looked at"),
    "made": _("made"),
    "marked_failed": _("marked as failed"),
    "mended": _("mended"),
    "merged": _("merged"),
    "merge_rejected": _("kept apart"),
    "moved": _("state changed"),
    "labelled": _("labelled"),
    "no_show": _("no-show"),
    "noted": _("note kept"),
    "number_changed": _("number changed"),
    "off": _("turned off"),
    "on": _("turned on"),
    "opened": _("opened"),
    "opted_in": _("wants messages"),
    "opted_out": _("wants no messages"),
    "overridden": _("mode allowed before it was complete"),
    "password_changed": _("password changed"),
    "password_reset": _("password set anew by e-mail"),
    "password_set": _("password set"),
    "phone_app_asked": _("phone app's past asked for"),
    "portfolio": _("portfolio known"),
    "reconnected": _("connected again"),
    "recovery_codes_generated": _("recovery codes made"),
    "refused": _("refused"),
    "released": _("given to its owner"),
    "reopened": _("opened again"),
    "replayed": _("processed again"),
    "reschedule_requested": _("reschedule asked for"),
    "retried": _("tried again"),
    "revoked": _("revoked"),
    "rotated": _("rotated"),
    "saved": _("kept as a draft"),
    "second_factor_taken": _("second factor taken away"),
    "seen": _("seen"),
    "send_now": _("sent at once"),
    "sent": _("sent (act)"),
    "session_ended": _("session ended"),
    "sessions_ended": _("sessions ended"),
    "set": _("set"),
    "set_aside": _("set aside until the customer writes"),
    "sign_in_failed": _("sign-in failed"),
    "signed_in": _("signed in"),
    "solved": _("solved"),
    "started": _("started"),
    "stopped": _("stopped"),
    "taken": _("taken over"),
    "token_rotated": _("token replaced"),
    "totp_activated": _("authenticator app added"),
    "totp_deactivated": _("authenticator app removed"),
    "unlabelled": _("label taken off"),
    "unmerged": _("merge undone"),
    "unarchived": _("taken back from the archive"),
    "unpaused": _("taken up again"),
    "webauthn_added": _("passkey added"),
    "webauthn_removed": _("passkey removed"),
    "withdrawn": _("withdrawn"),
}


def sentence(action: str) -> str:
    """``appointment.cancelled`` as "Appointment: cancelled"; an unknown part stays as it is, readable."""
    noun, _dot, verb = action.partition(".")
    word = str(_noun(noun))
    return f"{word[:1].upper()}{word[1:]}: {VERBS.get(verb, verb.replace('_', ' '))}"


def kind(object_type: str) -> str:
    """``notifications.appointment`` in words."""
    word = str(_noun(object_type.rpartition(".")[2]))
    return word[:1].upper() + word[1:]


def _noun(name: str) -> Any:
    model = _model(name)
    return NOUNS.get(name) or (model._meta.verbose_name if model else name.replace("_", " "))


def _model(name: str) -> type[Model] | None:
    return next((model for model in apps.get_models() if model._meta.model_name == name), None)
