from whatsapp.models.answering import CannedAnswer, ConversationNote
from whatsapp.models.check import ConnectionCheck
from whatsapp.models.conversation import Conversation
from whatsapp.models.later import Reaction, Revision
from whatsapp.models.lead import Lead
from whatsapp.models.media import Media
from whatsapp.models.message import Message, MessageStatus, Status
from whatsapp.models.notice import AccountNotice, BookEntry
from whatsapp.models.phone_app import HistoryPart, SyncCall
from whatsapp.models.reading import NumberReading
from whatsapp.models.signup import Signup, SignupInvitation, SignupStep
from whatsapp.models.ticket import Ticket
from whatsapp.models.upload import UploadedFile
from whatsapp.models.webhook import HandlerFailure, WebhookEvent

__all__ = [
    "AccountNotice",
    "BookEntry",
    "CannedAnswer",
    "ConnectionCheck",
    "Conversation",
    "ConversationNote",
    "HandlerFailure",
    "HistoryPart",
    "Lead",
    "Media",
    "Message",
    "MessageStatus",
    "NumberReading",
    "Reaction",
    "Revision",
    "Signup",
    "SignupInvitation",
    "SignupStep",
    "Status",
    "SyncCall",
    "Ticket",
    "UploadedFile",
    "WebhookEvent",
]
