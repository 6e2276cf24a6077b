"""What asks for attention: looked at each minute, told once, ended when its cause is gone.

``catalogue``  every kind of alert: what happened, what to do, which runbook helps
``checks``     the table of what is looked at, with its thresholds
``shares``     how many of the last hour failed
``rounds``     a look at everything
``words``      one alert in a person's words
"""

from notifications.watching.catalogue import KINDS
from notifications.watching.checks import CHECKS
from notifications.watching.kinds import About
from notifications.watching.rounds import look, look_at_processes
from notifications.watching.words import Told, numbers_of, tell

__all__ = ["CHECKS", "KINDS", "About", "Told", "look", "look_at_processes", "numbers_of", "tell"]
