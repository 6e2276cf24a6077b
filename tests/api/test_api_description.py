"""The OpenAPI description: complete, without warnings, and true of what the API answers to whatever is sent."""

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications.api.urls import RESOURCES
from tests.factories import make_appointment

JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.just("2026-11-21T10:00:00-03:00"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
SLOW_DATABASE = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(description: dict[str, Any], method: str) -> list[tuple[str, dict[str, Any]]]:
    ours = ((path, found) for path, found in description["paths"].items() if path.startswith("/api/v1/"))
    return [(path, found[method]) for path, found in ours if method in found]


def test_the_description_is_valid_and_has_no_warnings():
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=io.StringIO())


def test_every_resource_is_described(description):
    described = {path.split("/")[3] for path in description["paths"] if path.startswith("/api/v1/")}
    assert described == set(RESOURCES)


def test_every_operation_asks_for_the_key_and_names_its_errors(description):
    found = [each for method in ("get", "post", "patch") for each in operations(description, method)]
    assert len(found) > 30
    for path, operation in found:
        assert operation["security"] == [{"ApiKey": []}], path
        assert {"400", "401"} <= set(operation["responses"]), path


def test_the_descriptions_page_needs_nothing_from_outside(client):
    page = client.get("/api/docs/").content.decode()
    assert "https://" not in page
    assert client.get("/api/schema/").status_code == 200


def names_of(description: dict[str, Any], operation: dict[str, Any]) -> list[str]:
    """The fields of the operation's body."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    return list(description["components"]["schemas"].get(name, {}).get("properties", {"x": {}}))


@given(data=st.data())
@SLOW_DATABASE
def test_whatever_is_posted_the_answer_is_one_that_is_described(api, tenant, description, data):
    path, operation = data.draw(st.sampled_from([o for o in operations(description, "post") if "/sync/" not in o[0]]))
    fields = st.sampled_from(names_of(description, operation))
    body = data.draw(st.dictionaries(fields, JUNK, max_size=4) | JUNK)
    address = path.format(id=data.draw(st.integers(0, 10**20) | st.uuids()), external_id="b-1", name="code")
    answer = api.post(address, json.dumps(body), content_type="application/json")
    assert str(answer.status_code) in operation["responses"]


@given(data=st.data())
@SLOW_DATABASE
def test_whatever_is_asked_the_answer_is_one_that_is_described(api, tenant, description, data):
    path, operation = data.draw(st.sampled_from([o for o in operations(description, "get") if "{" not in o[0]]))
    names = [parameter["name"] for parameter in operation.get("parameters", [])] or ["x"]
    query = data.draw(
        st.dictionaries(st.sampled_from(names), st.text(max_size=12) | st.integers().map(str), max_size=3)
    )
    answer = api.get(path, {name: value.encode("utf-8", "replace") for name, value in query.items()})
    assert str(answer.status_code) in operation["responses"]


@given(body=st.dictionaries(st.sampled_from(["customer", "service", "starts_at", "ends_at", "place", "notify"]), JUNK))
@SLOW_DATABASE
def test_whatever_changes_an_appointment_it_is_taken_or_refused(api, appointment, body):
    answer = api.patch(f"/api/v1/appointments/{appointment}/", json.dumps(body), content_type="application/json")
    assert answer.status_code in {200, 400}


@pytest.fixture
def appointment(tenant: Any) -> str:
    return make_appointment(tenant, external_id="b-1").external_id
