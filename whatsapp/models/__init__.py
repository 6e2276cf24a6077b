from whatsapp.models.conversation import Conversation
from whatsapp.models.media import Media
from whatsapp.models.message import Message, MessageStatus, Status
from whatsapp.models.webhook import HandlerFailure, WebhookEvent

__all__ = ["Conversation", "HandlerFailure", "Media", "Message", "MessageStatus", "Status", "WebhookEvent"]
