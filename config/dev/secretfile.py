"""The secrets of a development copy: made once, kept in its data folder, readable by its owner alone.

They look like what they are, so that production can refuse them: the Fernet key decodes to ``recado-dev-…``, the
simulator's tokens begin with SIM.
"""

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

DEVELOPMENT_KEY_PREFIX = b"recado-dev-"
FERNET_KEY_BYTES = 32


def _token() -> str:
    return secrets.token_urlsafe(24)


def _encryption_key() -> str:
    rest = secrets.token_bytes(FERNET_KEY_BYTES - len(DEVELOPMENT_KEY_PREFIX))
    return base64.urlsafe_b64encode(DEVELOPMENT_KEY_PREFIX + rest).decode()


def _simulator_token() -> str:
    return f"SIM{secrets.token_hex(24)}"


def _password() -> str:
    """Four groups that can be typed on a phone: about 79 bits."""
    return "-".join("".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(4)) for _ in range(4))


@dataclass(frozen=True)
class Secrets:
    """Everything secret that ``make run`` needs; the passwords are those of the demonstration's people."""

    secret_key: str = field(default_factory=lambda: f"recado-dev-{secrets.token_urlsafe(48)}")
    encryption_key: str = field(default_factory=_encryption_key)
    app_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    verify_token: str = field(default_factory=_token)
    cron_secret: str = field(default_factory=_token)
    processor_secret: str = field(default_factory=_token)
    metrics_token: str = field(default_factory=_token)
    jana_access_token: str = field(default_factory=_simulator_token)
    charlie_access_token: str = field(default_factory=_simulator_token)
    staff_password: str = field(default_factory=_password)
    jana_password: str = field(default_factory=_password)
    charlie_password: str = field(default_factory=_password)
    both_password: str = field(default_factory=_password)


def load_secrets(folder: Path) -> Secrets:
    """The folder's secrets, made on first use. Raises ValueError when the file is not what we wrote."""
    path = folder / "secrets.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    if not isinstance(kept, dict):
        raise ValueError(f"{path} is not a JSON object")
    known = {item.name for item in fields(Secrets)}
    found = Secrets(**{name: str(value) for name, value in kept.items() if name in known})
    if asdict(found) != kept:
        write_private(path, json.dumps(asdict(found), indent=1))
    return found


def write_private(path: Path, text: str) -> None:
    """Writes whole or not at all, mode 600 from the first byte."""
    half = path.with_suffix(".half")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")
    half.replace(path)
