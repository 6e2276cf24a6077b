"""Meta's own figures of templates: fetched where they are switched on, kept day by day."""

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from templates_mgmt import insights
from templates_mgmt.models import TemplateInsight, TemplateSync
from tests.factories import NOW, make_contact, make_number, make_template, make_tenant
from whatsapp.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("graph")]
URL = re.compile(r".*/template_analytics")
DAY = timedelta(days=1)


@pytest.fixture
def number():
    return make_number(make_tenant())


def sent_template(number, name="aviso", template_id="77"):
    template = make_template(number.account, name, template_id=template_id)
    Message.objects.create(
        tenant=number.tenant, number=number, contact=make_contact(number.tenant), direction="outbound",
        origin="automation", type="template", template_name=name, template_language="pt_BR", occurred_at=NOW - DAY,
    )  # fmt: skip
    return template


def point(template_id="77", day=date(2026, 11, 19), **values):
    start = int(datetime.combine(day, time(), UTC).timestamp())
    counts = {"sent": 5, "delivered": 4, "read": 3}
    return {"template_id": template_id, "start": start, "end": start + 86_400, **counts, **values}


def answer(graph, *points):
    graph.get(URL, json={"data": [{"granularity": "DAILY", "data_points": list(points)}]})


def refuse(graph, code):
    graph.get(URL, json={"error": {"code": code, "message": "no"}}, status=400)


def test_figures_are_kept_by_template_and_day(graph, number):
    template = sent_template(number)
    buttons = [{"type": "quick_reply_button", "button_content": "Sim", "count": 2}, {"type": "url_button", "count": 1}]
    answer(graph, point(clicked=buttons, cost=[{"type": "amount_spent", "value": 0.21}]))
    assert insights.fetch(number.account, NOW) == 1
    row = template.insights.get()
    assert (row.day, row.sent, row.delivered, row.read, row.clicked) == (date(2026, 11, 19), 5, 4, 3, 3)
    assert row.cost == Decimal("0.2100")
    assert number.account.template_sync.insights is True


def test_what_grew_since_takes_the_place_of_what_was_told(graph, number):
    template = sent_template(number)
    answer(graph, point(read=1))
    insights.fetch(number.account, NOW)
    graph.reset()
    answer(graph, point(read=4))
    insights.fetch(number.account, NOW + DAY)
    assert (TemplateInsight.objects.count(), template.insights.get().read) == (1, 4)


def test_days_without_messages_are_not_kept(graph, number):
    sent_template(number)
    answer(graph, point(sent=0, delivered=0, read=0))
    assert insights.fetch(number.account, NOW) == 0


def test_broken_points_are_left_out(graph, number):
    sent_template(number)
    answer(graph, {"template_id": "77"}, {"start": "x"}, point(template_id="999"), point(cost="?", clicked="?"))
    assert insights.fetch(number.account, NOW) == 1
    assert TemplateInsight.objects.get().cost is None


@pytest.mark.parametrize(("code", "known"), [(200007, False), (200005, False), (80008, None)])
def test_where_meta_does_not_count_nothing_is_kept(graph, number, code, known):
    sent_template(number)
    refuse(graph, code)
    assert insights.fetch(number.account, NOW) == 0
    assert TemplateSync.objects.get().insights is known


def test_only_templates_that_were_sent_are_asked_for_ten_at_a_time(graph, number):
    for n in range(11):
        sent_template(number, f"t{n}", str(n))
    make_template(number.account, "nunca", template_id="99")
    answer(graph)
    insights.fetch(number.account, NOW)
    asked = [parse_qs(urlsplit(call.request.url).query) for call in graph.calls]
    ids = [json.loads(query["template_ids"][0]) for query in asked]
    assert sorted(map(len, ids)) == [1, 10]
    assert "99" not in {one for batch in ids for one in batch}


def test_an_account_is_asked_once_a_day(graph, number):
    sent_template(number)
    answer(graph, point())
    assert insights.fetch_all([number.account], NOW) == 1
    assert insights.fetch_all([number.account], NOW + timedelta(hours=2)) == 0
    assert insights.fetch_all([number.account], NOW + DAY) == 1


def test_meta_counts_from_when_it_is_asked_to(graph, number):
    graph.post(re.compile(rf".*/{number.account.waba_id}"), json={"id": "1"})
    assert insights.enable(number.account, NOW) == ""
    assert "is_enabled_for_insights=true" in graph.calls[0].request.url
    assert number.account.template_sync.insights is True


def test_a_refusal_is_told_in_words(graph, number):
    graph.post(re.compile(r".*"), json={"error": {"code": 190, "message": "no"}}, status=401)
    assert insights.enable(number.account, NOW)
    assert not TemplateSync.objects.exists()
