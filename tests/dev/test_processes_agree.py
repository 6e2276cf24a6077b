"""Procfile, compose.yaml and make run start the same processes."""

from pathlib import Path

import pytest
import yaml

from config.dev import run
from config.dev.options import Options, Refusal
from config.dev.programs import ROOT, processes

OPTIONS = Options(port=8000, data=Path(".recado"), database_url=None, redis_url=None)


def of_procfile():
    lines = (ROOT / "Procfile").read_text().splitlines()
    return {name: command.split() for name, command in (line.split(": ", 1) for line in lines)}


def test_the_same_processes_run_everywhere():
    started = {program.name for program in processes(OPTIONS, {})}
    composed = set(yaml.safe_load((ROOT / "compose.yaml").read_text())["services"])
    assert set(of_procfile()) - {"release"} == started
    assert composed - {"postgres", "valkey", "migrate"} == started


@pytest.mark.parametrize("name", ["web", "worker", "beat", "relay"])
def test_they_are_the_same_commands(name):
    ours = next(program for program in processes(OPTIONS, {}) if program.name == name).command
    words = [word.rpartition("/")[2] for word in ours if not word.startswith(("-", "127.", "WARN"))]
    there = of_procfile()[name]
    assert [
        word for word in words if word in {"celery", "granian", "config", "config.wsgi:application", name, "manage.py"}
    ] == [
        word for word in there if word in {"celery", "granian", "config", "config.wsgi:application", name, "manage.py"}
    ]


def test_whatever_is_started_is_stopped_in_the_order_that_is_promised():
    assert {program.name for program in processes(OPTIONS, {})} < set(run.STOP_ORDER)
    promised = ["web", "beat", "worker", "simulator", "valkey", "postgres"]
    assert [name for name in run.STOP_ORDER if name in promised] == promised


@pytest.mark.parametrize("port", ["http", "0", "65535", "-1", "80.5"])
def test_a_port_that_is_none_is_refused_with_a_line(port):
    with pytest.raises(Refusal, match="PORT must be a number"):
        Options.read({"PORT": port})


def test_settings_that_the_person_gave_win(monkeypatch, tmp_path):
    monkeypatch.setenv("WHATSAPP_AUTOMATION_META_APP_SECRET", "given")
    monkeypatch.delenv("CRON_SECRET")
    kept = run.load_secrets(tmp_path)
    chosen = run.choose_settings(OPTIONS, kept, "postgres://db", "redis://store")
    assert chosen["WHATSAPP_AUTOMATION_META_APP_SECRET"] == "given"
    assert chosen["CRON_SECRET"] == kept.cron_secret


def test_a_copy_with_a_name_of_its_own_still_answers_this_computer(monkeypatch, tmp_path):
    monkeypatch.setenv("ALLOWED_HOSTS", "recado.example.com")
    chosen = run.choose_settings(OPTIONS, run.load_secrets(tmp_path), "postgres://db", "redis://store")
    assert chosen["ALLOWED_HOSTS"] == "recado.example.com,127.0.0.1"


def test_secrets_are_made_once_private_and_recognisable(tmp_path):
    first, second = run.load_secrets(tmp_path), run.load_secrets(tmp_path)
    assert first == second
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert first.jana_access_token.startswith("SIM")
    assert first.secret_key.startswith("recado-dev-")
    assert first.encryption_key.startswith("cmVjYWRvLWRldi")
