"""Handled, ignored on purpose, unknown: every event is in one list, and everything ignored says why."""

import pytest

from tests.whatsapp.meta_bodies import PAYLOADS, payload, take
from whatsapp import dispatch, events, notes
from whatsapp.models import WebhookEvent
from whatsapp.providers.meta import webhook


def test_every_event_is_handled_or_ignored_on_purpose_and_never_both():
    ignored = set(dispatch.ignored_on_purpose())
    handled = {event_class for event_class in events.ALL if dispatch.is_handled(event_class)}
    assert handled | ignored == set(events.ALL)
    assert not handled & ignored


def test_every_event_of_the_catalogue_is_in_the_lists():
    bases = {events.AccountNoticed, events.Kept, events.HistoryFact, events.Person, events.ProviderProblem}
    told = {each for name in events.__all__ if isinstance(each := getattr(events, name), type)}
    assert told - bases - {events.NotUnderstood} == set(events.ALL)


def test_every_reason_is_a_sentence_in_the_operators_language():
    assert all(str(why).endswith(".") for why in dispatch.ignored_on_purpose().values())


def test_every_field_and_list_has_a_payload_of_its_own():
    fields = {path.stem.partition("__")[0] for path in PAYLOADS.glob("*.json")}
    twins = {"business_username_updates"}
    assert webhook.FIELDS - twins <= fields


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(path.stem for path in PAYLOADS.glob("*.json")))
def test_every_note_that_a_body_leaves_has_its_sentence(number, name):
    take(payload(name))
    left = WebhookEvent.objects.exclude(note="").values_list("note", flat=True)
    assert all(notes.sentence(note) not in {"", note} for note in left)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("calls__connect", "on_purpose"),
        ("calls__status", "on_purpose"),
        ("flows__published", "on_purpose"),
        ("group_lifecycle_update__created", "on_purpose"),
        ("payment_configuration_update__needs_testing", "on_purpose"),
        ("partner_solutions__created", "on_purpose"),
        ("automatic_events__lead", "on_purpose"),
        ("messages__user_actions", "on_purpose"),
        ("messages__status_payment", "on_purpose"),
        ("business_username_update__approved", "on_purpose"),
        ("messages__errors", "value_error 130429"),
    ],
)
def test_what_has_no_consequence_is_kept_and_says_so(number, name, note):
    take(name)
    assert list(WebhookEvent.objects.values_list("state", "note")) == [("ignored", note)]
