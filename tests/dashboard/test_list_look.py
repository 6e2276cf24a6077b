"""The poll's one statement means what the page's own queries mean."""

from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone

from dashboard.queries import conversations as query
from dashboard.queries import pages
from dashboard.queries.list_look import look
from tenants.models import PhoneNumber
from tests.dashboard.test_conversations_page import LIST, news_of, wrote
from tests.factories import make_number, make_person
from whatsapp.models import Conversation

pytestmark = pytest.mark.django_db
HELD, STATES, READ = (None, "bia", "rui"), ("open", "waiting", "closed"), (False, True)
SHOWN = [query.MINE, query.UNASSIGNED, query.ALL]


@pytest.fixture
def bia(jana):
    return make_person(jana)


@pytest.fixture
def many(jana, bia):
    """One of each kind on two numbers, the newest first, and what each query must leave out."""
    numbers = PhoneNumber.objects.for_tenant(jana).first(), make_number(jana)
    people = {None: None, "bia": bia, "rui": make_person(jana)}
    kinds = [*product(numbers, HELD, STATES, READ)]
    for ago, (number, holder, state, is_read) in enumerate(kinds):
        row = wrote(jana, f"+55119888800{ago:02}", ago=ago, number=number)
        read_at = timezone.now() if is_read else None
        Conversation.objects.filter(pk=row.pk).update(assigned_to=people[holder], state=state, read_at=read_at)
    return query.conversations(jana, bia, query.Filters(state=""))


def since(minutes):
    return pages.Key(timezone.now() - timedelta(minutes=minutes), "0")


@pytest.mark.parametrize("show", SHOWN)
def test_as_many_are_fresh_as_the_page_would_show(jana, bia, many, show):
    number, seen = PhoneNumber.objects.for_tenant(jana).first().pk, [row.pk for row in many[:5]]
    for state, one, unread in product(("", "open", "closed"), (None, number), READ):
        filters = query.Filters(show=show, state=state, number=one, unread=unread)
        fitting = query.conversations(jana, bia, filters)
        for key in (since(12), since(30), pages.BEGINNING):
            assert look(jana, bia, filters, seen, key).fresh == query.count_newer(fitting, key, seen), filters


def test_each_tab_counts_its_unread_ones_that_are_not_closed(jana, bia, many):
    shown = [query.conversations(jana, bia, query.Filters(show=show, state="", unread=True)) for show in SHOWN]
    live = [rows.filter(state__in=query.LIVE).count() for rows in shown]
    assert [*look(jana, bia, query.Filters()).unread] == live


def test_nothing_is_counted_beyond_what_is_told(jana, bia, many, monkeypatch):
    monkeypatch.setattr("dashboard.queries.list_look.ENOUGH", 3)
    found = look(jana, bia, query.Filters(), [], pages.BEGINNING)
    assert (found.unread[2], found.fresh) == (4, 4)


def test_a_line_of_another_company_is_not_looked_at(jana, charlie, bia):
    row = wrote(charlie)
    assert look(jana, bia, query.Filters(), [row.pk], pages.BEGINNING) == look(jana, bia, query.Filters())


@pytest.mark.parametrize("filters", [{}, {"label": "1"}, {"q": "maria"}, {"show": "mine", "unread": "on"}])
def test_what_is_asked_for_nothing_new_is_nothing(jana, operator, filters):
    wrote(jana)
    page = operator.get(LIST, filters)
    assert news_of(operator, page, **filters).status_code == 204


def test_who_is_told_of_a_search_hears_of_what_fits_it(jana, operator):
    page = operator.get(LIST, {"q": "maria"})
    wrote(jana, "+5511977770000", "Outra Pessoa")
    assert news_of(operator, page, q="maria").status_code == 200  # a tab counts it
    wrote(jana)
    assert "1 nova" in news_of(operator, page, q="maria").content.decode()


@pytest.mark.parametrize("text", ["2026-01-01T00:00:00+00:00,x", f"2026-01-01T00:00:00+00:00,{'9' * 40}", "nonsense"])
def test_a_key_that_is_none_is_no_error(jana, operator, text):
    wrote(jana)
    assert news_of(operator, operator.get(LIST), since=text).status_code == 204
