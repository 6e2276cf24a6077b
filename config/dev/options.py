"""What the environment asks of ``make run``."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class Refusal(Exception):
    """``make run`` cannot work here; one line that says why."""


@dataclass(frozen=True)
class Options:
    """What the environment asks for."""

    port: int
    data: Path
    database_url: str | None
    redis_url: str | None

    @classmethod
    def read(cls, env: Mapping[str, str]) -> "Options":
        port = env.get("PORT") or "8000"
        if not port.isdecimal() or not 0 < int(port) < 65535:
            raise Refusal(f"PORT must be a number from 1 to 65534, not {port!r}")
        data = Path(env.get("RECADO_DATA") or ".recado").absolute()
        return cls(int(port), data, env.get("DATABASE_URL") or None, env.get("REDIS_URL") or None)

    @property
    def pids(self) -> Path:
        """This start's own folder: whoever cleans up after one start never meets the next one's processes."""
        return self.data / "pids" / str(os.getpid())

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def simulator_url(self) -> str:
        return f"http://127.0.0.1:{self.port + 1}"
