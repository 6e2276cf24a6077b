"""Figures of templates, as Meta gives them where they are switched on."""

import json
import time

import pytest

from .conftest import CUSTOMER, notice

DAY = 86_400


@pytest.fixture
def template(meta):
    listed = meta.graph("GET", f"{meta.waba}/message_templates").json()["data"]
    return next(one for one in listed if one["name"] == "aviso_de_agendamento")


def figures(meta, *ids, **values):
    now = int(time.time())
    asked = {"start": now - DAY, "end": now + DAY, "granularity": "DAILY", "template_ids": json.dumps(ids)}
    return meta.graph("GET", f"{meta.waba}/template_analytics", params=asked | values)


def enable(meta):
    return meta.graph("POST", meta.waba, params={"is_enabled_for_insights": "true"})


def test_nothing_is_counted_before_it_is_switched_on(meta, template):
    answer = figures(meta, template["id"])
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 200007)


def test_what_is_switched_on_shows_and_stays(meta, template):
    assert enable(meta).json() == {"id": meta.waba}
    told = meta.graph("GET", meta.waba, params={"fields": "is_enabled_for_insights"}).json()
    assert told["is_enabled_for_insights"] is True
    off = meta.graph("POST", meta.waba, params={"is_enabled_for_insights": "false"})
    assert off.json()["error"]["code"] == 200006


def test_messages_are_counted_on_their_day(meta, template):
    enable(meta)
    meta.send(notice())
    meta.wait_for_message(CUSTOMER, status="delivered")
    points = [one for row in figures(meta, template["id"]).json()["data"] for one in row["data_points"]]
    assert sum(one["sent"] for one in points) == 1
    assert sum(one["delivered"] for one in points) == 1


@pytest.mark.parametrize(
    "values", [{"granularity": "HOURLY"}, {"start": 1}, {"template_ids": "x"}, {"template_ids": json.dumps(["1"] * 11)}]
)
def test_what_meta_does_not_take_is_refused(meta, template, values):
    enable(meta)
    assert figures(meta, template["id"], **values).json()["error"]["code"] == 100
