"""Phone numbers as people type them, as Meta keys them, and as pages show them.

An address is never rewritten: sends go to what Meta gave or a person typed (E.164). ``match_key`` only finds the
variants of one person: Brazil's ninth digit, Mexico's and Argentina's extra digit after the country code.
"""

import re
from functools import lru_cache

import phonenumbers
from django.utils.translation import gettext as _

WA_ID = re.compile(r"\d{6,15}")
BRAZIL = re.compile(r"\+55 (\d{2}) ?(\d{4,5})-?(\d{4})")  # a mobile without its ninth digit comes in one piece


def normalize(raw: str, region: str = "BR") -> str:
    """``raw`` as E.164 with +; numbers without a country code are read as of ``region``.

    ValueError with a translated sentence for what libphonenumber does not hold for a valid number.
    """
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise ValueError(_("“%(raw)s” is not a valid phone number. Example: +55 11 98888-7777.") % {"raw": raw[:40]})
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_wa_id(value: str) -> bool:
    """Digits only, of a phone's length (a user id may stand in the same place)."""
    return bool(WA_ID.fullmatch(value))


def recipient(address: str) -> str:
    """A contact's address as jobs and rates name it: a wa_id as E.164, a user id as Meta gave it."""
    return f"+{address}" if is_wa_id(address) else address


def digits(value: str) -> str:
    """An E.164 number as Meta writes a wa_id."""
    return re.sub(r"\D", "", value)


def match_key(value: str) -> str:
    """The form that the variants of one number share; anything unlike a phone stays as it is.

    Brazil: 55 + area code + last 8 digits, for mobiles only (landlines never merge). Mexico: 52 + last 10.
    Argentina: 549 + last 10, since without the 9 it may be somebody else's landline.
    """
    number = value if is_wa_id(value) else digits(value) if value.startswith("+") else ""
    if not number:
        return value
    if number.startswith("55") and len(number) in {12, 13}:
        return _brazil(number)
    if number.startswith("521") and len(number) == 13:
        return "52" + number[-10:]
    return number


def doubtful_key(match_key: str) -> str:
    """The match key that may, or may not, be the same person's; "" when there is none.

    Argentina: with the 9 after the country code it is a mobile; without it, the same mobile dialled or a landline.
    """
    if match_key.startswith("549") and len(match_key) == 13:
        return f"54{match_key[3:]}"
    if match_key.startswith("54") and len(match_key) == 12:
        return f"549{match_key[2:]}"
    return ""


def parts(digits: str) -> set[str]:
    """How the end of a number that somebody typed may stand in a wa_id: Brazil's ninth digit there or not."""
    local = digits[-9:] if len(digits) >= 9 else ""
    found = {digits}
    if local.startswith("9"):
        found.add(digits[:-9] + digits[-8:])
    if len(digits) in {10, 12} and digits[-8] in "6789":  # with area code, so that the 9 has its place
        found.add(f"{digits[:-8]}9{digits[-8:]}")
    return found


def _brazil(number: str) -> str:
    is_mobile = number[-8] in "6789" and (len(number) == 12 or number[4] == "9")
    return number[:4] + number[-8:] if is_mobile else number


@lru_cache(maxsize=10_000)  # a list shows the same people again and again, and metadata are slow to ask
def display(value: str) -> str:
    """For people: ``+55 (11) 98888-7777``, other countries in their international form; else as it is."""
    try:
        number = phonenumbers.parse(value if value.startswith("+") else f"+{value}")
    except phonenumbers.NumberParseException:
        return value
    text = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    brazilian = BRAZIL.fullmatch(text)
    return "+55 ({}) {}-{}".format(*brazilian.groups()) if brazilian else text
