"""What a person reads of content in a conversation, told in no language: the words are those that were sent."""

from whatsapp.content.values import Contacts, Content, File, Location, Reaction, Template


def readable(content: Content) -> str:
    """The text, caption or body; a file's, place's or person's name; empty where nothing was written."""
    match content:
        case Template():
            return content.preview
        case File():
            return content.caption or content.filename
        case Location():
            return content.name or content.address or f"{content.latitude}, {content.longitude}"
        case Contacts():
            return ", ".join(card.name.formatted_name for card in content.contacts)
        case Reaction():
            return content.emoji
    return content.body
