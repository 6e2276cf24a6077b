"""The simulator in this process on a free port, and a product's stand-in that records the webhooks it gets."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.simulator_client import APP_SECRET, VERIFY_TOKEN, SimulatorClient
from whatsapp.simulator.server import Server
from whatsapp.simulator.simulator import Config, Simulator
from whatsapp.simulator.statuses import Delays

CUSTOMER = "5511988887777"
FAST = Delays(0.05, 0.1, 0.15)


@pytest.fixture(autouse=True)
def clean_valkey() -> None:
    """Nothing here needs Valkey."""


class Receiver:
    """Answers `status` (a list is answered one by one, then 200) and keeps every body whose signature is right."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.raw: list[bytes] = []
        self.targets: list[str] = []
        self.unsigned = 0
        self.statuses: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                query = parse_qs(urlsplit(self.path).query)
                right = query["hub.verify_token"] == [VERIFY_TOKEN]
                self._answer(200 if right else 403, query["hub.challenge"][0].encode())

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.targets.append(self.path)
                self._answer(receiver.take(raw, self.headers["X-Hub-Signature-256"]))

            def _answer(self, status: int, body: bytes = b"") -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def take(self, raw: bytes, signature: str) -> int:
        expected = "sha256=" + hmac.new(APP_SECRET.encode(), raw, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, signature):
            self.unsigned += 1
        elif not self.statuses or self.statuses[0] == 200:
            self.bodies.append(json.loads(raw))
            self.raw.append(raw)
        return self.statuses.pop(0) if self.statuses else 200

    def values(self, key: str) -> list[dict[str, Any]]:
        """Every `messages`, `statuses` or `contacts` item received, in order."""
        return [item for change in self.changes() for item in change["value"].get(key, [])]

    def changes(self) -> list[dict[str, Any]]:
        return [change for body in self.bodies for entry in body["entry"] for change in entry["changes"]]

    def status_names(self) -> list[str]:
        return [item["status"] for item in self.values("statuses")]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    with _serving(receiver.server):
        yield receiver


class _serving:  # noqa: N801 (reads as a verb)
    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.server = server
        self.thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *exception: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Meta(SimulatorClient):
    """The simulator with one account, and its Graph API as the product would call it."""

    def __init__(self, url: str, simulator: Simulator) -> None:
        super().__init__(url)
        self.simulator = simulator
        self.account = self.accounts(
            name="Studio Jana", contact_name="Jana", numbers=[{"display_phone_number": "+55 11 4000-1234"}]
        )
        self.number = self.account["numbers"][0]["phone_number_id"]
        self.waba, self.token = self.account["waba_id"], self.account["token"]

    def graph(self, method: str, path: str, *, token: str | None = None, **options: Any) -> requests.Response:
        headers = options.pop("headers", {}) | {"Authorization": f"Bearer {token or self.token}"}
        return requests.request(method, f"{self.url}/v23.0/{path}", headers=headers, timeout=10, **options)

    def send(self, body: dict[str, Any] | None = None, *, to: str = f"+{CUSTOMER}", **fields: Any) -> requests.Response:
        """Send as the business; by default a text to the customer."""
        message = body or {"type": "text", "text": {"body": "Olá"}}
        envelope = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": to}
        return self.graph("POST", f"{self.number}/messages", json=envelope | message | fields)

    def refusal(self, response: requests.Response) -> tuple[int, int]:
        """(HTTP status, Meta's code) of a refused call."""
        return response.status_code, response.json()["error"]["code"]


@pytest.fixture
def start(tmp_path: Path, receiver: Receiver) -> Iterator[Callable[..., Meta]]:
    """Start a simulator; settings of Config may be given. All are stopped after the test."""
    running: list[tuple[_serving, Simulator]] = []

    def start_one(**settings: Any) -> Meta:
        config = Config(
            **{"data": tmp_path / "sim.sqlite3", "webhook_url": receiver.url, "delays": FAST}
            | {"app_secret": APP_SECRET, "verify_token": VERIFY_TOKEN}
            | settings
        )
        simulator = Simulator(config)
        server = Server(0, simulator)
        serving = _serving(server)
        serving.__enter__()
        simulator.start()
        running.append((serving, simulator))
        return Meta(f"http://127.0.0.1:{server.server_port}", simulator)

    yield start_one
    for serving, simulator in running:
        serving.__exit__()
        simulator.stop()


@pytest.fixture
def meta(start: Callable[..., Meta]) -> Meta:
    return start()


@pytest.fixture
def open_window(meta: Meta) -> None:
    meta.inbound(CUSTOMER, text="oi")


def wait_until(condition: Callable[[], Any], seconds: float = 5) -> Any:
    """What the condition gives once it is true; AssertionError when it never is."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.01)
    raise AssertionError("it did not happen in time")


def notice(*texts: str, name: str = "aviso_de_agendamento", language: str = "pt_BR", **more: Any) -> dict[str, Any]:
    """The body of a template send with those parameters; five usual ones without."""
    given = texts or ("Maria", "Corte", "21/11/2026", "14:30", "Rua das Flores, 120")
    components: list[dict[str, Any]] = [
        {"type": "body", "parameters": [{"type": "text", "text": text} for text in given]},
        *more.pop("components", []),
    ]
    return {"type": "template", "template": {"name": name, "language": {"code": language}, "components": components}}
