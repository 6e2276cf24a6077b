"""Alerts by REST: narrowed, and looked after by the company's own system."""

from datetime import timedelta

from django.utils import timezone

from tenants import alerts


def rows(api, **query):
    return api.get("/api/v1/alerts/", query).json()["results"]


def test_alerts_are_narrowed_by_state_and_time(api, tenant):
    for kind in ("jobs_late", "events_failed"):
        alerts.raise_alert(kind, tenant=tenant)
    alerts.solve("jobs_late", tenant=tenant)
    assert [row["kind"] for row in rows(api, state="lasting")] == ["events_failed"]
    assert [row["kind"] for row in rows(api, kind="jobs_late")] == ["jobs_late"]
    tomorrow = (timezone.now() + timedelta(days=1)).isoformat()
    assert rows(api, since=tomorrow) == []


def test_a_companys_system_says_that_it_looks_after_an_alert(api, tenant):
    alerts.raise_alert("jobs_late", tenant=tenant)
    path = f"/api/v1/alerts/{rows(api)[0]['id']}/acknowledge/"
    first, again = (api.post(path).json() for _time in range(2))
    assert (first["state"], again["acknowledged_at"]) == ("acknowledged", first["acknowledged_at"])
    alerts.solve("jobs_late", tenant=tenant)
    assert api.post(path).status_code == 409


def test_an_alert_of_the_platform_or_of_others_is_not_there(api, strangers_api, tenant):
    alerts.raise_alert("jobs_late", tenant=tenant)
    alerts.raise_alert("process_missing", subject="beat")
    (row,) = rows(api)
    assert strangers_api.post(f"/api/v1/alerts/{row['id']}/acknowledge/").status_code == 404
