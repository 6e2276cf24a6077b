"""Ids in pages are for forms and scripts: a thousands separator, which people read, would name another row or none."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from tenants.models import PhoneNumber
from tests.factories import make_contact
from whatsapp.models import Conversation

PAGES = Path(settings.BASE_DIR, "dashboard", "templates")
BARE_ID = re.compile(r"\{\{ *[\w.]*\bpk *(?:\}\}|\|(?!stringformat))")


def test_no_page_writes_an_id_as_an_amount():
    assert not [page.name for page in PAGES.rglob("*.html") if BARE_ID.search(page.read_text())]


@pytest.mark.django_db
def test_a_line_of_the_list_names_its_conversation_beyond_a_thousand(jana, operator):
    known = {"tenant": jana, "number": PhoneNumber.objects.for_tenant(jana).first()}
    contact = make_contact(jana, "+5511988887777", "Maria Silva")
    Conversation.objects.create(pk=1_234_567, contact=contact, last_message_at=timezone.now(), **known)
    assert 'id="conversation-1234567"' in operator.get("/conversas/").content.decode()
