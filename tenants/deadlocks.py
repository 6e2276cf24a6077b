"""A person's act that met workers, and that PostgreSQL ended to let them on, is done once more."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, transaction
from psycopg.errors import DeadlockDetected

TRIES = 5
Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def tried_again(act: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """``act``, which is one transaction, again from its beginning after a deadlock; within another it is not ours."""

    @wraps(act)
    def trying(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        for _ in range(TRIES - 1):
            try:
                return act(*args, **kwargs)
            except OperationalError as error:
                if not isinstance(error.__cause__, DeadlockDetected) or transaction.get_connection().in_atomic_block:
                    raise
        return act(*args, **kwargs)

    return trying
