"""Every reason has its sentence, who must act, and the next step, in the operator's language."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from notifications import reasons
from templates_mgmt import mapping
from tests.factories import NOW

ROOT = Path(__file__).resolve().parents[2]
NAMES = {"Hold", "Skip", "Cancel", "Fail", "NotSendable", "GiveUp", "Delay", "Limit"}
KEYWORDS = {"reason_code", "code"}


def trees() -> Iterator[ast.Module]:
    for path in (ROOT / "notifications").rglob("*.py"):
        if not {"migrations", "api", "models"} & set(path.parts):
            yield ast.parse(path.read_text())


def codes_of(node: ast.AST) -> set[str]:
    """The codes in a verdict's construction, a keyword that carries one, or a kind's ``still_wanted``."""
    if isinstance(node, ast.FunctionDef) and node.name == "still_wanted":
        return {
            code for each in ast.walk(node) if isinstance(each, ast.Return) and each.value for code in plain(each.value)
        }
    if not isinstance(node, ast.Call):
        return set()
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    given = [keyword.value for keyword in node.keywords if keyword.arg in KEYWORDS]
    if name in NAMES:
        given += node.args[:2]
    return {code for value in given for code in plain(value)}


def plain(value: ast.expr) -> set[str]:
    """String constants that stand for themselves, also in either arm of a condition."""
    if isinstance(value, ast.IfExp):
        return plain(value.body) | plain(value.orelse)
    return {value.value} if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value else set()


def used_codes() -> set[str]:
    return {code for tree in trees() for node in ast.walk(tree) for code in codes_of(node)}


def test_every_code_that_is_used_has_its_line():
    assert used_codes() - set(reasons.LINES) == set()


def test_the_search_finds_what_it_should():
    assert {"kill_switch", "opted_out", "appointment_closed", "no_answer", "provider_refused"} <= used_codes()


def test_the_codes_of_mappings_and_windows_have_their_lines():
    assert {
        *("no_mapping", "template_missing", "template_not_approved", "variable_without_value"),
        *mapping.WAITING,
        *("window_no_inbound", "window_expired", "window_check_failed"),
    } <= set(reasons.LINES)


@pytest.mark.parametrize("code", reasons.LINES)
def test_every_line_says_what_who_and_next_in_portuguese(code):
    with translation.override("en"):
        english = reasons.explain(code)
    with translation.override("pt-br"):
        reason = reasons.explain(code)
    pairs = [(getattr(reason, part), getattr(english, part)) for part in ("sentence", "who", "next_step")]
    assert [portuguese for portuguese, same in pairs if portuguese == same] == []


def test_times_are_shown_as_people_read_them():
    sentence = reasons.explain("window_expired", {"last_inbound_at": NOW.isoformat()}).sentence
    assert "20/11/2026 12:00" in sentence


def test_metas_code_is_explained_by_its_catalogue():
    reason = reasons.explain("provider_refused", {"error_code": 131026, "details": ""})
    assert reason.provider_code == 131026
    assert reason.sentence != reasons.explain("provider_refused").sentence


def test_a_code_that_nobody_knows_is_shown_as_it_came():
    assert "from_the_future" in reasons.explain("from_the_future").sentence


def test_missing_facts_break_nothing():
    assert reasons.explain("kill_switch", {}).sentence
