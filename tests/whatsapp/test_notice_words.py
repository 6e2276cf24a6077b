"""What Meta says of an account is told in sentences, with its cause where Meta gives one."""

import pytest
from django.utils import translation

from whatsapp import notice_words, notices


def told(word, **detail):
    with translation.override("pt-br"):
        return notice_words.sentence(word, detail)


def test_every_word_that_moves_a_connection_has_its_sentence():
    moving = {word for field, word in (*notices.ALERTS, *notices.SOLVED_BY) if field == "account_update"}
    assert (moving | notices.MATTERS.keys()) - notice_words.WORDS.keys() == set()


@pytest.mark.parametrize("word", [*notice_words.WORDS])
def test_no_sentence_shows_metas_code(word):
    assert word not in told(word)


@pytest.mark.parametrize("why", [*notice_words.ENDED])
def test_why_a_connection_ended_is_told_in_words(why):
    sentence = told("PARTNER_REMOVED", disconnection_info={"reason": why})
    assert sentence.startswith(told("PARTNER_REMOVED"))
    assert why not in sentence


def test_a_word_that_nobody_knows_is_shown_as_it_came():
    assert told("SOMETHING_NEW", disconnection_info={"reason": "WHIM"}) == "Meta: SOMETHING_NEW. (WHIM)"


def test_another_apps_event_says_so():
    assert told("PARTNER_REMOVED:other_app").startswith("Sobre outro aplicativo")
