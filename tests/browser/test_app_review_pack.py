"""App Review's pack, made from the running copy: each step of each permission can be done as reviewers read it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from notifications.readiness.review import PERMISSIONS
from tests.chaos.copies import ROOT

TEST_SECONDS = "0.1"


def make(recado, folder: Path) -> list[str]:
    """The files that the command names."""
    command = [sys.executable, "manage.py", "app_review_pack", "--json", "--out", str(folder)]
    env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    done = subprocess.run(
        [*command, "--reading-seconds", TEST_SECONDS],
        cwd=ROOT,
        env=env | {"RECADO_DATA": str(recado.data)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["files"]


def test_the_pack_has_texts_a_picture_a_step_and_a_film_of_what_is_requested(recado, tmp_path):
    folder = tmp_path / "pack"
    files = make(recado, folder)
    pictures = sum(len(one.steps) for one in PERMISSIONS)
    assert [sum(name.endswith(kind) for name in files) for kind in (".png", ".mp4")] == [
        pictures,
        sum(one.used for one in PERMISSIONS),
    ]
    assert all((folder / name).stat().st_size > 1_000 for name in files)
    assert all(one.justification in (folder / "app-review.md").read_text() for one in PERMISSIONS)
    assert folder.stat().st_mode & 0o077 == 0
