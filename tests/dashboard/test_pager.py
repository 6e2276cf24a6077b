"""The links that lead through a list keep what it is narrowed by."""

import html
import re

import pytest
from django.utils import timezone

from dashboard.queries.events import PAGE_SIZE
from tests.factories import make_contact
from tests.notifications.jobs import first_number
from whatsapp import conversations
from whatsapp.models import WebhookEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def failures(jana):
    rows = [WebhookEvent(tenant=jana, provider="meta", key=str(n), state="failed") for n in range(PAGE_SIZE + 5)]
    WebhookEvent.objects.bulk_create(rows)


def link(page, word):
    """The attributes of the link that says ``word``."""
    found = re.search(rf'<a ([^>]*class="rc-button[^>]*)>(?:<span[^>]*>\w*</span>)?{word}', page.content.decode())
    return {name: html.unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', found[1])} if found else {}


def test_the_next_page_is_narrowed_as_the_first_one_is(viewer, failures):
    first = viewer.get("/eventos/", {"state": "failed"})
    second = viewer.get("/eventos/" + link(first, "Anteriores")["href"])
    assert second.wsgi_request.GET["state"] == "failed"
    assert len(second.context["page"].rows) == 5


def test_a_later_page_leads_back_to_the_newest(viewer, failures):
    first = viewer.get("/eventos/", {"state": "failed"})
    second = viewer.get("/eventos/" + link(first, "Anteriores")["href"])
    assert link(second, "Mais recentes")["href"] == "?state=failed"


def test_a_list_of_one_page_leads_nowhere(viewer, jana):
    WebhookEvent.objects.create(tenant=jana, provider="meta", key="1", state="failed")
    page = viewer.get("/eventos/")
    assert not link(page, "Anteriores")
    assert not link(page, "Mais recentes")


def test_the_inbox_changes_in_its_place(operator, jana):
    for n in range(55):
        row = conversations.open_for(first_number(jana), make_contact(jana, f"+551198888{n:04}", f"Cliente {n}"))
        conversations.touch([(row.pk, timezone.now(), True)])
    older = link(operator.get("/conversas/", {"show": "all"}), "Anteriores")
    assert older["href"].startswith("/conversas/?show=all&before=")
    assert (older["hx-get"], older["hx-target"]) == (older["href"], "#inbox")
