"""A number that the business's phone app and the API share.

``start_sync`` asks for the app's address book and history, once; ``ledger`` counts what came of the history; ``app``
knows when the phone app was last heard of.
"""

from whatsapp.coexistence.sync import start_sync

__all__ = ["start_sync"]
