"""The analytics page: its numbers, days and zones, the tables under its charts, and their CSV."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard.queries.analytics import duration
from notifications.analytics import days
from tests.notifications.days import say, thread_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def noon(jana):
    """Yesterday at noon, where the company is."""
    local = timezone.localtime(timezone=jana.zone).replace(hour=12, minute=0, second=0, microsecond=0)
    return local - timedelta(days=1)


@pytest.fixture
def told(jana, noon):
    """A question answered after 4 minutes, four notices of which one failed, and one the day before."""
    thread = thread_of(jana)
    say(thread, noon)
    say(thread, noon + timedelta(minutes=4), "operator", status="read")
    for status in ("read", "delivered", "failed"):
        code = 131026 if status == "failed" else None
        say(thread, noon + HOUR, "automation", status=status, lane=1, error_code=code, template_name="lembrete")
    say(thread, noon - timedelta(days=1), "automation", status="sent", lane=1)
    days.tend(timezone.now())
    days.heal(timezone.now())
    days.tend(timezone.now())


def rows_of(client, table, **asked):
    answer = client.get("/analises/exportar/", {"table": table, **asked})
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


@pytest.mark.usefixtures("told")
def test_tiles_say_the_period_and_the_one_before(viewer, noon):
    page = viewer.get("/analises/", {"period": "dates", "since": f"{noon:%d/%m/%Y}", "until": f"{noon:%d/%m/%Y}"})
    tiles = {str(tile.word): tile for tile in page.context["tiles"]}
    assert (tiles["Enviadas"].text, tiles["Enviadas"].change) == ("4", "+300 %, antes 1")
    assert (tiles["Taxa de entrega"].text, tiles["Taxa de leitura"].text) == ("75,0 %", "66,7 %")
    assert tiles["Tempo de resposta"].text == "4 min"


@pytest.mark.usefixtures("told")
def test_every_chart_has_its_table_and_reasons_are_told_in_words(viewer):
    html = viewer.get("/analises/").content.decode()
    for sheet in ("volume", "delivery", "reasons", "answers", "numbers", "kinds", "templates"):
        assert f'data-table="table-{sheet}"' in html
        assert f'id="table-{sheet}"' in html
    assert "Código 131026 da Meta" in html
    assert "Lembrete" in html


@pytest.mark.usefixtures("told")
def test_the_csv_of_a_table_has_its_numbers(viewer, noon):
    header, *rows = rows_of(viewer, "templates")
    assert header == [
        "Modelo",
        "Enviadas",
        "Entregues",
        "Lidas",
        "Falhas",
        "Taxa de entrega (%)",
        "Taxa de leitura (%)",
    ]
    assert rows == [
        ["lembrete", "3", "2", "1", "1", "66.7", "50.0"],
        ["Texto livre, sem modelo", "2", "1", "1", "0", "50.0", "100.0"],
    ]
    assert [f"{noon:%d/%m/%Y}", "1", "4", "1"] in rows_of(viewer, "volume")


def test_a_template_whose_name_is_a_formula_is_defused_in_the_csv(jana, viewer, noon):
    say(thread_of(jana), noon, "api", status="sent", template_name="=HYPERLINK(1)")
    days.tend(timezone.now())
    assert rows_of(viewer, "templates")[1][0] == "'=HYPERLINK(1)"


def test_a_name_that_is_markup_is_shown_as_text(jana, viewer, noon):
    say(thread_of(jana), noon, "api", status="sent", template_name="<script>alert(1)</script>")
    days.tend(timezone.now())
    assert "<script>alert(1)" not in viewer.get("/analises/").content.decode()


def test_nothing_of_another_company_is_counted(charlie, viewer, noon):
    say(thread_of(charlie), noon, "operator", status="read")
    days.tend(timezone.now())
    page = viewer.get("/analises/")
    assert page.context["is_empty"]
    assert "Nenhuma mensagem neste período" in page.content.decode()


@pytest.mark.usefixtures("told")
def test_one_number_alone_can_be_looked_at(jana, charlie, viewer):
    own, foreign = (thread_of(tenant).number.pk for tenant in (jana, charlie))
    assert viewer.get("/analises/", {"period": "week", "number": own}).context["tiles"][0].text == "5"
    assert viewer.get("/analises/", {"period": "week", "number": foreign}).context["tiles"][0].text == "5"


@pytest.mark.parametrize(
    ("asked", "length"),
    [
        ({}, 30),
        ({"period": "today"}, 1),
        ({"period": "week"}, 7),
        ({"period": "quarter"}, 90),
        ({"period": "nonsense"}, 30),
        ({"period": "dates", "since": "01/01/2026", "until": "03/01/2026"}, 3),
        ({"period": "dates", "since": "03/01/2026", "until": "01/01/2026"}, 3),
        ({"period": "dates", "since": "01/01/2020", "until": "01/01/2026"}, 366),
        ({"period": "dates", "since": "99/99/2026"}, 30),
    ],
)
def test_the_period_is_what_was_asked_for(viewer, asked, length):
    page = viewer.get("/analises/", asked)
    assert len(page.context["period"].days) == length


def test_it_says_when_it_was_last_counted(viewer):
    assert "ainda não foram contados" in viewer.get("/analises/").content.decode()
    days.tend(timezone.now())
    assert "Atualizado hoje" in viewer.get("/analises/").content.decode()


def test_the_page_takes_few_queries_whatever_there_is_to_count(jana, viewer, noon, django_assert_max_num_queries):
    for n in range(12):
        say(thread_of(jana), noon - n * 2 * HOUR, "operator", status="read", template_name=f"modelo_{n}")
    days.heal(timezone.now())
    days.tend(timezone.now())
    viewer.get("/analises/")
    with django_assert_max_num_queries(12):
        viewer.get("/analises/", {"period": "quarter"})


def test_a_table_that_does_not_exist_is_a_404(viewer):
    assert viewer.get("/analises/exportar/", {"table": "nothing"}).status_code == 404


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "–"), (0, "0 s"), (59, "59 s"), (60, "1 min"), (3_900, "1 h 05 min"), (187_200, "2 d 4 h")],
)
def test_waits_are_told_as_people_say_them(seconds, text):
    assert duration(seconds) == text
