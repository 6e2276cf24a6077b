"""``make check``: everything that can be told without running the suite, all of it, each with its own answer."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.fernet import Fernet

from config.dev.pytest_servers import prepare_environment

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(sys.executable).parent
PYTHON = sys.executable
MANAGE = [PYTHON, "manage.py"]


def as_production() -> dict[str, str]:
    """An environment that production would accept; its secrets are made for this moment."""
    return {
        "ENVIRONMENT": "production",
        "DEBUG": "false",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "WHATSAPP_ENCRYPTION_KEY": Fernet.generate_key().decode(),
        "WHATSAPP_META_GRAPH_URL": "https://graph.facebook.com",
        "WHATSAPP_AUTOMATION_META_APP_SECRET": secrets.token_hex(16),
        "WHATSAPP_AUTOMATION_MODE": "disabled",
        "WHATSAPP_AUTOMATION_PROVIDER": "meta",
        "ALLOWED_HOSTS": "recado.example.com",
        "PUBLIC_URL": "https://recado.example.com",
        "EMAIL_URL": "smtp://localhost:25",
        "SUPPORT_EMAIL": "help@recado.example.com",
        "COMPANY_NAME": "Recado Example Ltd.",
        "COMPANY_TAX_ID": "00.000.000/0001-00",
        "COMPANY_ADDRESS": "1 Example Street",
        "PROMISED_PRIVACY_ANSWER_DAYS": "15",
        "PROMISED_DELETION_DAYS": "90",
        "PROMISED_SUPPORT_HOURS": "4",
    }


@dataclass(frozen=True)
class Step:
    """A command that must end with 0; ``env`` is added to the environment of tests."""

    name: str
    command: list[str]
    env: Callable[[], Mapping[str, str]] = field(default=dict)


STEPS = [
    Step("format", [str(SCRIPTS / "ruff"), "format", "--check", "--quiet", "."]),
    Step("lint", [str(SCRIPTS / "ruff"), "check", "--quiet", "."]),
    Step("imports", [str(SCRIPTS / "lint-imports"), "--no-cache"]),
    Step("migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"]),
    Step("deployment", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], as_production),
    Step("api schema", [*MANAGE, "spectacular", "--validate", "--fail-on-warn", "--file", os.devnull]),
    Step("secrets", [PYTHON, "-m", "config.dev.secret_scan"]),
    Step("translations", [PYTHON, "-m", "config.dev.translations", "check"]),
    Step("docs", [PYTHON, "-m", "config.dev.docs_check"]),
    Step("types", [str(SCRIPTS / "mypy"), "--no-error-summary"]),
]


def run(step: Step) -> bool:
    """Runs one step and shows its answer; what it printed only if it failed."""
    started = time.monotonic()
    result = subprocess.run(
        step.command,
        cwd=ROOT,
        env={**os.environ, **step.env()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    passed = result.returncode == 0
    print(f"{'ok    ' if passed else 'FAILED'}  {step.name:<14} {time.monotonic() - started:5.1f} s", flush=True)
    if not passed:
        print((result.stdout + result.stderr).strip(), flush=True)
    return passed


def main(names: list[str]) -> int:
    """Runs all steps, or those named."""
    prepare_environment(os.environ)
    chosen = [step for step in STEPS if not names or step.name in names]
    results = [run(step) for step in chosen]
    print(f"{sum(results)} passed, {results.count(False)} failed")
    return int(not all(results) or not chosen)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
