"""Meta's rules for templates: each one broken alone is told once, at its field, in words."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import translation

from templates_mgmt import rules
from templates_mgmt.rules import SENTENCES, Problem
from tests.factories import NOW
from tests.templates_mgmt.broken_templates import BROKEN
from tests.templates_mgmt.template_samples import GOOD, HANDLE, body, buttons, file_header, header, payload, reply


@pytest.mark.parametrize("name", GOOD)
def test_what_meta_takes_breaks_no_rule(name):
    assert rules.check(GOOD[name]) == []


@pytest.mark.parametrize(("code", "field", "template"), BROKEN, ids=[f"{row[0]} {row[1]}" for row in BROKEN])
def test_a_rule_broken_alone_is_told_alone_and_at_its_field(code, field, template):
    problems = rules.check(template)
    assert (problems[0].code, problems[0].field) == (code, field)
    assert {problem.code for problem in problems} == {code}


def test_every_rule_of_a_template_is_broken_by_some_test():
    of_limits = {code for code in SENTENCES if code.startswith(("edit_", "creation_")) or code == "name_locked"}
    assert {row[0] for row in BROKEN} == SENTENCES.keys() - of_limits


def test_every_rule_has_a_sentence_and_every_sentence_a_rule():
    folder = Path(rules.__file__).parent
    source = "".join(path.read_text() for path in folder.glob("*.py") if path.name != "problems.py")
    assert SENTENCES.keys() == {code for code in SENTENCES if f'"{code}"' in source}
    assert set(re.findall(r'(?:Problem|problem)\("(\w+)"', source)) <= SENTENCES.keys()


@pytest.mark.parametrize("language", ["en", "pt-br"])
def test_every_sentence_says_something_in_both_languages(language):
    values = dict.fromkeys(("limit", "length", "most", "lowest", "highest", "words", "found"), 7)
    values |= dict.fromkeys(("type", "variable", "variables", "language", "at"), "x")
    with translation.override(language):
        sentences = [Problem(code, "", values).sentence for code in SENTENCES]
    assert all(len(sentence) > 15 and sentence.endswith(".") for sentence in sentences)


def test_a_sentence_is_portuguese_for_who_reads_portuguese():
    with translation.override("pt-br"):
        assert rules.check(payload(body(), name=""))[0].sentence == "Dê um nome ao modelo."


def test_several_mistakes_are_told_together():
    broken = payload(header("Oi, {{1}}!"), body("a" * 1025), buttons(reply("")), name="Olá")
    assert {problem.field for problem in rules.check(broken)} == {
        *("name", "header.example", "body.text", "buttons.0.text"),
    }


APPROVED = GOOD["words"] | {"status": "APPROVED"}
CHANGED = GOOD["words"] | {"components": [body("Mudou tudo por aqui.")]}
DAY = timedelta(days=1)


def edits(*days):
    return [NOW - DAY * ago for ago in days]


@pytest.mark.parametrize(
    ("code", "old", "new", "made"),
    [
        ("edit_status", APPROVED | {"status": "PENDING"}, CHANGED, []),
        ("edit_name", APPROVED, CHANGED | {"name": "outro"}, []),
        ("edit_language", APPROVED, CHANGED | {"language": "en_US"}, []),
        ("edit_format", APPROVED, CHANGED | {"parameter_format": "NAMED"}, []),
        ("edit_category", APPROVED, CHANGED | {"category": "MARKETING"}, []),
        ("edit_same", APPROVED, GOOD["words"], []),
        ("edit_day", APPROVED, CHANGED, edits(0.5)),
        ("edit_month", APPROVED, CHANGED, edits(*range(2, 12))),
    ],
)
def test_an_edit_that_meta_would_refuse_is_told(code, old, new, made):
    assert [problem.code for problem in rules.check_edit(old, new, made, NOW)] == [code]


def test_a_rejected_template_is_edited_as_often_as_one_likes_into_any_category():
    rejected = APPROVED | {"status": "REJECTED"}
    assert rules.check_edit(rejected, CHANGED | {"category": "marketing"}, edits(0.1, 0.2), NOW) == []


def test_the_edits_left_are_counted_over_thirty_days():
    left = rules.edits_left("APPROVED", edits(0.5, 20, 40), NOW)
    assert (left.left, left.again_at) == (8, NOW + DAY / 2)
    assert rules.edits_left("PAUSED", edits(0.5), NOW).left is None


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("creation_hour", {"count_last_hour": 100, "oldest": NOW - timedelta(minutes=50)}),
        ("creation_total", {"total": 6000}),
        ("creation_unverified", {"total": 250, "most": 250}),
        ("name_locked", {"locked_until": NOW + DAY}),
    ],
)
def test_a_creation_that_meta_would_refuse_is_told(code, values):
    usual = {"count_last_hour": 99, "oldest": None, "total": 5999, "locked_until": NOW}
    assert rules.check_creation(**usual, now=NOW) == []
    assert [problem.code for problem in rules.check_creation(**usual | values, now=NOW)] == [code]


def test_a_handle_is_not_an_address():
    assert rules.check(payload(file_header("IMAGE", HANDLE), body())) == []
