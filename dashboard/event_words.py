"""What a webhook event tells of, in words; Meta's own names stand beside them in small."""

from typing import Any

from django.utils.translation import gettext_lazy as _

# Of fields that tell several things, what each of their lists is.
ITEMS: dict[str, Any] = {
    "statuses": _("Status of a message"),
    "errors": _("Error of WhatsApp"),
    "message_echoes": _("Message written in the phone app"),
    "state_sync": _("Contact in the phone's address book"),
    "user_preferences": _("Preference of a customer"),
}
FIELDS: dict[str, Any] = {
    "messages": _("Message from a customer"),
    "smb_message_echoes": _("Message written in the phone app"),
    "smb_app_state_sync": _("Contact in the phone's address book"),
    "history": _("History of the phone app"),
    "account_update": _("Change of the account"),
    "account_alerts": _("Alert of the account"),
    "account_review_update": _("Review of the account"),
    "account_settings_update": _("Settings of the account"),
    "business_capability_update": _("Limits of the account"),
    "message_template_status_update": _("Status of a template"),
    "message_template_quality_update": _("Quality of a template"),
    "message_template_components_update": _("Words of a template"),
    "template_category_update": _("Category of a template"),
    "phone_number_name_update": _("Name of a number"),
    "phone_number_quality_update": _("Quality of a number"),
    "user_preferences": _("Preference of a customer"),
    "user_id_update": _("New user id of a customer"),
    "security": _("Security of a number"),
    "flows": _("Form (Flow)"),
}


def word(field: str, item: str) -> str:
    """Empty for what has no word of ours: Meta's names are all there is."""
    return str(ITEMS.get(item) or FIELDS.get(field, ""))
