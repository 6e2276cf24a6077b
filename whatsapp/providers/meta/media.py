"""Files at Meta: what Graph tells of an id, and the hosts that serve them."""

from collections.abc import Generator
from urllib.parse import quote

from whatsapp.errors import OutcomeUnknown, Refused
from whatsapp.providers import files
from whatsapp.providers.base import AccountAccess, MediaFacts
from whatsapp.providers.meta import graph
from whatsapp.providers.values import integer, text

HOSTS = ("fbsbx.com", "fbcdn.net", "whatsapp.net")  # with all that lies under them
NOT_FOUND = 100  # also: not under this number


def fetch(access: AccountAccess, media_id: str) -> MediaFacts:
    """Address and facts of a file. Asked with the number first: it must not be another number's.

    Of some files that customers sent, Meta knows nothing when it is asked so; then the id alone is asked.
    """
    path = quote(media_id, safe="")
    try:
        data = graph.call(access, "GET", path, params={"phone_number_id": access.phone_number_id})
    except Refused as refusal:
        if refusal.code != NOT_FOUND:
            raise
        data = graph.call(access, "GET", path)
    url = text(data.get("url"))
    if not url:
        raise OutcomeUnknown("a file without an address", 200)
    return MediaFacts(
        url=url,
        mime_type=text(data.get("mime_type"), 200),
        sha256=text(data.get("sha256"), 100),
        size=integer(data.get("file_size")),
    )


def stream(access: AccountAccess, url: str) -> Generator[bytes]:
    """The file behind an address that Meta told."""
    return files.stream(url, token=access.token, base_url=access.base_url, is_file_host=is_file_host)


def is_file_host(host: str) -> bool:
    return any(host == known or host.endswith(f".{known}") for known in HOSTS)
