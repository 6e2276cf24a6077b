"""The command that makes App Review's pack: what it says when it cannot (tests/browser has it make one)."""

import json

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


@pytest.fixture
def pack(tmp_path, monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/bin/true")

    def make(demo="demo.json", out="pack"):
        call_command("app_review_pack", out=tmp_path / out, demo=tmp_path / demo)

    return make


def test_without_a_demonstration_it_says_how_to_start_one(pack):
    with pytest.raises(CommandError, match="start one with make run"):
        pack()


@pytest.mark.parametrize("told", ["", "[]", "{}", json.dumps({"base_url": "http://x", "tenants": []})])
def test_a_file_that_describes_no_demonstration_is_named(pack, tmp_path, told):
    (tmp_path / "demo.json").write_text(told)
    with pytest.raises(CommandError, match=r"demo\.json does not describe a demonstration"):
        pack()
    assert not (tmp_path / "pack").exists()


def test_a_file_in_the_place_of_the_folder_is_left_alone(pack, tmp_path):
    (tmp_path / "pack").write_text("mine")
    with pytest.raises(CommandError, match="is a file; name a folder"):
        pack()
    assert (tmp_path / "pack").read_text() == "mine"


def test_without_chromium_it_says_how_to_get_it(pack, monkeypatch):
    monkeypatch.setenv("CHROMIUM", "")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(CommandError, match="no Chromium found"):
        pack()
