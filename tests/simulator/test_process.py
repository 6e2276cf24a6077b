"""The simulator as a process: how it starts, refuses to start, stops, and what it still knows after a kill."""

import os
import subprocess
import sys

import pytest

from tests.simulator_client import ROOT, SimulatorProcess, free_port

from .conftest import CUSTOMER, notice

COMMAND = [sys.executable, "-m", "whatsapp.simulator", "--port", str(free_port())]
SECRETS = {"SIMULATOR_APP_SECRET": "a", "SIMULATOR_VERIFY_TOKEN": "b"}


def run(*options, **environment):
    env = {key: value for key, value in os.environ.items() if key != "ENVIRONMENT"} | environment
    return subprocess.run(
        [*COMMAND, *options], cwd=ROOT, env=env, capture_output=True, text=True, timeout=20, check=False
    )


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_it_refuses_to_run_where_real_customers_are(environment, tmp_path):
    result = run("--data", str(tmp_path / "x"), ENVIRONMENT=environment, **SECRETS)
    assert result.returncode == 1
    assert result.stderr == f"simulator: refuses to run with ENVIRONMENT={environment}; it is for development only\n"


def test_without_its_secrets_it_says_which_one(tmp_path):
    result = run("--data", str(tmp_path / "x"), SIMULATOR_APP_SECRET="", SIMULATOR_VERIFY_TOKEN="b")
    assert result.returncode == 1
    assert result.stderr == "simulator: set SIMULATOR_APP_SECRET (or SIMULATOR_APP_SECRET_FILE) in the environment\n"


def test_a_taken_port_is_one_clear_line(tmp_path):
    with SimulatorProcess("http://127.0.0.1:9/hook") as meta:
        result = run("--port", str(meta.port), "--data", str(tmp_path / "x"), **SECRETS)
    assert result.returncode == 1
    assert result.stderr == f"simulator: port {meta.port} cannot be used: Address already in use\n"


def test_it_stops_cleanly_when_told(receiver):
    with SimulatorProcess(receiver.url) as meta:
        meta.accounts(name="Studio Jana", numbers=[{"display_phone_number": "+55 11 4000-1234"}])
        assert meta.stop() == 0


def test_a_killed_one_knows_everything_after_its_restart(receiver):
    with SimulatorProcess(receiver.url) as meta:
        account = meta.accounts(name="Studio Jana", numbers=[{"display_phone_number": "+55 11 4000-1234"}])
        meta.inbound(CUSTOMER, text="oi")
        meta.kill()
        meta.start()
        assert meta.accounts(name="Studio Jana") == account
        assert meta._call("GET", "state", params={"phones": CUSTOMER})["phones"][0]["messages"][0]["text"] == "oi"


def test_importing_it_needs_neither_django_nor_the_product():
    code = "import sys, whatsapp.simulator.server; print([m for m in sys.modules if m.split('.')[0] in APPS])"
    apps = "APPS = {'django', 'config', 'tenants', 'notifications', 'dashboard', 'templates_mgmt'}; "
    result = subprocess.run([sys.executable, "-c", apps + code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


def test_a_template_send_passes_through_the_process(receiver):
    with SimulatorProcess(receiver.url) as meta:
        account = meta.accounts(name="Studio Jana", numbers=[{"display_phone_number": "+55 11 4000-1234"}])
        body = {"messaging_product": "whatsapp", "to": f"+{CUSTOMER}"} | notice()
        headers = {"Authorization": f"Bearer {account['token']}"}
        number = account["numbers"][0]["phone_number_id"]
        meta._session.post(f"{meta.url}/v23.0/{number}/messages", json=body, headers=headers, timeout=5)
        assert meta.wait_for_message(CUSTOMER, status="read")
