"""Analytics by REST: the same numbers as the page's."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.analytics import days
from tests.notifications.days import say, thread_of
from tests.notifications.jobs import first_number


@pytest.fixture
def today(tenant):
    """A question with two answers, one of which failed; the number's own name."""
    now, thread = timezone.now().replace(microsecond=0), thread_of(tenant)
    say(thread, now - timedelta(seconds=90))
    say(thread, now - timedelta(seconds=30), "api", status="delivered", template_name="aviso")
    say(thread, now, "operator", status="failed", error_code=131047)
    days.tend(now)
    return now.astimezone(tenant.zone).date()


def ask(api, **query):
    answer = api.get("/api/v1/analytics/", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_period_is_told_with_its_rates_and_waits(api, today):
    body = ask(api, since=today, until=today)
    total = body["total"]
    assert (total["received"], total["sent"], total["delivered"], total["failed"]) == (1, 2, 1, 1)
    assert (total["delivery_rate"], total["read_rate"]) == (0.5, 0.0)
    assert total["answer_time"] == {"answers": 1, "median": 60, "p90": 60}
    assert body["before"]["sent"] == 0
    assert body["counted_at"]


@pytest.mark.parametrize(("by", "ids"), [("template", ["", "aviso"]), ("kind", [""]), ("reason", ["131047"])])
@pytest.mark.usefixtures("today")
def test_rows_are_told_by_what_was_asked_for(api, by, ids):
    body = ask(api, by=by)
    assert sorted(row["id"] for row in body["results"]) == ids
    assert (body["next"], body["previous"]) == (None, None)


@pytest.mark.usefixtures("today")
def test_every_day_of_a_period_has_its_row(api, today):
    body = ask(api)
    assert len(body["results"]) == 30
    assert body["results"][-1]["id"] == today.isoformat()
    assert body["results"][-1]["answer_time"]["median"] == 60
    assert body["results"][0]["sent"] == 0


@pytest.mark.usefixtures("today")
def test_numbers_are_told_by_metas_id_and_can_be_chosen(api, tenant):
    number = first_number(tenant).phone_number_id
    (row,) = ask(api, by="number")["results"]
    assert row["id"] == number
    assert ask(api, number=number)["total"]["sent"] == 2


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"since": "2026-11-20", "until": "2026-11-19"}, "since"),
        ({"since": "2020-01-01"}, "since"),
        ({"since": "ontem"}, "since"),
        ({"by": "colour"}, "by"),
        ({"number": "1"}, "number"),
    ],
)
def test_what_cannot_be_asked_is_named(api, query, field):
    answer = api.get("/api/v1/analytics/", query)
    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"]


@pytest.mark.usefixtures("today")
def test_another_companys_key_counts_nothing_of_it(strangers_api, tenant):
    assert ask(strangers_api)["total"]["sent"] == 0
    answer = strangers_api.get("/api/v1/analytics/", {"number": first_number(tenant).phone_number_id})
    assert answer.status_code == 400
