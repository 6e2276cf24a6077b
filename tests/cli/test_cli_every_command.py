"""Each command explains itself, speaks JSON, and fails with one line and exit code 1."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).resolve().parents[2]
APPS = {"tenants", "whatsapp", "templates_mgmt", "notifications", "config"}
OURS = sorted((name, app) for name, app in get_commands().items() if app in APPS)
OF_THE_CONTRACT = {
    *("create_tenant", "create_api_key", "bind_tenant", "list_bindings", "list_conversations", "rotate_keys", "doctor"),
    *("export_contact", "erase_contact"),
    *("retry_jobs", "clean_queue", "replay_webhooks", "stream_info", "replay_dead_letters", "sync_templates"),
}


def manage(*args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *args],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_commands_of_this_version_are_there():
    assert {name for name, _ in OURS} >= OF_THE_CONTRACT


@pytest.mark.parametrize(("name", "app"), OURS)
def test_a_command_explains_itself_and_speaks_json(name, app):
    command = load_command_class(app, name)
    parser = command.create_parser("manage.py", name)
    assert len(command.help) > 60
    assert "--json" in parser.format_help()
    assert "%%" not in parser.format_help()
    own = [action for action in parser._actions if action.option_strings and action.help is None]
    assert own == []


@pytest.mark.parametrize("command", ["create_api_key", "sync_templates"])
def test_an_unknown_company_is_one_line_and_exit_code_1(command):
    ended = manage(command, "--tenant-id", "nobody")
    assert ended.returncode == 1
    assert len(ended.stderr.strip().splitlines()) == 1
    assert ended.stdout == ""


def test_a_wrong_option_is_one_line_and_exit_code_1():
    ended = manage("create_api_key", "--tenant", "x", "--nonsense")
    assert ended.returncode == 1
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "--help" in ended.stderr


def test_a_database_that_is_down_is_one_line_and_exit_code_1():
    ended = manage("list_bindings", DATABASE_URL="postgres://nobody@127.0.0.1:1/nothing")
    assert ended.returncode == 1
    assert len(ended.stderr.strip().splitlines()) == 1


def test_a_redis_that_is_down_is_one_line_and_exit_code_1():
    ended = manage("stream_info", REDIS_URL="redis://127.0.0.1:1/0")
    assert ended.returncode == 1
    assert len(ended.stderr.strip().splitlines()) == 1
