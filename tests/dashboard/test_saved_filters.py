"""A person's own filters of Messages, and the filtered list as a spreadsheet."""

import csv
import io

import pytest

from notifications.models import NotificationJob
from tenants import saved_filters
from tenants.models import AuditEntry, SavedFilter
from tests.dashboard.people import browser
from tests.dashboard.test_messages_page import make_job

pytestmark = pytest.mark.django_db
State = NotificationJob.State


def save(post, client, name="Falhas", query="state=failed", **values):
    return post(client, "/mensagens/filtros/", name=name, query=query, **values)


def test_a_filter_is_kept_by_its_name_and_shown_as_a_link(operator, post):
    answer = save(post, operator, query="state=failed&before=x&kind=")
    assert answer.url == "/mensagens/?state=failed"
    html = operator.get("/mensagens/?all=1").content.decode()
    assert 'href="/mensagens/?state=failed"' in html
    assert "Falhas" in html


def test_the_same_name_replaces_it(operator, post):
    save(post, operator)
    save(post, operator, query="state=skipped")
    assert SavedFilter.objects.get().query == "state=skipped"


def test_the_page_begins_with_the_one_chosen(operator, post):
    save(post, operator, is_start="on")
    assert operator.get("/mensagens/").url == "/mensagens/?state=failed"
    assert operator.get("/mensagens/?all=1").status_code == 200
    kept = SavedFilter.objects.get()
    post(operator, f"/mensagens/filtros/{kept.pk}/inicial/", end="1")
    assert operator.get("/mensagens/").status_code == 200


def test_only_one_is_the_beginning(operator, post):
    save(post, operator, is_start="on")
    save(post, operator, name="Fila", query="state=queue", is_start="on")
    assert [row.name for row in SavedFilter.objects.filter(is_start=True)] == ["Fila"]


def test_a_filter_is_nobody_elses(jana, operator, post):
    save(post, operator)
    colleague, kept = browser(jana), SavedFilter.objects.get()
    assert "Falhas" not in colleague.get("/mensagens/").content.decode()
    assert post(colleague, f"/mensagens/filtros/{kept.pk}/remover/").status_code == 404
    post(operator, f"/mensagens/filtros/{kept.pk}/remover/")
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize("name", ["", "x" * 41])
def test_a_name_that_does_not_fit_is_told(operator, post, name):
    save(post, operator, name=name)
    assert not SavedFilter.objects.exists()


def test_a_name_of_marks_is_shown_as_text(operator, post):
    save(post, operator, name="<script>alert(1)</script>")
    assert "<script>alert(1)" not in operator.get("/mensagens/?all=1").content.decode()


def test_there_is_room_for_a_number_of_them(operator, post, monkeypatch):
    monkeypatch.setattr(saved_filters, "MOST", 1)
    save(post, operator)
    save(post, operator, name="Fila")
    assert SavedFilter.objects.count() == 1


def test_the_spreadsheet_has_what_the_filters_show_and_taking_it_is_an_act(jana, charlie, operator, post):
    make_job(jana, State.SKIPPED, reason_code="window_no_inbound")
    make_job(jana, State.SENT)
    make_job(charlie, State.SKIPPED)
    answer = post(operator, "/mensagens/exportar/", state="skipped")
    told = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert len(told) == 2
    assert {"Maria Silva", "Não enviada"} <= set(told[1])
    entry = AuditEntry.objects.get(action="message.exported")
    assert (entry.tenant, entry.detail) == (jana, {"filters": {"state": "skipped"}})


def test_a_name_that_a_spreadsheet_would_run_is_defused(jana, operator, post):
    make_job(jana, name="=HYPERLINK(1)")
    assert "'=HYPERLINK(1)" in post(operator, "/mensagens/exportar/").getvalue().decode()


def test_old_and_broken_rows_are_exported_too(jana, operator, post):
    make_job(jana, State.FAILED, kind="sms_of_2019", content=["a"], reason_detail=["x"], reason_code="gone")
    assert "sms_of_2019" in post(operator, "/mensagens/exportar/").getvalue().decode()


def test_a_viewer_takes_nothing_along(viewer, post):
    assert post(viewer, "/mensagens/exportar/").status_code == 403
