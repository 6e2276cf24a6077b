"""Looks for secrets in the files that the repository keeps. A finding names file, line and kind, never the secret."""

import base64
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from config.dev.secretfile import DEVELOPMENT_KEY_PREFIX

ROOT = Path(__file__).resolve().parents[2]
BINARY = {".mo", ".png", ".jpg", ".jpeg", ".webp", ".gif", ".ico", ".woff", ".woff2", ".pdf", ".ogg", ".mp4"}
PATTERNS = {
    "token of Meta": re.compile(r"\bEAA[A-Za-z0-9]{40,}"),
    "private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "token of a code host": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{50,}|glpat-[\w-]{20})"),
    "cloud key": re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{35}\b"),
    "payment or chat token": re.compile(r"\b(?:sk_live_\w{20,}|xox[abprs]-[\w-]{20,})"),
    "simulator token": re.compile(r"\bSIM[0-9a-f]{48}\b"),
}
ADDRESS = re.compile(r"\b(?:postgres(?:ql)?|rediss?|amqps?|smtps?)://[^\s:/@\"'{]+:[^\s@\"'{<$]{6,}@([\w-]+\.[\w.-]+)")
OWN_HOSTS = re.compile(r"^127\.|example\.|\.test$")
FERNET = re.compile(r"(?<![A-Za-z0-9_+/-])[A-Za-z0-9_-]{43}=(?![A-Za-z0-9=])")
NAMED = re.compile(
    r"""(?i)(?:secret|password|token|api_?key)\w*["']?\s*[:=]\s*["']([A-Za-z0-9+/_-]{24,})["']""",
)
PLACEHOLDER = re.compile(
    r"(?i)test|token|secret|password|example|dummy|sample|fake|invalid|wrong|recado|^(.)\1+$|^[A-Z_]+$|^SIM|^[a-z_-]+$"
)


def find_secrets(text: str) -> Iterator[tuple[int, str]]:
    """(line number, kind) of everything that looks like a real secret."""
    for number, line in enumerate(text.splitlines(), start=1):
        for kind, pattern in PATTERNS.items():
            if pattern.search(line):
                yield number, kind
        if any(not OWN_HOSTS.search(host) for host in ADDRESS.findall(line)):
            yield number, "password in an address"
        if any(_is_foreign_key(match) for match in FERNET.findall(line)):
            yield number, "encryption key"
        if any(not PLACEHOLDER.search(value) for value in NAMED.findall(line)):
            yield number, "value of a secret"


def _is_foreign_key(candidate: str) -> bool:
    """A Fernet key that is not one of development's; 32 zero-like or printable test bytes are none."""
    decoded = base64.urlsafe_b64decode(candidate)
    return len(set(decoded)) > 20 and not decoded.startswith(DEVELOPMENT_KEY_PREFIX)


def kept_files(root: Path = ROOT) -> list[Path]:
    """What git keeps or would keep."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout.decode()
    return [root / name for name in listed.split("\0") if name and (root / name).is_file()]


def main() -> int:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {kind}"
        for path in kept_files()
        if path.suffix not in BINARY
        for line, kind in find_secrets(path.read_text(encoding="utf-8", errors="replace"))
    ]
    print(*found, sep="\n", end="\n" if found else "")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
