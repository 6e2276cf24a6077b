"""Who comes in, and how errors look whatever went wrong."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from django.utils import timezone
from rest_framework.test import APIClient

from notifications.api.urls import RESOURCES
from tenants.models import TenantApiKey
from tests.factories import make_api_key


def error_of(answer) -> tuple[int, str]:
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "fields"}
    return answer.status_code, body["error"]["code"]


@pytest.mark.parametrize("key", [None, "", "wrong", "abcdefgh.wrong", "ção", "\x00", "x" * 5000])
def test_without_a_valid_key_nothing_answers(db, key):
    client = APIClient()
    if key is not None:
        client.credentials(HTTP_X_API_KEY=key)
    for resource in RESOURCES:
        answer = client.get(f"/api/v1/{resource}/")
        assert error_of(answer)[0] == 401
        assert answer["WWW-Authenticate"] == "X-API-Key"


def test_a_key_with_another_secret_does_not_open(api, tenant):
    prefix = make_api_key(tenant).split(".")[0]
    api.credentials(HTTP_X_API_KEY=f"{prefix}.{'x' * 32}")
    assert error_of(api.get("/api/v1/jobs/"))[0] == 401


@pytest.mark.parametrize("change", [{"revoked": True}, {"expiry_date": timezone.now() - timedelta(days=1)}])
def test_a_revoked_or_expired_key_does_not_open(api, change):
    TenantApiKey.objects.update(**change)
    assert error_of(api.get("/api/v1/jobs/"))[0] == 401


def test_a_closed_companys_key_does_not_open(api, tenant):
    type(tenant).objects.filter(pk=tenant.pk).update(state="closed")
    assert error_of(api.get("/api/v1/jobs/"))[0] == 401


def test_the_key_costs_one_query(api):
    with CaptureQueriesContext(connection) as queries:
        api.get("/api/v1/nothing/")
    assert len(queries) == 1


@pytest.mark.parametrize(
    "path",
    [
        *("nothing/", "jobs/not-a-uuid/", "jobs/00000000-0000-0000-0000-000000000000/", "messages/abc/", ""),
        *("messages/99999999999999999999999999/", "appointments/%00/", "appointments/a/b/", "jobs/nothing/retry/"),
    ],
)
def test_what_is_not_there_is_404_in_the_one_form(api, path):
    assert error_of(api.get(f"/api/v1/{path}")) == (404, "not_found")


@pytest.mark.parametrize("resource", RESOURCES)
def test_what_cannot_be_done_is_405(api, resource):
    assert error_of(api.delete(f"/api/v1/{resource}/")) == (405, "method_not_allowed")


def test_a_body_that_is_not_json_is_415(api):
    answer = api.post("/api/v1/messages/", "to=1", content_type="application/x-www-form-urlencoded")
    assert error_of(answer) == (415, "unsupported_media_type")


def test_an_address_without_its_last_slash_leads_to_the_right_one(api):
    answer = api.get("/api/v1/jobs")
    assert (answer.status_code, answer["Location"]) == (301, "/api/v1/jobs/")


def test_every_route_of_version_1_asks_for_the_key():
    views = [pattern.callback for pattern in _patterns(get_resolver().url_patterns)]
    ours = [
        view for view in views if getattr(view, "cls", None) and view.cls.__module__.endswith((".api", "api.missing"))
    ]
    assert ours
    for view in ours:
        assert [permission.__name__ for permission in view.cls.permission_classes] == ["HasTenant"]


def _patterns(patterns):
    for pattern in patterns:
        yield from _patterns(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern]
