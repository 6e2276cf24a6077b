"""The table of providers. A new one is a folder beside these and a line here."""

from whatsapp.providers.base import ProviderClient
from whatsapp.providers.meta.client import MetaClient
from whatsapp.providers.stub.client import StubClient

PROVIDERS: dict[str, ProviderClient] = {client.name: client for client in (MetaClient(), StubClient())}


def get_provider(name: str) -> ProviderClient:
    """The provider of that name; LookupError for one this version does not have."""
    try:
        return PROVIDERS[name]
    except KeyError:
        raise LookupError(f"no provider is called {name!r}; there are {', '.join(PROVIDERS)}") from None
