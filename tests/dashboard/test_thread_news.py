"""What an open conversation hears of: new messages, ticks, who else is there; and nothing where nothing is new."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.models import NotificationJob
from tests.dashboard.people import browser
from tests.dashboard.test_messages_page import make_job
from tests.dashboard.threads import hear, say, talk, tick, with_file
from tests.factories import make_person
from whatsapp import conversations
from whatsapp.conversations import acts
from whatsapp.models import Conversation, Media, Reaction

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(jana):
    return talk(jana)


@pytest.fixture
def look(operator, row):
    """Looks for news since the page; with ``again`` since the last look."""
    seen = {"version": operator.get(f"/conversas/{row.pk}/").context["thread"]["version"]}

    def poll(**values):
        answer = operator.get(f"/conversas/{row.pk}/novidades/", {"after": seen["version"], **values})
        if answer.status_code == 200:
            seen.update(answer.json())
        return answer

    return poll


def test_nothing_new_is_nothing_and_cheap(look, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        assert look().status_code == 204


def test_a_new_message_comes(look, row):
    new = hear(row, "cheguei", at=timezone.now())
    told = look().json()
    assert f'id="m-{new.pk}"' in told["items"]
    assert "cheguei" in told["items"]
    assert look().status_code == 204


def sent_one(row):
    return say(row, status="")


CHANGES = {
    "a tick": lambda row, sent: tick(sent, "read", timezone.now()),
    "an edit": lambda row, sent: type(sent).objects.filter(pk=sent.pk).update(edited_at=timezone.now(), text="x"),
    "a deletion": lambda row, sent: type(sent).objects.filter(pk=sent.pk).update(revoked_at=timezone.now()),
    "a file": lambda row, sent: with_file(sent, state=Media.State.PENDING),
    "a reaction": lambda row, sent: Reaction.objects.create(
        tenant_id=row.tenant_id,
        number_id=row.number_id,
        target_id=sent.provider_message_id,
        emoji="👍",
        occurred_at=timezone.now(),
    ),
    "a queued message": lambda row, sent: make_job(row.tenant),
    "a retry": lambda row, sent: make_job(row.tenant, NotificationJob.State.PENDING, message=sent),
    "an act": lambda row, sent: acts.close(row),
    "a note": lambda row, sent: acts.note(row, "veja", make_person(row.tenant), timezone.now()),
    "a window": lambda row, sent: Conversation.objects.filter(pk=row.pk).update(window_opened_at=None),
    "an opt-out": lambda row, sent: row.contact.consents.create(
        tenant_id=row.tenant_id, decision="opt_out", source="keyword", effective_at=timezone.now()
    ),
    "a block": lambda row, sent: type(row.contact).objects.update(blocked_at=timezone.now(), block_reason="spam"),
    "a paused number": lambda row, sent: type(row.number).objects.filter(pk=row.number_id).update(state="paused"),
    "a colleague": lambda row, sent: conversations.touch_presence(
        row.pk, make_person(row.tenant), False, timezone.now()
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_each_change_is_news(look, row, change):
    sent = sent_one(row)
    assert look().status_code == 200
    assert look().status_code == 204
    change(row, sent)
    assert look().status_code == 200
    assert look().status_code == 204


def test_what_did_not_change_keeps_its_version(look, row):
    sent = say(row)
    versions = []
    for _ in range(2):
        hear(row, "mais", at=timezone.now() - timedelta(hours=1))
        items = look().json()["items"].partition(f'id="m-{sent.pk}"')[2]
        versions.append(items.partition('data-version="')[2].partition('"')[0])
    assert versions[0] == versions[1]


def test_a_colleague_who_writes_is_named(look, row, jana):
    ana = make_person(jana, first_name="Ana")
    conversations.touch_presence(row.pk, ana, True, timezone.now())
    assert look().json()["others"] == "Ana está digitando…"


def test_oneself_is_not_a_colleague(look):
    assert look(typing="1").status_code == 204


def test_the_composer_gives_way_when_the_window_closes(look, row):
    Conversation.objects.filter(pk=row.pk).update(window_opened_at=timezone.now() - timedelta(days=2))
    assert 'data-mode="template"' in look().json()["composer"]


def test_what_is_seen_is_read(look, row):
    Conversation.objects.filter(pk=row.pk).update(read_at=None)
    hear(row, "oi?", at=timezone.now())
    look(visible="1")
    row.refresh_from_db()
    assert row.read_at is not None


def test_a_viewer_reads_nothing_for_the_others(jana, row):
    viewer = browser(jana, "viewer")
    assert viewer.get(f"/conversas/{row.pk}/novidades/", {"visible": "1"}).status_code == 200
    row.refresh_from_db()
    assert row.read_at is None
