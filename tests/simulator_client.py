"""The simulator of Meta as a process of its own, for tests that go through the whole product.

    with SimulatorProcess(webhook_url=live_server.url + "/api/whatsapp/meta/webhook") as meta:
        account = meta.accounts(name="Studio Jana", numbers=[{"display_phone_number": "+55 11 4000-1234"}])
        meta.inbound("5511988887777", text="oi")
        meta.wait_for_message(to="5511988887777")

It needs neither Django nor a database.
"""

import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import requests

ROOT = Path(__file__).resolve().parent.parent
APP_SECRET = "test_app_secret"
VERIFY_TOKEN = "test_verify_token"
FAST = "0.1,0.2,0.3"
START_SECONDS = 15


def free_port() -> int:
    """One below those that the kernel gives to outgoing connections: nobody takes it before its server does."""
    for port in random.sample(range(12_000, 19_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no free port")


class SimulatorClient:
    """The control routes of a running simulator; every refusal raises requests.HTTPError."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False

    def accounts(self, **body: Any) -> dict[str, Any]:
        """Make or update an account; answers its ids and its token."""
        return self._call("POST", "accounts", body)

    def messages(self, to: str = "", since: str = "") -> list[dict[str, Any]]:
        return self._call("GET", "messages", params={"to": to, "since": since})

    def inbound(self, phone: str, **body: Any) -> dict[str, Any]:
        """Write as the customer: `text="oi"`, `type="button", title="Confirmar"`, … Answers `wamid` and `message`."""
        return self._call("POST", f"customers/{phone}/messages", {"type": "text"} | body)

    def press(self, phone: str, title: str, **body: Any) -> dict[str, Any]:
        return self.inbound(phone, type="button", title=title, **body)

    def phone_app(self, phone_number_id: str, act: str = "", **body: Any) -> dict[str, Any]:
        """The business's own phone (coexistence): `act` is empty (share the number), messages, contacts or history."""
        return self._call("POST", f"phone-app/{phone_number_id}/{act}".rstrip("/"), body)

    def fault(self, on: str, fault: str, **body: Any) -> dict[str, Any]:
        return self._call("POST", "faults", {"on": on, "fault": fault} | body)

    def signup(self, **body: Any) -> dict[str, Any]:
        """Agree in Meta's signup window, as its button does: the `code` and the window `event`."""
        return self._call("POST", "signup", {"name": "Salão da Bia", "phone": "+55 11 94000-1234"} | body)

    def clear_faults(self) -> None:
        self._call("DELETE", "faults")

    def webhook(self, field: str, value: dict[str, Any], **body: Any) -> dict[str, Any]:
        return self._call("POST", "webhooks", {"field": field, "value": value} | body)

    def decide(self, template_id: str, status: str, reason: str = "NONE") -> None:
        """Give a template another status, as Meta does, told by its webhook."""
        self._call("POST", f"templates/{template_id}", {"status": status, "reason": reason})

    def reset(self) -> None:
        self._call("POST", "reset", {})

    def wait_for_message(
        self, to: str, *, count: int = 1, status: str = "", seconds: float = 10
    ) -> list[dict[str, Any]]:
        """The messages to a phone once there are `count`, the last one with `status` if named; AssertionError after."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = self.messages(to)
            reached = [one["status"] for one in found[-1]["statuses"]] if found else []
            if len(found) >= count and (not status or status in reached):
                return found
            time.sleep(0.05)
        raise AssertionError(f"no {count} message(s) {status} to {to} within {seconds} s: {self.messages(to)}")

    def _call(self, method: str, path: str, body: Any = None, params: dict[str, str] | None = None) -> Any:
        response = self._session.request(method, f"{self.url}/sim/{path}", json=body, params=params, timeout=20)
        if not response.ok:
            raise requests.HTTPError(f"{method} /sim/{path}: {response.status_code} {response.text}", response=response)
        return response.json()


class SimulatorProcess(SimulatorClient):
    """Starts on a free port, stops at the end of the `with`; `kill` and `start` again keep its data."""

    def __init__(
        self,
        webhook_url: str,
        *,
        app_secret: str = APP_SECRET,
        verify_token: str = VERIFY_TOKEN,
        delays: str = FAST,
        enforce: str = "",
        data: Path | None = None,
    ) -> None:
        self.port = free_port()
        super().__init__(f"http://127.0.0.1:{self.port}")
        self._folder = tempfile.TemporaryDirectory(prefix="recado-simulator-")
        self.data = data or Path(self._folder.name) / "simulator.sqlite3"
        self._options = ["--port", str(self.port), "--data", str(self.data), "--webhook-url", webhook_url]
        self._options += ["--delays", delays, "--enforce", enforce]
        self._environment = os.environ | {
            "ENVIRONMENT": "development",
            "SIMULATOR_APP_SECRET": app_secret,
            "SIMULATOR_VERIFY_TOKEN": verify_token,
        }
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> Self:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "whatsapp.simulator", *self._options],
            cwd=ROOT,
            env=self._environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        while line and not line.startswith("Simulator of Meta ready"):
            line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"the simulator did not start: exit code {self.process.wait(START_SECONDS)}")
        return self

    def stop(self) -> int:
        """A clean stop; its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self._end()

    def kill(self) -> int:
        assert self.process is not None
        self.process.kill()
        return self._end()

    def _end(self) -> int:
        assert self.process is not None
        code = self.process.wait(START_SECONDS)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None
        return code

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        if self.process is not None:
            self.stop()
        self._folder.cleanup()
