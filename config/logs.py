"""Structured logs: JSON for machines in production, readable lines in development; never a secret or a message text.

Redaction works on names, whatever the depth: a key that speaks of a secret, a phone or a text loses its value before
any renderer sees it. Bearer tokens and Meta's long tokens are cut out of strings too, since libraries put them there.
"""

import logging
import re
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from structlog.types import Processor

HIDDEN = "[hidden]"
SECRET_NAMES = re.compile(
    r"token|secret|password|api_?key|authorization|cookie|ciphertext|credential|\bpin\b|^(to|from|from_phone|phone|"
    r"customer_phone|wa_id|body|text|caption|payload|name|customer_name|profile_name)$",
    re.IGNORECASE,
)
SECRET_SHAPES = re.compile(r"(Bearer\s+|access_token=|EAA|SIM[-_])[\w.\-|]{6,}")
LONG_DIGITS = re.compile(r"(?<![\w.])\+?\d{10,15}(?![\w.])")
PROBES = ("/healthz", "/readyz")
KEEP_NAMES = frozenset(
    {"event", "level", "timestamp", "logger", "request_id", "phone_number_id", "waba_id", "wamid", "task_id"}
)


def redact(value: Any, name: str = "") -> Any:
    """``value`` without anything that must not be in a log; containers are copied, never changed."""
    if name not in KEEP_NAMES and SECRET_NAMES.search(name) and value not in (None, ""):
        return HIDDEN
    if isinstance(value, Mapping):
        return {key: redact(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact(item) for item in value]
    if isinstance(value, str) and name not in KEEP_NAMES - {"event"}:
        return LONG_DIGITS.sub(HIDDEN, SECRET_SHAPES.sub(HIDDEN, value))
    return value


def redact_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor; runs last before rendering."""
    return {key: redact(item, key) for key, item in event.items()}


def is_worth_a_line(record: logging.LogRecord) -> bool:
    """Health probes ask every few seconds; what they were answered is for them alone."""
    told = record.msg.get("request") if isinstance(record.msg, Mapping) else record.args
    return not any(str(part).endswith(PROBES) for part in (told if isinstance(told, tuple) else (told,)))


def without_traceback_of_refusals(record: logging.LogRecord) -> bool:
    """Django's line of a 403 brings where it was raised; that is an answer, and no failure of ours."""
    if getattr(record, "status_code", 500) < 500:
        record.exc_info = None
    return True


def configure_logging(*, json: bool, level: str) -> None:
    """Routes structlog and the standard library through one formatter to standard error."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: Processor = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact_event, renderer],
        )
    )
    handler.addFilter(is_worth_a_line)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.getLogger("django.request").addFilter(without_traceback_of_refusals)
    for noisy in ("urllib3", "celery.worker.strategy", "celery.app.trace", "django_structlog"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
