"""Processing again: one, many, all by filter, after an upgrade; what was done is not done twice."""

import json
import re
from datetime import timedelta

import pytest
from django.core.management import call_command

from tests.factories import NOW, make_account, make_api_key, make_number, make_tenant
from tests.whatsapp.meta_bodies import CLIENT, NUMBER_ID, PAYLOADS, payload, process_all, take
from tests.whatsapp.tables import everything
from whatsapp import replay, tasks
from whatsapp.models import Message, WebhookEvent
from whatsapp.providers import get_provider

pytestmark = pytest.mark.django_db


def bodies():
    return sorted(path.stem for path in PAYLOADS.glob("*.json"))


@pytest.fixture
def told(number):
    """Everything that Meta can say, processed."""
    for name in bodies():
        take(name)
    return number


@pytest.fixture
def some_told(number):
    """Events of every end, processed: calls are ignored on purpose, what was invented is not known."""
    for name in bodies():
        if re.match(r"calls__|messages__(text|invented)|invented", name):
            take(name)
    return number


def test_replaying_a_whole_history_changes_no_table(told):
    before = everything()
    replayed = replay.replay_all(WebhookEvent.objects.all(), NOW)
    process_all()
    assert replayed > len(bodies()) - 10
    assert everything() == before


def test_replaying_goes_in_short_steps_and_tells_how_far_it_is(some_told):
    steps = []
    done = replay.replay_all(WebhookEvent.objects.all(), NOW, progress=steps.append, size=3)
    assert steps == sorted(steps)
    assert (len(steps), steps[-1]) == (-(-WebhookEvent.objects.count() // 3), done)


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        (["--state", "ignored", "--field", "calls"], {"calls"}),
        (["--state", "ignored", "--since", "2026-11-20T15:00:01+00:00"], set()),
        (["--state", "failed"], set()),
    ],
)
def test_the_command_replays_what_it_is_asked_for(some_told, options, fields, capsys):
    call_command("replay_webhooks", *options, "--json")
    again = set(WebhookEvent.objects.filter(state="new").values_list("field", flat=True))
    assert again == fields
    assert json.loads(capsys.readouterr().out)["replayed"] == WebhookEvent.objects.filter(state="new").count()


def test_the_command_tells_its_progress_beside_its_answer(some_told, capsys):
    call_command("replay_webhooks", "--state", "processed")
    assert "events are back in the line." in capsys.readouterr().err


def test_a_dry_run_changes_nothing(some_told):
    call_command("replay_webhooks", "--state", "processed", "--dry-run")
    assert not WebhookEvent.objects.filter(state="new").exists()


def test_the_api_replays_a_companys_own_events_by_filter(some_told):
    WebhookEvent.objects.filter(field="calls").update(state="failed")
    charlie = make_tenant("barbearia-charlie")
    WebhookEvent.objects.create(provider="meta", key="k", field="calls", state="failed", tenant=charlie)
    headers = {"X-API-Key": make_api_key(some_told.tenant), "Idempotency-Key": "replay-1"}
    response = CLIENT.post(
        "/api/v1/webhook-events/replay/", {"field": "calls"}, headers=headers, content_type="application/json"
    )
    assert (response.status_code, response.json()) == (200, {"replayed": 3})
    assert WebhookEvent.objects.get(tenant=charlie).state == "failed"


def test_an_upgrade_reads_again_what_an_older_parser_ignored(number):
    take("smb_message_echoes__text")
    Message.objects.all().delete()
    WebhookEvent.objects.update(state="ignored", note="unknown_field", parser_version=1)
    assert replay.reparse_older(NOW) == 1
    process_all()
    assert Message.objects.get().origin == "app"
    assert (WebhookEvent.objects.get().state, WebhookEvent.objects.get().note) == ("processed", "")


def test_what_this_version_has_ignored_is_left_alone(number):
    take("calls__connect")
    assert WebhookEvent.objects.get().parser_version == get_provider("meta").parser_version
    assert replay.reparse_older(NOW) == 0


def test_an_upgrade_waits_for_live_events_and_takes_small_steps(number):
    for index in range(5):
        WebhookEvent.objects.create(provider="meta", key=str(index), field="new", payload="{}", state="ignored")
    assert replay.reparse_older(NOW + timedelta(days=9), size=2) == 2
    assert replay.reparse_older(NOW + timedelta(days=9), size=2) == 0, "these two are still in the line"


def test_a_body_that_was_kept_whole_has_nothing_to_read_again(number):
    WebhookEvent.objects.create(provider="meta", key="k", body=b"not json", state="ignored", note="not_understood")
    tasks.reparse_events()
    assert WebhookEvent.objects.get().state == "ignored"


def test_a_number_that_moved_never_shows_the_new_owner_what_came_before(number):
    for name in ("messages__text", "calls__connect", "messages__invented_type"):
        take(name)
    number.owned_until = NOW + timedelta(hours=1)
    number.save()
    charlie = make_tenant("barbearia-charlie")
    moved = make_number(charlie, make_account(charlie), phone_number_id=NUMBER_ID, owned_from=NOW + timedelta(hours=2))
    later = NOW + timedelta(hours=3)
    replay.replay_all(WebhookEvent.objects.all(), later)
    process_all(later)
    assert not Message.objects.for_tenant(charlie).exists()
    assert not WebhookEvent.objects.for_tenant(charlie).exists()
    assert Message.objects.filter(number=number).count() == 2

    take(payload("messages__image"), later)
    assert Message.objects.for_tenant(charlie).get().number == moved
