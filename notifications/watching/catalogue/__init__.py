"""Every kind of alert that any part of Recado raises: what happened, what to do, which runbook helps.

A test finds the kinds in the code and fails for one that is not here.
"""

from notifications.watching.catalogue.accounts import OF_ACCOUNTS
from notifications.watching.catalogue.numbers import OF_NUMBERS
from notifications.watching.catalogue.pipeline import OF_THE_PIPELINE
from notifications.watching.kinds import AlertKind

KINDS: dict[str, AlertKind] = OF_NUMBERS | OF_ACCOUNTS | OF_THE_PIPELINE
