"""What must be true before Recado may start, each cause with its own id.

``manage.py`` runs these checks before every command; web, worker and beat run them when they start
(``refuse_unsafe_start``). Development only needs keys that work; production refuses everything that belongs to a
laptop: its keys, its simulator, its test recipient.
"""

import base64
import binascii
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from config.storage import FOLDER
from tenants import vault
from tenants.models import AutomationSettings, Credential, PhoneNumber, Provider

TAG = "recado"
ENVIRONMENTS = ("development", "staging", "production")
DEVELOPMENT_KEY_PREFIX = b"recado-dev-"
DEVELOPMENT_SECRETS = ("recado-dev-", "django-insecure-")  # how they begin
SIMULATORS = "SIM"  # how the simulator's tokens begin

OF_THE_PUBLIC_PAGES = (
    *("COMPANY_NAME", "COMPANY_TAX_ID", "COMPANY_ADDRESS", "SUPPORT_EMAIL"),
    *("PROMISED_PRIVACY_ANSWER_DAYS", "PROMISED_DELETION_DAYS", "PROMISED_SUPPORT_HOURS"),
)

Finding = tuple[str, str, str]  # id, what is wrong, what to do


class UnsafeStart(ImproperlyConfigured):
    """This process must not run; the text names each cause, a line each."""


def refuse_unsafe_start() -> None:
    """Raises UnsafeStart when a check finds an error. Called when web, worker and beat start."""
    errors = [found for found in run_checks(tags=[TAG], databases=["default"]) if found.is_serious()]
    if errors:
        causes = "\n".join(f"  {error.id}: {error.msg} {error.hint or ''}".rstrip() for error in errors)
        raise UnsafeStart(f"Recado does not start in {settings.ENVIRONMENT}:\n{causes}")


@register(TAG)
def check_environment(app_configs: Any = None, **_options: Any) -> list[CheckMessage]:
    findings = [*_environment(), *_encryption_keys(), *_automation_mode(), *_alert_hook()]
    if settings.ENVIRONMENT == "production":
        findings += [*_keys(), *_laptop_settings(), *_addresses(), *_files()]
    if settings.ENVIRONMENT == "staging" and not settings.WHATSAPP_META_TEST_RECIPIENT:
        findings.append(
            (
                "recado.E020",
                "Staging has no test recipient.",
                "Set WHATSAPP_AUTOMATION_META_TEST_RECIPIENT: every message of staging goes to that number.",
            )
        )
    return [*_errors(findings), *_staging_warnings(), *_production_warnings()]


@register(TAG, Tags.database)
def check_rows(app_configs: Any = None, databases: Sequence[str] | None = None, **_options: Any) -> list[CheckMessage]:
    """What only the database knows; says nothing while it does not answer or has no tables yet."""
    if not databases or settings.ENVIRONMENT != "production":
        return []
    try:
        return _errors([*_stub_numbers(), *_simulator_tokens()])
    except (DatabaseError, ImproperlyConfigured):
        return []


def _errors(findings: Iterable[Finding]) -> list[CheckMessage]:
    return [Error(message, hint=hint, id=id_) for id_, message, hint in findings]


def _environment() -> Iterator[Finding]:
    if settings.ENVIRONMENT not in ENVIRONMENTS:
        yield (
            "recado.E001",
            f"ENVIRONMENT is {settings.ENVIRONMENT!r}.",
            f"Use one of {', '.join(ENVIRONMENTS)}.",
        )


def _encryption_keys() -> Iterator[Finding]:
    if any(not _is_fernet_key(key) for key in settings.WHATSAPP_ENCRYPTION_KEYS):
        yield (
            "recado.E002",
            "WHATSAPP_ENCRYPTION_KEY holds something that is not a Fernet key.",
            "Each key is 32 random bytes in URL-safe base64.",
        )


def _automation_mode() -> Iterator[Finding]:
    if settings.WHATSAPP_AUTOMATION_MODE not in AutomationSettings.Mode.values:
        yield (
            "recado.E019",
            f"WHATSAPP_AUTOMATION_MODE is {settings.WHATSAPP_AUTOMATION_MODE!r}.",
            f"Use one of {', '.join(AutomationSettings.Mode.values)}.",
        )


def _alert_hook() -> Iterator[Finding]:
    url = settings.ALERT_WEBHOOK_URL
    if not url:
        return
    if not settings.ALERT_WEBHOOK_SECRET:
        yield (
            "recado.E021",
            "ALERT_WEBHOOK_SECRET is missing.",
            "Its receiver proves with it that an alert came from here: give both the same random text.",
        )
    schemes = ("http", "https") if settings.ALERT_WEBHOOK_PRIVATE else ("https",)
    if urlsplit(url).scheme not in schemes or not urlsplit(url).hostname:
        yield (
            "recado.E022",
            "ALERT_WEBHOOK_URL is not an address that may be called.",
            "It is https://host/…; plain http and private hosts need ALERT_WEBHOOK_PRIVATE.",
        )


def _keys() -> Iterator[Finding]:
    secret_key = _secret_key()
    if not secret_key:
        yield "recado.E003", "SECRET_KEY is missing.", "Set it to at least 50 random characters."
    elif secret_key.startswith(DEVELOPMENT_SECRETS):
        yield "recado.E004", "SECRET_KEY is one of development.", "Make one for production alone."
    if not settings.WHATSAPP_ENCRYPTION_KEYS:
        yield "recado.E005", "WHATSAPP_ENCRYPTION_KEY is missing.", "Without it no access token can be stored or read."
    if any(_is_development_key(key) for key in settings.WHATSAPP_ENCRYPTION_KEYS):
        yield "recado.E006", "WHATSAPP_ENCRYPTION_KEY holds a key of development.", "Make one for production alone."
    if not settings.WHATSAPP_META_APP_SECRETS:
        yield (
            "recado.E007",
            "There is no app secret.",
            "Set WHATSAPP_AUTOMATION_META_APP_SECRET: without it every webhook of Meta is refused.",
        )


def _laptop_settings() -> Iterator[Finding]:
    if settings.DEBUG:
        yield "recado.E008", "DEBUG is on.", "Remove DEBUG."
    if settings.WHATSAPP_META_TEST_RECIPIENT:
        yield (
            "recado.E009",
            "A test recipient is set.",
            "Remove WHATSAPP_AUTOMATION_META_TEST_RECIPIENT: every customer's message would go to that number.",
        )
    if settings.WHATSAPP_AUTOMATION_PROVIDER == Provider.STUB:
        yield "recado.E010", "The provider is the stub, which sends nothing.", "Set WHATSAPP_AUTOMATION_PROVIDER=meta."
    if settings.WHATSAPP_AUTOMATION_HELLO_WORLD_FALLBACK:
        yield (
            "recado.E011",
            "The hello_world fallback is on.",
            "Remove WHATSAPP_AUTOMATION_HELLO_WORLD_FALLBACK: customers would get Meta's test text.",
        )


def _addresses() -> Iterator[Finding]:
    if not settings.PUBLIC_URL.startswith("https://"):
        yield "recado.E012", f"PUBLIC_URL is {settings.PUBLIC_URL}.", "It must begin with https://."
    for name in ("WHATSAPP_META_GRAPH_URL", "WHATSAPP_META_SDK_URL"):
        if not getattr(settings, name).startswith("https://"):
            yield (
                "recado.E013",
                f"{name} is {getattr(settings, name)}, the address of a simulator.",
                "Remove it: the default is Meta's own.",
            )
    if not settings.ALLOWED_HOSTS:
        yield "recado.E014", "ALLOWED_HOSTS is missing.", "List the names under which this server is reached."


def _files() -> Iterator[Finding]:
    for name in ("MEDIA_MAX_BYTES", "MEDIA_DOWNLOAD_THREADS", "MEDIA_DOWNLOADS_A_SECOND"):
        if getattr(settings, name) < 1:
            yield "recado.E017", f"{name} is at least 1.", "Remove it: see the docs."
    if settings.STORAGES["default"] == FOLDER and not _can_be_written(settings.MEDIA_ROOT):
        yield (
            "recado.E018",
            f"The folder of files, {settings.MEDIA_ROOT}, cannot be written.",
            "Give it to the account of web and workers, or set MEDIA_ROOT or MEDIA_STORAGE_URL.",
        )


def _can_be_written(folder: Path) -> bool:
    """The folder, or the nearest one above it that is there."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def _stub_numbers() -> Iterator[Finding]:
    if PhoneNumber.objects.owned().filter(provider=Provider.STUB, state__in=PhoneNumber.SENDS).exists():
        yield "recado.E015", "A connected number uses the stub provider, which sends nothing.", "Disconnect it."


def _simulator_tokens() -> Iterator[Finding]:
    tokens = Credential.objects.filter(kind=Credential.Kind.ACCESS_TOKEN, retired_at=None)
    found = sum(map(_is_of_simulator, tokens.values_list("ciphertext", flat=True).iterator()))
    if found:
        yield (
            "recado.E016",
            f"{found} stored access token(s) are the simulator's.",
            "This database belongs to a development copy; start production on one of its own.",
        )


def _staging_warnings() -> list[CheckMessage]:
    if settings.ENVIRONMENT != "staging":
        return []
    found: list[CheckMessage] = []
    if not settings.WHATSAPP_META_APP_SECRETS:
        found.append(Warning("Staging has no app secret: every webhook of Meta is refused.", id="recado.W001"))
    if not settings.WHATSAPP_META_GRAPH_URL.startswith("https://"):
        found.append(Warning("Staging speaks to a simulator, not to Meta.", id="recado.W002"))
    return found


def _production_warnings() -> list[CheckMessage]:
    if settings.ENVIRONMENT != "production":
        return []
    found: list[CheckMessage] = []
    if settings.WHATSAPP_AUTOMATION_MODE == AutomationSettings.Mode.ENABLED:
        found.append(
            Warning(
                "WHATSAPP_AUTOMATION_MODE=enabled enables no company in production.",
                hint="Each one is enabled in its own settings, once nothing required is missing in Readiness.",
                id="recado.W003",
            )
        )
    return found


@register(TAG, deploy=True)
def check_public_pages(app_configs: Any = None, **_options: Any) -> list[CheckMessage]:
    """In production a person has decided what the public pages say and promise."""
    if settings.ENVIRONMENT != "production":
        return []
    unset = [name for name in OF_THE_PUBLIC_PAGES if not os.environ.get(name)]
    if not unset:
        return []
    hint = "Whoever runs this Recado answers for these names and deadlines: set them, and have a lawyer read the pages."
    return [Warning(f"Nobody set what the public pages say: {', '.join(unset)}.", hint=hint, id="recado.W004")]


def _secret_key() -> str:
    try:
        return settings.SECRET_KEY
    except ImproperlyConfigured:  # Django's own answer to an empty one
        return ""


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


def _is_development_key(key: str) -> bool:
    try:
        return base64.urlsafe_b64decode(key).startswith(DEVELOPMENT_KEY_PREFIX)
    except (binascii.Error, ValueError):
        return False


def _is_of_simulator(ciphertext: bytes | memoryview) -> bool:
    try:
        return vault.decrypt(bytes(ciphertext)).startswith(SIMULATORS)
    except vault.SecretUnreadable:
        return False
