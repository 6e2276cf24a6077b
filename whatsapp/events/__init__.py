"""What a webhook can tell us: one frozen dataclass a fact, the same for every provider.

Times are aware datetimes in UTC, the effective ones of ``providers.values.effective_time``; ids and phones are as the
provider gave them; texts have NUL and lone surrogates replaced so that every store takes them.
"""

from whatsapp.events.accounts import (
    AccountAlerted,
    AccountNoticed,
    AccountReviewed,
    AccountSettingsChanged,
    AccountUpdated,
    AutomaticEventTold,
    CallChanged,
    CapabilityChanged,
    FlowChanged,
    GroupChanged,
    Kept,
    LinkClicked,
    NotUnderstood,
    NumberNameDecided,
    NumberQualityChanged,
    PaymentChanged,
    PlatformReported,
    PreferenceChanged,
    SecurityChanged,
    SolutionChanged,
    TemplateCategoryChanged,
    TemplateComponentsChanged,
    TemplateQualityChanged,
    TemplateStatusChanged,
    UsernameChanged,
)
from whatsapp.events.messages import (
    KNOWN_TYPES,
    OPENING_TYPES,
    ContactSynced,
    HistoryChunk,
    HistoryFact,
    IdentityChanged,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
    MessageRevoked,
    ReactionChanged,
    Said,
    StatusChanged,
)
from whatsapp.events.parts import Person, ProviderProblem

__all__ = [
    "ALL",
    "KNOWN_TYPES",
    "OF_A_NUMBER",
    "OPENING_TYPES",
    "AccountAlerted",
    "AccountNoticed",
    "AccountReviewed",
    "AccountSettingsChanged",
    "AccountUpdated",
    "AutomaticEventTold",
    "CallChanged",
    "CapabilityChanged",
    "ContactSynced",
    "Event",
    "FlowChanged",
    "GroupChanged",
    "HistoryChunk",
    "HistoryFact",
    "IdentityChanged",
    "Kept",
    "LinkClicked",
    "MessageEchoed",
    "MessageEdited",
    "MessageReceived",
    "MessageRevoked",
    "NotUnderstood",
    "NumberNameDecided",
    "NumberQualityChanged",
    "PaymentChanged",
    "Person",
    "PlatformReported",
    "PreferenceChanged",
    "ProviderProblem",
    "ReactionChanged",
    "Said",
    "SecurityChanged",
    "SolutionChanged",
    "StatusChanged",
    "TemplateCategoryChanged",
    "TemplateComponentsChanged",
    "TemplateQualityChanged",
    "TemplateStatusChanged",
    "UsernameChanged",
]

# What happens between a number and a person, and means nothing without the number.
OF_A_NUMBER = (
    MessageReceived,
    MessageEchoed,
    ReactionChanged,
    MessageEdited,
    MessageRevoked,
    IdentityChanged,
    StatusChanged,
    HistoryChunk,
    ContactSynced,
    PreferenceChanged,
)
ALL = (
    *OF_A_NUMBER,
    AccountUpdated,
    AccountAlerted,
    AccountReviewed,
    AccountSettingsChanged,
    CapabilityChanged,
    NumberNameDecided,
    NumberQualityChanged,
    SecurityChanged,
    TemplateStatusChanged,
    TemplateQualityChanged,
    TemplateCategoryChanged,
    TemplateComponentsChanged,
    PlatformReported,
    CallChanged,
    GroupChanged,
    FlowChanged,
    PaymentChanged,
    SolutionChanged,
    AutomaticEventTold,
    LinkClicked,
    UsernameChanged,
)

Event = (
    Said
    | StatusChanged
    | HistoryChunk
    | ContactSynced
    | AccountNoticed
    | TemplateStatusChanged
    | TemplateQualityChanged
    | TemplateCategoryChanged
    | TemplateComponentsChanged
    | PreferenceChanged
    | PlatformReported
    | Kept
)
