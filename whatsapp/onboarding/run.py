"""Runs what is due: claim a step, do it with no transaction open, record what came of it."""

from datetime import datetime

import structlog

from whatsapp import bell
from whatsapp.errors import OutcomeUnknown, ProviderError
from whatsapp.models import Signup
from whatsapp.onboarding import progress, steps
from whatsapp.onboarding.entry import RUN_TASK
from whatsapp.onboarding.problems import Stopped, of_error

log = structlog.get_logger(__name__)


def advance(now: datetime) -> int:
    """One step of one signup; answers how many were done. Who dies within it leaves a lease that runs out."""
    claimed = progress.claim(now)
    if claimed is None:
        return 0
    signup, name, lease = claimed
    try:
        done = steps.RUN[name](signup, now)
    except Stopped as stopped:
        progress.stop(signup, lease, name, stopped, now)
    except (ProviderError, OutcomeUnknown) as error:
        progress.stop(signup, lease, name, of_error(error), now)
    except Exception:
        log.exception("signup_step_failed", signup=str(signup.pk), step=name)
        progress.stop(signup, lease, name, Stopped("defect"), now)
    else:
        progress.finish(signup, lease, name, done, now)
    return 1


def sweep(now: datetime) -> None:
    """What beat does: ends what is too old, rings for what is due and was missed."""
    progress.expire(now)
    if Signup.objects.filter(due_at__lte=now).exists():
        bell.ring(RUN_TASK)
