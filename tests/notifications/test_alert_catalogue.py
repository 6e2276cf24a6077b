"""Every kind of alert that the code raises has its words, its next step, its runbook and its page."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from dashboard import alert_looks, runbooks
from notifications import watching
from notifications.watching.checks import CHECKS
from templates_mgmt import outages
from tenants.models import Alert
from tests.factories import NOW
from whatsapp import health_alerts, notices
from whatsapp.coexistence import sync

APPS = ("tenants", "whatsapp", "templates_mgmt", "notifications", "dashboard", "config")
# Where the kind is a variable: what it may be.
VARIABLE = {
    "whatsapp.notices": set(notices.ALERTS.values()),
    "whatsapp.health_alerts": {matter.kind for matter in health_alerts.MATTERS},
    "whatsapp.coexistence.sync": {sync.UNCERTAIN_ALERT, sync.REFUSED_ALERT, sync.MISSED_ALERT},
    "templates_mgmt.outages": {value for value in vars(outages).values() if str(value).startswith("template_")},
    "notifications.watching.rounds": {check.kind for check in CHECKS},
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for app in APPS:
        for path in sorted((settings.BASE_DIR / app).rglob("*.py")):
            name = ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts)
            if "migrations" not in name and "simulator" not in name:
                yield name, ast.parse(path.read_text())


def raisers(tree: ast.Module) -> set[str]:
    """Names that stand for raise_alert or keep, also local ones."""
    names = {"raise_alert", "keep"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and "raise_alert" in ast.unparse(node.value):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def kinds_in(name: str, tree: ast.Module) -> Iterator[str]:
    told = raisers(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = ast.unparse(node.func)
        is_ours = called in told - {"keep"} or called in {"alerts.raise_alert", "alerts.keep"}
        if is_ours:
            yield from kind_of(name, node.args[0])


def kind_of(name: str, first: ast.expr) -> Iterator[str]:
    text = ast.unparse(first)
    if isinstance(first, ast.Constant):
        yield first.value
    elif text.rpartition(".")[2].isupper():
        module, _dot, constant = text.rpartition(".")
        found = importlib.import_module(name)
        yield getattr(getattr(found, module) if module else found, constant)
    else:
        assert name in VARIABLE, f"{name} raises a kind that nobody can tell: {text}"
        yield from VARIABLE[name]


def test_every_kind_that_is_raised_is_described_and_no_other():
    assert set(watching.KINDS) == {kind for name, tree in modules() for kind in kinds_in(name, tree)}


@pytest.mark.parametrize("name", sorted(watching.KINDS))
def test_a_kind_says_what_happened_and_what_to_do_in_both_languages(name):
    kind = watching.KINDS[name]
    texts = [kind.word, kind.sentence, kind.next_step]
    with translation.override("pt-br"):
        portuguese = [str(text) for text in texts]
    with translation.override("en"):
        english = [str(text) for text in texts]
    assert all(portuguese)
    assert not set(portuguese) & set(english)


@pytest.mark.parametrize("name", sorted(watching.KINDS))
def test_a_kind_has_its_runbook_in_both_languages(name):
    runbook = watching.KINDS[name].runbook
    for folder in (runbooks.FOLDER, runbooks.FOLDER / "pt-br"):
        text = Path(folder, f"{runbook}.md").read_text()
        assert text.startswith("# ")
        assert text.count("\n## ") == 3  # what it means, look here, do this
        assert "\n1. " in text


def test_no_runbook_is_left_alone():
    assert set(runbooks.names()) == {kind.runbook for kind in watching.KINDS.values()}


@pytest.mark.parametrize("name", sorted(watching.KINDS))
def test_a_kind_leads_to_a_page_and_its_sentence_can_be_said_of_nothing(name):
    alert = Alert(kind=name, subject="x", detail={}, first_at=NOW)
    told = watching.tell(alert, {})
    assert told.sentence
    alert_looks.place(told)


def test_a_kind_that_nobody_knows_is_shown_all_the_same():
    told = watching.tell(Alert(kind="from_the_future", subject="x", detail=["odd"]), {})
    assert "from_the_future x" in told.sentence
