"""Which configuration the audit trail watches, and which of its fields: old and new value of each change are kept.

No field that holds a secret stands here; secrets have acts of their own (``secret.set``), without any value.
"""

from typing import Any

CONFIGURATION: tuple[dict[str, Any], ...] = (
    {
        "model": "tenants.Tenant",
        "include_fields": [
            "name", "slug", "state", "time_zone", "language", "contact_name", "address_line", "booking_url",
            "requires_second_factor",
        ],
    },
    {"model": "tenants.Member", "include_fields": ["user", "role"]},
    {"model": "tenants.AutomationSettings", "exclude_fields": ["id", "tenant", "updated_at"]},
    {"model": "tenants.MessageText", "include_fields": ["key", "body"]},
    {"model": "whatsapp.CannedAnswer", "include_fields": ["shortcut", "text"]},
    {"model": "tenants.TenantApiKey", "include_fields": ["name", "prefix", "revoked", "expiry_date"]},
    {
        "model": "tenants.WhatsAppAccount",
        "include_fields": ["waba_id", "name", "business_portfolio_id", "owned_from", "owned_until"],
    },
    {
        "model": "tenants.PhoneNumber",
        "include_fields": [
            "provider", "account", "phone_number_id", "display_phone_number", "app_mode", "coexistence", "throughput",
            "owned_from", "owned_until",
        ],
    },
    {
        "model": "templates_mgmt.TemplateMapping",
        "include_fields": [
            "kind", "language", "template", "fallback", "variables", "otherwise", "is_next",
            "is_variant", "has_choice", "stopped_at",
        ],
    },
)  # fmt: skip
