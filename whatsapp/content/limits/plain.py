"""Limits of messages of one part."""

from datetime import date

from django.utils.translation import gettext as _

from whatsapp.content.limits.lengths import Problems, count, file, length, link
from whatsapp.content.values import ContactCard, Contacts, File, Location, Plain, Reaction, Text

TEXT_LIMIT = 4096
CONTACTS_LIMIT = 257
EMOJI_LIMIT = 40  # code points: one emoji may be made of many


def plain(content: Plain) -> Problems:
    match content:
        case Text():
            return {"text.body": length(content.body, TEXT_LIMIT)}
        case File():
            return file(content.kind, content)
        case Location():
            return location("location", content)
        case Contacts():
            return _contacts(content)
        case Reaction():
            return {
                "reaction.message_id": length(content.message_id),
                "reaction.emoji": length(content.emoji, EMOJI_LIMIT, required=False),
            }


def location(path: str, content: Location) -> Problems:
    return {
        f"{path}.latitude": _degrees(content.latitude, 90),
        f"{path}.longitude": _degrees(content.longitude, 180),
        f"{path}.name": length(content.name, required=False),
        f"{path}.address": length(content.address, required=False),
    }


def _degrees(value: float, most: int) -> str:
    return "" if -most <= value <= most else _("Degrees between -%(most)d and %(most)d.") % {"most": most}


def _contacts(content: Contacts) -> Problems:
    problems = {"contacts": count(len(content.contacts), 1, CONTACTS_LIMIT)}
    for i, card in enumerate(content.contacts):
        problems |= _card(f"contacts.{i}", card)
    return problems


def _card(path: str, card: ContactCard) -> Problems:
    return {
        f"{path}.name.formatted_name": length(card.name.formatted_name),
        f"{path}.birthday": _birthday(card.birthday),
        **{f"{path}.phones.{i}.phone": length(phone.phone) for i, phone in enumerate(card.phones)},
        **{f"{path}.phones.{i}.wa_id": _digits(phone.wa_id) for i, phone in enumerate(card.phones)},
        **{f"{path}.emails.{i}.email": length(email.email) for i, email in enumerate(card.emails)},
        **{f"{path}.urls.{i}.url": link(url.url) for i, url in enumerate(card.urls)},
    }


def _digits(value: str) -> str:
    return "" if not value or (value.isascii() and value.isdigit()) else _("Digits only, with the country code.")


def _birthday(value: str) -> str:
    try:
        return "" if not value or date.fromisoformat(value).isoformat() == value else _("Write it as 1990-12-31.")
    except ValueError:
        return _("Write it as 1990-12-31.")
