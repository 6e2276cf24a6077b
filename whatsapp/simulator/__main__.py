"""`python -m whatsapp.simulator`: start the simulator of Meta. Secrets come from the environment, never the line."""

import argparse
import logging
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from .server import HOST, Server
from .simulator import APP_ID, Config, Simulator
from .statuses import Delays

FORBIDDEN = ("staging", "production")
ENFORCEABLE = ("pair", "throughput")


def secret(name: str) -> str:
    """A secret from `NAME` or from the file that `NAME_FILE` names; SystemExit with one line when there is none."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise SystemExit(f"simulator: {name}_FILE cannot be read: {error}") from None
    if value := os.environ.get(name, "").strip():
        return value
    raise SystemExit(f"simulator: set {name} (or {name}_FILE) in the environment")


def parse_delays(text: str) -> Delays:
    try:
        return Delays(*(float(part) for part in text.split(",")))
    except (TypeError, ValueError):
        raise argparse.ArgumentTypeError("three numbers of seconds with commas between, as 0.8,2.4,6") from None


def parse_enforced(text: str) -> frozenset[str]:
    names = frozenset(filter(None, text.split(",")))
    if unknown := names.difference(ENFORCEABLE):
        raise argparse.ArgumentTypeError(f"unknown limit {', '.join(sorted(unknown))}")
    return names


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m whatsapp.simulator",
        description="A Meta of our own for development. Environment: SIMULATOR_APP_SECRET, SIMULATOR_VERIFY_TOKEN "
        "(each may be given as …_FILE), SIMULATOR_APP_ID (optional), ENVIRONMENT (refuses staging and production).",
    )
    parser.add_argument("--port", type=int, default=8001, help=f"port on {HOST} (default 8001)")
    parser.add_argument("--data", type=Path, default=Path(".recado/simulator.sqlite3"), help="its SQLite file")
    parser.add_argument(
        "--webhook-url",
        default="http://127.0.0.1:8000/api/whatsapp/meta/webhook",
        help="where webhooks are posted (default: the development server's)",
    )
    parser.add_argument("--delays", type=parse_delays, default=Delays(), help="seconds to sent,delivered,read at most")
    parser.add_argument(
        "--enforce", type=parse_enforced, default=frozenset(), help="rate limits to enforce: pair, throughput"
    )
    return parser.parse_args()


def main() -> None:
    options = arguments()
    environment = os.environ.get("ENVIRONMENT", "development")
    if environment in FORBIDDEN:
        raise SystemExit(f"simulator: refuses to run with ENVIRONMENT={environment}; it is for development only")
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    config = Config(
        data=options.data,
        webhook_url=options.webhook_url,
        app_secret=secret("SIMULATOR_APP_SECRET"),
        verify_token=secret("SIMULATOR_VERIFY_TOKEN"),
        delays=options.delays,
        app_id=os.environ.get("SIMULATOR_APP_ID") or APP_ID,
        enforce=options.enforce,
    )
    serve(options.port, Simulator(config))


def serve(port: int, simulator: Simulator) -> None:
    """Serve until SIGTERM or SIGINT, then stop cleanly."""
    try:
        server = Server(port, simulator)
    except OSError as error:
        raise SystemExit(f"simulator: port {port} cannot be used: {error.strerror}") from None
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _interrupt)
    simulator.start()
    sys.stdout.write(f"Simulator of Meta ready: http://{HOST}:{port}/sim/\n")
    sys.stdout.flush()
    try:
        server.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        pass
    finally:
        server.stopping.set()
        server.server_close()
        simulator.stop()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
