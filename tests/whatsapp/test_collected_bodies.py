"""Every body that is known of Meta leaves behind what left_behind.txt says, one line a body."""

from pathlib import Path

import pytest

from tests.whatsapp.left_behind import SHARED, left_behind

TABLE = dict(line.split(" | ") for line in (Path(__file__).parent / "left_behind.txt").read_text().splitlines() if line)
COLLECTED = sorted(path for path in SHARED.glob("*.json") if not path.name.startswith("api_"))
needed = pytest.mark.skipif(not COLLECTED, reason=f"Meta's collected payloads are not at {SHARED}")


@needed
def test_the_table_judges_every_body_and_nothing_else():
    assert sorted(TABLE) == [path.stem for path in COLLECTED]
    assert len(TABLE) == 206


@needed
@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(TABLE))
def test_a_body_leaves_what_the_table_says(number, name):
    assert "; ".join(left_behind(SHARED / f"{name}.json")) == TABLE[name]
