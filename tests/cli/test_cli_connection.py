"""Looking after a connection from the command line."""

import io
import re

import pytest
from django.core.management import CommandError

from tenants import connections, vault
from tenants.models import Credential
from tests.factories import make_number, make_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def number():
    return make_number(make_tenant("studio-jana"))


def test_a_connection_is_ended_and_taken_up_again(run, number, willing_meta):
    ended = run("connection", "disconnect", number.phone_number_id, "--reason", "mudança")
    assert (ended["state"], ended["reason"]) == ("disconnected", "mudança")
    assert run("connection", "reconnect", number.phone_number_id)["state"] == "connected"


def test_a_pause_and_its_end(run, number):
    assert run("connection", "pause", number.phone_number_id)["state"] == "paused"
    assert run("connection", "resume", number.phone_number_id)["state"] == "connected"


def test_a_check_names_what_differs(run, number, willing_meta):
    differs = run("connection", "check", number.phone_number_id)["differs"]
    assert any(line.startswith("subscription:") for line in differs)


def test_a_new_token_comes_by_standard_input(run, number, willing_meta, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("SIM-another\n"))
    answer = run("connection", "rotate-token", number.phone_number_id)
    assert vault.read_secret(number.account, Credential.Kind.ACCESS_TOKEN) == "SIM-another"
    assert "SIM-another" not in str(answer)


def test_another_number_takes_the_place(run, number, willing_meta):
    willing_meta.get(re.compile(r".*/phone_numbers"), json={"data": [{"id": "777001", "status": "CONNECTED"}]})
    told = run("connection", "change-number", number.phone_number_id, "--to", "777001")
    assert (told["phone_number_id"], told["state"]) == ("777001", "connected")
    assert connections.resolve(number.phone_number_id) is None


def test_a_change_without_a_new_number_is_one_line(run, number):
    with pytest.raises(CommandError, match="--to"):
        run("connection", "change-number", number.phone_number_id)


@pytest.mark.parametrize("act", ["resume", "reconnect"])
def test_what_the_state_does_not_allow_is_one_line(run, number, act):
    with pytest.raises(CommandError):
        run("connection", act, number.phone_number_id)


def test_an_unknown_number_is_one_line(run):
    with pytest.raises(CommandError, match="404"):
        run("connection", "check", "404")
