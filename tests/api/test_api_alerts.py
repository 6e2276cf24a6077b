"""Alerts by REST: narrowed, and looked after by the company's own system."""

from datetime import timedelta

from django.utils import timezone

from tenants import alerts


def rows(api, **query):
    return api.get("/api/v1/alerts/", query).json()["results"]


def test_alerts_are_narrowed_by_state_and_time(api, tenant):
    for kind in ("jobs_late", "events_failed"):
        alerts.raise_alert(kind, tenant=tenant, now=timezone.now())
    alerts.solve("jobs_late", tenant=tenant, now=timezone.now())
    assert [row["kind"] for row in rows(api, state="lasting")] == ["events_failed"]
    assert [row["kind"] for row in rows(api, kind="jobs_late")] == ["jobs_late"]
    tomorrow = (timezone.now() + timedelta(days=1)).isoformat()
    assert rows(api, since=tomorrow) == []


def test_a_companys_system_says_that_it_looks_after_an_alert(api, tenant):
    alerts.raise_alert("jobs_late", tenant=tenant, now=timezone.now())
    path = f"/api/v1/alerts/{rows(api)[0]['id']}/acknowledge/"
    first, again = (api.post(path).json() for _time in range(2))
    assert (first["state"], again["acknowledged_at"]) == ("acknowledged", first["acknowledged_at"])
    alerts.solve("jobs_late", tenant=tenant, now=timezone.now())
    assert api.post(path).status_code == 409


def test_a_companys_system_says_how_an_alert_was_solved(api, tenant):
    alerts.raise_alert("jobs_late", tenant=tenant, now=timezone.now())
    path = f"/api/v1/alerts/{rows(api)[0]['id']}/solve/"
    first = api.post(path, {"note": "fila limpa"}).json()
    again = api.post(path, {"note": "outra vez"}).json()
    assert (first["state"], first["note"]) == ("solved", "fila limpa")
    assert (again["solved_at"], again["note"]) == (first["solved_at"], "fila limpa")
    assert api.post(path, {"note": "x" * 301}).status_code == 400


def test_an_alert_of_the_platform_or_of_others_is_not_there(api, strangers_api, tenant):
    alerts.raise_alert("jobs_late", tenant=tenant, now=timezone.now())
    alerts.raise_alert("process_missing", subject="beat", now=timezone.now())
    (row,) = rows(api)
    for act in ("acknowledge", "solve"):
        assert strangers_api.post(f"/api/v1/alerts/{row['id']}/{act}/").status_code == 404
