"""Whoever comes is read by one statement; whatever changed meanwhile counts at the next request."""

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants import sessions
from tenants.models import Member, Tenant
from tests.dashboard.people import browser
from tests.factories import make_person, make_ready_tenant

pytestmark = pytest.mark.django_db
PAGE, NEWS = "/conversas/", "/conversas/novidades/"


@pytest.fixture
def person(jana):
    return make_person(jana, username="bia")


@pytest.fixture
def known(client, person):
    """A browser that this process has seen before."""
    client.force_login(person)
    for _ in range(2):
        assert client.get(NEWS).status_code == 200
    return client


def key_of(client):
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def test_session_person_and_companies_are_one_statement(known):
    with CaptureQueriesContext(connection) as captured:
        known.get(NEWS)
    asked = [query["sql"] for query in captured]
    assert sum("django_session" in sql for sql in asked) == 1
    assert sum("auth_user" in sql and "whatsapp_" not in sql for sql in asked) == 1
    assert "django_session" in asked[0]
    assert "tenants_member" in asked[0]


def test_who_is_not_known_yet_comes_in_all_the_same(client, person):
    client.force_login(person)
    sessions._people.clear()
    response = client.get(PAGE)
    assert (response.status_code, response.wsgi_request.user) == (200, person)


def test_who_was_removed_gets_no_news_at_the_next_poll(known, person):
    Member.objects.filter(user=person).delete()
    assert known.get(NEWS).status_code == 403


def test_another_role_counts_at_once(known, person, jana):
    Member.objects.filter(user=person).update(role="viewer")
    assert known.get(PAGE).wsgi_request.role == "viewer"


def test_a_closed_company_is_nobody_s(known, jana):
    Tenant.objects.filter(pk=jana.pk).update(state=Tenant.State.CLOSED)
    assert known.get(NEWS).status_code == 403


@pytest.mark.parametrize("change", ["ended", "expired", "deactivated", "other password", "gone"])
def test_a_session_that_does_not_stand_lets_nobody_in(known, person, change):
    rows = Session.objects.filter(pk=key_of(known))
    if change == "ended":
        rows.delete()
    elif change == "expired":
        rows.update(expire_date="2020-01-01T00:00Z")
    elif change == "deactivated":
        User.objects.filter(pk=person.pk).update(is_active=False)
    elif change == "other password":
        person.set_password("another long password")
        person.save()
    else:
        person.delete()
    assert known.get(NEWS).url.startswith("/entrar/")


def test_a_wrong_guess_makes_nobody_somebody_else(known, person, charlie):
    sessions._people[key_of(known)] = make_person(charlie, "owner").pk
    request = known.get(PAGE).wsgi_request
    assert (request.user, request.tenant.slug, request.role) == (person, "studio-jana", "operator")


def test_every_company_of_a_person_comes_by_name_with_its_role(known, person, charlie):
    Member.objects.create(tenant=charlie, user=person, role="manager")
    tenants = known.get(PAGE).wsgi_request.tenants
    assert [(tenant.name, tenant.role) for tenant in tenants] == [
        ("Barbearia do Charlie", "manager"),
        ("Studio Jana", "operator"),
    ]


def test_the_platform_s_team_sees_every_company(jana, charlie):
    team = browser(None, is_superuser=True)
    team.get(PAGE)
    assert {tenant.slug for tenant in team.get(PAGE).wsgi_request.tenants} == {jana.slug, charlie.slug}


def test_what_a_process_remembers_has_an_end(known, monkeypatch):
    monkeypatch.setattr(sessions, "REMEMBERED", 1)
    browser(make_ready_tenant("outra")).get(PAGE)
    assert len(sessions._people) == 1


@pytest.mark.parametrize("model", [User, Tenant])
def test_no_column_needs_more_than_the_driver_makes_of_it(model):
    assert not [field for field in model._meta.concrete_fields if field.get_db_converters(connection)]
