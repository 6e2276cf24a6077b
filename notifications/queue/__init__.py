"""The queue of promised messages. It knows no kind by name, and is the only writer of a job's state.

``promise``  enqueue, cancel, skip, reschedule: what use cases call, inside their transaction
``claim``    takes due jobs, asks the gates, leases what may go; ``start`` marks a group as being called
``record``   what came back from a call: ``accepted`` (with the ``addresses`` that it told) or ``refusals``
``line``     what is due, in which order
``sweep``    what was left behind: leases that ran out, holds that ran out
"""

from notifications.queue.claim import Batch, claim, give_back
from notifications.queue.line import count as count_due
from notifications.queue.promise import cancel, enqueue, renew, reschedule, ring_on_commit, skip
from notifications.queue.record import Outcome, record, record_many
from notifications.queue.refusals import NotMade
from notifications.queue.start import Ticket, start
from notifications.queue.sweep import is_due, sweep, wake

__all__ = [
    "Batch",
    "NotMade",
    "Outcome",
    "Ticket",
    "cancel",
    "claim",
    "count_due",
    "enqueue",
    "give_back",
    "is_due",
    "record",
    "record_many",
    "renew",
    "reschedule",
    "ring_on_commit",
    "skip",
    "start",
    "sweep",
    "wake",
]
