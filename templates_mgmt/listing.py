"""Meta's lists of templates, several accounts' at once.

Threads wait for Meta and touch no row: what they bring is written by whoever asked. Each list is as long as Meta lets
it be (6 000 templates, some megabytes), and at most ``AT_ONCE`` of them are on their way.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from whatsapp.errors import OutcomeUnknown, ProviderError
from whatsapp.providers import get_provider
from whatsapp.providers.base import AccountAccess, TemplateFacts

AT_ONCE = 8


@dataclass(frozen=True)
class Listing:
    """The pages that came, and what ended the list early; only a ``whole`` one says what is missing."""

    pages: Sequence[Sequence[TemplateFacts]] = ()
    error: ProviderError | OutcomeUnknown | None = None

    @property
    def whole(self) -> bool:
        return self.error is None


def fetch(access: AccountAccess) -> Listing:
    """One account's list; the wire never raises here."""
    pages: list[Sequence[TemplateFacts]] = []
    try:
        pages.extend(get_provider(access.provider).fetch_templates(access))
    except (ProviderError, OutcomeUnknown) as error:
        return Listing(pages, error)
    return Listing(pages)


def fetch_many(accesses: Mapping[int, AccountAccess]) -> Iterator[tuple[int, Listing]]:
    """Each account's list by its key, as they come."""
    if len(accesses) < 2:
        yield from ((key, fetch(access)) for key, access in accesses.items())
        return
    with ThreadPoolExecutor(min(AT_ONCE, len(accesses)), "templates") as pool:
        asked = {pool.submit(fetch, access): key for key, access in accesses.items()}
        for done in as_completed(asked):
            yield asked[done], done.result()
