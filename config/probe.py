"""Asks this machine's web process whether it is alive; exit code 0 or 1, for a container's health check.

python -m config.probe [port]
"""

import os
import sys
import urllib.request


def is_alive(port: int, host: str) -> bool:
    """Whether ``/healthz`` answers 200 to a request for ``host``, a name that the web process serves."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=3) as response:  # noqa: S310
            return bool(response.status == 200)
    except OSError:
        return False


def served_host(allowed_hosts: str) -> str:
    """A host name out of ALLOWED_HOSTS: ``.example.com`` and ``*`` stand for many."""
    first = allowed_hosts.split(",", maxsplit=1)[0].strip()
    return first.lstrip(".") if first not in ("", "*") else "localhost"


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else int(os.environ.get("PORT") or 8000)
    sys.exit(not is_alive(port, served_host(os.environ.get("ALLOWED_HOSTS", ""))))
