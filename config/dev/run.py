"""``make run``: from nothing to a running system in the foreground, until Ctrl-C.

Environment: PORT (8000; the simulator takes the next one), RECADO_DATA (.recado); where DATABASE_URL or REDIS_URL is
set, that server is used and none is started. Every other setting may be given too and wins over the demonstration's;
with ENVIRONMENT=staging the real Meta is used, and neither simulator nor demonstration data are there.
"""

import fcntl
import json
import os
import secrets
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from config.dev.options import Options, Refusal
from config.dev.processes import Program, die_with_parent, end_leftovers, guarded, interrupted
from config.dev.programs import ROOT, processes, simulator
from config.dev.secretfile import Secrets, load_secrets, write_private
from config.dev.servers import Server, ServerError, create_database, prepare_postgres, prepare_valkey
from config.dev.supervisor import Failure, Stopped, Supervisor

STOP_ORDER = ("web", "beat", "worker", "relay", "simulator", "valkey", "postgres")
SERVERS_SECONDS, READY_SECONDS = 90.0, 120.0
COLOURS = {"recado": 36, "web": 32, "worker": 34, "beat": 35, "relay": 36, "simulator": 33}
PREFIXES = ("WHATSAPP_", "ALLOWED_HOSTS", "BEHIND_PROXY")
SIMULATED_APP_ID = "634974688087057"
SIMULATED_CONFIG_ID = "731820366250001"


def main() -> int:
    os.umask(0o077)  # logs, tokens and data are this person's
    make = os.getppid() if os.environ.get("MAKELEVEL") else 0
    if make:
        die_with_parent()
    try:
        options = Options.read(os.environ)
        with exclusive(options.data), guarded(options.pids):
            return run(options, interrupted(make))
    except Refusal as error:
        say("recado", str(error))
    return 1


def run(options: Options, asked_to_stop: Callable[[], bool]) -> int:
    """Everything between the first and the last process; returns the exit code."""
    supervisor = Supervisor(options.data / "logs", options.pids, say, asked_to_stop)
    with supervisor.obeying_signals():
        try:
            bring_up(supervisor, options)
            say("recado", welcome(options))
            supervisor.watch()
        except Stopped as reason:
            say("recado", f"stopping ({reason})")
            code = 0
        except (Failure, ServerError, Refusal) as error:
            say("recado", str(error))
            code = 1
        finally:
            supervisor.stop_all(STOP_ORDER)
            options.pids.rmdir()
            say("recado", "stopped")
    return code


def bring_up(supervisor: Supervisor, options: Options) -> None:
    """Servers, then the simulator, migrations and demonstration data, then what serves; all ready at the end."""
    check_ports(options)
    kept = read_secrets(options.data)
    redis_url = options.redis_url or start_server(supervisor, prepare_valkey(options.data / "valkey", durable=True))
    database_url = options.database_url
    if database_url is None:
        database_url = start_server(supervisor, prepare_postgres(options.data / "postgres", durable=True))
        create_database(database_url)
    chosen = choose_settings(options, kept, database_url, redis_url)
    write_private(options.data / "environment.json", json.dumps(chosen, indent=1))  # manage.py reads it
    env = {**os.environ, **chosen}
    prepare(supervisor, options, env)
    for program in processes(options, env):
        supervisor.start(program)
    supervisor.wait_ready(READY_SECONDS)


def prepare(supervisor: Supervisor, options: Options, env: Mapping[str, str]) -> None:
    """The database as this version wants it; in development also the simulator, and the demonstration within both."""
    if env["ENVIRONMENT"] == "development":
        supervisor.start(simulator(options, env))
        commands = [["-m", "config.dev.prepare", str(options.data), options.simulator_url]]
    else:
        quietly = ["--no-input", "--verbosity", "0"]
        commands = [["manage.py", "migrate", *quietly], ["manage.py", "collectstatic", *quietly]]
    for command in commands:
        supervisor.run_once(Program("prepare", [sys.executable, *command], ROOT, {"LOG_LEVEL": "WARNING", **env}))


def start_server(supervisor: Supervisor, server: Server) -> str:
    """Starts it, waits for its first answer and returns its address."""
    supervisor.start(server.program)
    supervisor.wait_ready(SERVERS_SECONDS)
    return server.url


def choose_settings(options: Options, kept: Secrets, database_url: str, redis_url: str) -> dict[str, str]:
    """Recado's settings for every process of this start: the demonstration's, where the person gave none."""
    defaults = {
        "ENVIRONMENT": "development",
        "PUBLIC_URL": options.base_url,
        "MEDIA_ROOT": str(options.data / "media"),
        "SECRET_KEY": kept.secret_key,
        "CRON_SECRET": kept.cron_secret,
        "METRICS_TOKEN": kept.metrics_token,
        "WHATSAPP_ENCRYPTION_KEY": kept.encryption_key,
        "WHATSAPP_META_GRAPH_URL": options.simulator_url,
        "WHATSAPP_AUTOMATION_MODE": "enabled",
        "WHATSAPP_AUTOMATION_META_APP_ID": SIMULATED_APP_ID,
        "WHATSAPP_AUTOMATION_META_CONFIG_ID": SIMULATED_CONFIG_ID,
        "WHATSAPP_AUTOMATION_META_APP_SECRET": kept.app_secret,
        "WHATSAPP_AUTOMATION_META_WEBHOOK_VERIFY_TOKEN": kept.verify_token,
        "WHATSAPP_AUTOMATION_PROCESSOR_SECRET": kept.processor_secret,
        "WHATSAPP_AUTOMATION_UNCERTAIN_HOLD_SECONDS": "60",
        "WHATSAPP_AUTOMATION_RETRY_BASE_DELAY_SECONDS": "5",
    }
    fixed = {
        "PORT": str(options.port),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "RECADO_START_ID": secrets.token_hex(8),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore:No directory at,ignore:::celery.platforms",  # of production, not of a laptop
    }
    given = {name: value for name, value in os.environ.items() if name in defaults or name.startswith(PREFIXES)}
    if given.get("ALLOWED_HOSTS"):
        given["ALLOWED_HOSTS"] += ",127.0.0.1"  # under which this computer asks, /readyz too
    return {**defaults, **given, **fixed}


def check_ports(options: Options) -> None:
    for port, what in ((options.port, "the console"), (options.port + 1, "the simulator")):
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise Refusal(f"port {port} (for {what}) is taken: choose another with PORT=… ({error})") from error


def read_secrets(data: Path) -> Secrets:
    try:
        return load_secrets(data)
    except (OSError, ValueError) as error:
        raise Refusal(f"the data folder {data} is broken: secrets.json: {error}") from error


@contextmanager
def exclusive(data: Path) -> Iterator[None]:
    """The data folder, made if need be, ours alone while the block runs; what a killed start left is ended first."""
    try:
        for folder in (data, data / "pids"):
            folder.mkdir(parents=True, exist_ok=True)
        data.chmod(0o711)  # PostgreSQL's own account passes through when we are root; everything inside is private
        lock = os.open(data, os.O_RDONLY)
    except OSError as error:
        raise Refusal(f"the data folder {data} cannot be used: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for killed in (data / "pids").iterdir():
            for name in end_leftovers(killed):
                say("recado", f"ended {name}, left behind by a start that was killed")
        yield
    except BlockingIOError as error:
        raise Refusal(f"another make run uses {data}: stop it, or choose another folder with RECADO_DATA=…") from error
    finally:
        os.close(lock)


def say(who: str, text: str) -> None:
    """Prints a line, or several, with their speaker in front."""
    colour = COLOURS.get(who, 90)
    name = f"\033[{colour}m{who:<9}\033[0m" if sys.stdout.isatty() else f"{who:<9}"
    for line in text.splitlines():
        print(f"{name} | {line}", flush=True)


def welcome(options: Options) -> str:
    """The addresses, the logins, and what to try first."""
    kept = options.data / "demo.json"
    addresses = [
        "",
        "Recado is ready.",
        f"  Console    {options.base_url}/",
        f"  Admin      {options.base_url}/admin/",
        f"  API        {options.base_url}/api/docs/",
    ]
    if os.environ.get("ENVIRONMENT", "development") != "development" or not kept.exists():
        login = f"RECADO_DATA={options.data} .venv/bin/python manage.py createsuperuser"
        return "\n".join([*addresses, f"  Login      {login}", ""])
    demo = json.loads(kept.read_text())
    people = [("platform staff", demo["staff"])]
    people += [(f"operator of {tenant['slug']}", tenant["operator"]) for tenant in demo["tenants"]]
    people += [("operator of both", demo["operator_of_both"])]
    return "\n".join(
        [
            *addresses,
            f"  Phone      {options.simulator_url}/sim/   the customer's phone, at a simulated Meta",
            "",
            "Sign in as",
            *(f"  {who:<30} {person['username']:<12} {person['password']}" for who, person in people),
            "",
            "Try first",
            "  1. Open the console, sign in as an operator, and book an appointment for tomorrow in Agendamentos.",
            "  2. Open the phone: the notice has arrived. Press Confirmar, and read the answer with the voucher.",
            "  3. Look at Mensagens: every step of it is on the timeline.",
            f"  API keys and secrets for programs are in {kept}. Ctrl-C stops everything.",
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
