"""Which messages make one episode, as a function of times alone."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOW
from whatsapp.episodes import OPEN, PENDING, PERSON, SILENCE, SOLVED, Decision, Rules, split

RULES = Rules(silence=timedelta(hours=24), reopen=timedelta(hours=12))


def at(hours):
    return NOW + timedelta(hours=hours)


def spans(times, decisions=None):
    words = {at(anchor): Decision(at(hours), state) for anchor, (hours, state) in (decisions or {}).items()}
    found = split([at(hours) for hours in times], words, RULES)
    return [
        ((each.opened_at - NOW) // timedelta(hours=1), (each.last_at - NOW) // timedelta(hours=1)) for each in found
    ]


def test_messages_near_each_other_are_one_episode():
    assert spans([0, 5, 20]) == [(0, 20)]


def test_after_silence_a_message_within_the_time_to_reopen_belongs_to_it_a_later_one_does_not():
    assert spans([0, 36]) == [(0, 36)]
    assert spans([0, 37]) == [(0, 0), (37, 37)]


def test_what_a_person_solved_is_reopened_or_followed_by_a_new_one():
    assert spans([0, 12], {0: (1, SOLVED)}) == [(0, 12)]
    assert spans([0, 14], {0: (1, SOLVED)}) == [(0, 0), (14, 14)]


def test_a_late_message_joins_what_seemed_two_episodes():
    assert spans([0, 40]) == [(0, 0), (40, 40)]
    assert spans([0, 40, 20]) == [(0, 40)]


def test_reopening_begins_a_turn():
    (episode,) = split([at(0), at(30), at(31)], {}, RULES)
    assert [(turn.opened_at, turn.solved_at, turn.solved_by) for turn in episode.turns] == [
        (at(0), at(24), SILENCE),
        (at(30), None, ""),
    ]


def test_a_persons_word_stands_until_the_customer_writes():
    (episode,) = split([at(0)], {at(0): Decision(at(1), PENDING)}, RULES)
    assert (episode.state(RULES, at(2)), episode.state(RULES, at(25))) == (PENDING, SOLVED)
    (answered,) = split([at(0), at(2)], {at(0): Decision(at(1), SOLVED)}, RULES)
    assert answered.state(RULES, at(3)) == OPEN
    (solved,) = split([at(0)], {at(0): Decision(at(1), SOLVED)}, RULES)
    assert (solved.state(RULES, at(1)), solved.solved_by()) == (SOLVED, PERSON)


@given(st.lists(st.integers(0, 400), min_size=1, max_size=12))
def test_every_message_is_in_one_episode_and_none_touch(hours):
    found = split([at(hour) for hour in hours], {}, RULES)
    assert sorted({at(hour) for hour in hours}) == sorted(
        {at(hour) for each in found for hour in set(hours) if each.opened_at <= at(hour) <= each.last_at}
    )
    gaps = [later.opened_at - earlier.last_at for earlier, later in pairwise(found)]
    assert all(gap > RULES.silence + RULES.reopen for gap in gaps)
