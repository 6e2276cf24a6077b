import multiprocessing
import os
import pwd
import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connection

from config.dev import pytest_servers, servers
from config.dev.servers import ServerError, create_database, prepare_postgres, prepare_valkey, running


@pytest.fixture
def folder():
    """A folder that PostgreSQL's own account can reach, as pytest's are not."""
    made = Path(tempfile.mkdtemp(prefix=f"{pytest_servers.FOLDER_PREFIX}{os.getpid()}-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


def test_this_run_uses_servers_of_its_own():
    assert settings.DATABASES["default"]["HOST"] == "127.0.0.1"
    assert settings.WHATSAPP_META_APP_SECRETS == ["test_app_secret"]


@pytest.mark.django_db
def test_the_database_of_tests_is_a_copy_of_one_that_was_migrated_for_all():
    template = pytest_servers.migrated_database()
    if not template:
        pytest.skip("in a run of one process, and on a person's own server, a test database is migrated")
    with psycopg.connect(**{**connection.get_connection_params(), "dbname": template}) as migrated:
        applied = migrated.execute("select max(applied), count(*) from django_migrations").fetchone()
    with connection.cursor() as cursor:
        cursor.execute("select max(applied), count(*) from django_migrations")
        assert cursor.fetchone() == applied


def test_postgres_speaks_utf8_without_jit_and_keeps_its_data_and_port(folder):
    for _ in range(2):
        server = prepare_postgres(folder / "postgres", durable=True)
        with running(server, folder / "log"):
            create_database(server.url)
            with psycopg.connect(server.url, autocommit=True) as connection:
                connection.execute("create table if not exists visits (word text)")
                connection.execute("insert into visits values (upper('ação'))")
                rows = connection.execute("select word from visits").fetchall()
                facts = [
                    connection.execute(f"show {name}").fetchone()[0] for name in ("jit", "fsync", "server_encoding")
                ]
    assert rows == [("AÇÃO",), ("AÇÃO",)]
    assert facts == ["off", "on", "UTF8"]
    assert (folder / "postgres" / "port").read_text().strip() in server.url


def test_postgres_wants_its_password(folder):
    server = prepare_postgres(folder / "postgres", durable=False)
    with running(server, folder / "log"), pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.url.replace(":", ":wrong", 2).replace("postgres:wrong", "postgres:", 1))


def test_postgres_recovers_after_it_was_killed(folder):
    server = prepare_postgres(folder / "postgres", durable=True)
    with running(server, folder / "log"):
        create_database(server.url)
        (pid, *_) = (folder / "postgres/data/postmaster.pid").read_text().split()
        os.kill(int(pid), 9)
    with running(prepare_postgres(folder / "postgres", durable=True), folder / "log") as again:
        create_database(again.url)


def test_a_broken_data_folder_is_told_in_one_line(folder):
    (folder / "postgres" / "data").mkdir(parents=True)
    (folder / "postgres" / "data" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(ServerError, match=r"was made by PostgreSQL 9\.6"):
        prepare_postgres(folder / "postgres", durable=True)


def test_valkey_keeps_its_data_when_asked_to(folder):
    for _ in range(2):
        with running(prepare_valkey(folder / "valkey", durable=True), folder / "log") as server:
            count = redis.Redis.from_url(server.url).incr("starts")
    assert count == 2


def test_a_port_taken_in_between_is_changed(folder):
    (folder / "valkey").mkdir()
    (folder / "valkey" / "port").write_text(str(settings.DATABASES["default"]["PORT"]))
    with running(prepare_valkey(folder / "valkey", durable=False), folder / "log") as server:
        assert str(settings.DATABASES["default"]["PORT"]) not in server.url


@pytest.mark.skipif(os.getuid() != 0, reason="only root's data can be out of reach for PostgreSQL's account")
def test_data_that_the_account_cannot_reach_is_moved_with_a_word(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(servers, "STATE_FOLDER", Path(tempfile.mkdtemp()) / "state")
    servers.STATE_FOLDER.parent.chmod(0o755)
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    server = prepare_postgres(hidden / "postgres", durable=False)
    with running(server, tmp_path / "log"):
        create_database(server.url)
    assert str(servers.moved_folder(hidden / "postgres")) in capsys.readouterr().out
    shutil.rmtree(servers.STATE_FOLDER.parent)


@pytest.mark.skipif(os.getuid() != 0, reason="needs root to become somebody else")
def test_a_user_that_is_not_root_runs_postgres_as_itself(folder):
    if not servers._may_pass(servers.POSTGRES_HOME / "bin" / "postgres"):
        pytest.skip("this folder is out of reach for other users")
    (folder / "home").mkdir()
    shutil.chown(folder / "home", "nobody")
    child = multiprocessing.get_context("fork").Process(target=start_as_nobody, args=[folder / "home"])
    child.start()
    child.join(30)
    assert child.exitcode == 0


def start_as_nobody(home: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)
    with running(prepare_postgres(home / "postgres", durable=False), home / "log") as server:
        create_database(server.url)
