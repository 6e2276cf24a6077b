from tenants.models.access import TenantApiKey
from tenants.models.audit import Alert, AuditEntry
from tenants.models.confirmation import Confirmation
from tenants.models.connection import ConnectionStep, Credential, PhoneNumber, Provider, WhatsAppAccount
from tenants.models.contact import Consent, Contact, ErasedRefusal, Identity
from tenants.models.deletion import DataDeletion
from tenants.models.invitation import Invitation
from tenants.models.label import ContactLabel, Label
from tenants.models.merge import ContactMerge, ContactMergeProposal, MovedRows
from tenants.models.saved_filter import SavedFilter
from tenants.models.tenant import AutomationSettings, KillSwitch, Member, MessageText, Tenant

__all__ = [
    "Alert",
    "AuditEntry",
    "AutomationSettings",
    "Confirmation",
    "ConnectionStep",
    "Consent",
    "Contact",
    "ContactLabel",
    "ContactMerge",
    "ContactMergeProposal",
    "Credential",
    "DataDeletion",
    "ErasedRefusal",
    "Identity",
    "Invitation",
    "KillSwitch",
    "Label",
    "Member",
    "MessageText",
    "MovedRows",
    "PhoneNumber",
    "Provider",
    "SavedFilter",
    "Tenant",
    "TenantApiKey",
    "WhatsAppAccount",
]
