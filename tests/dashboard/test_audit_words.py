"""Every act that the code writes has its words on the audit page, in Portuguese too.

The code is read: acts written as text or as one of two texts are found by themselves; those put together at run time
are said in BUILT, by the place that writes them, and a new such place fails until it is said there.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import allauth
import pytest
from django.apps import apps
from django.utils import translation

from dashboard import audit_details, audit_words
from notifications.models import Appointment
from tenants.models import AuditEntry

ROOT = Path(__file__).resolve().parents[2]
APPS = ("config", "dashboard", "notifications", "templates_mgmt", "whatsapp", "tenants")
# Functions that pass an act on to audit.record -> which of their arguments names it, and what it is a part of.
WRITERS = {
    "record": (0, "{}"),
    "record_for": (1, "{}"),
    "_audit": (0, "{}"),
    "note": (2, "row.{}"),
    "_note": (1, "job.{}"),
}
# Put together at run time: module and expression -> the acts.
BUILT = {
    ("notifications/actions.py", "f'job.{event}'"): (),  # by _note
    ("notifications/actions.py", "event"): ("job.discarded", "job.marked_failed"),
    ("notifications/appointments.py", "f'appointment.{state}'"): tuple(
        f"appointment.{state}" for state in Appointment.State.values
    ),
    ("notifications/appointments.py", "now"): (),  # of another function called _note
    ("tenants/adminbase.py", "f'{obj._meta.model_name}.{verb}'"): (),  # by note
    ("tenants/admin/people.py", "self.act"): ("person.second_factor_taken", "person.session_ended"),
    ("tenants/sign_in.py", "f\"person.{template_prefix.rpartition('/')[2]}\""): (),  # by allauth's mails
    ("tenants/sign_in.py", "action"): ("person.locked_out", "person.sign_in_failed"),
}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(path for app in APPS for path in (ROOT / app).rglob("*.py")):
        text = path.read_text()
        if "audit" in text or "record_for" in text or "self.note(" in text:
            yield path.relative_to(ROOT).as_posix(), ast.parse(text)


def written(argument: ast.expr) -> list[str] | None:
    """The texts that an expression may be; None where only running it tells."""
    match argument:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=ast.Constant(value=str(one)), orelse=ast.Constant(value=str(other))):
            return [one, other]
    return None


def calls(tree: ast.Module) -> Iterator[tuple[ast.expr, str]]:
    """What names the act in each call that writes one, and the act's form."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        match call.func:
            case ast.Attribute(value=ast.Name(id="audit"), attr="record"):
                name = "record"
            case ast.Attribute(value=ast.Name(id="self"), attr="note" as name):
                pass
            case ast.Name(id=("record_for" | "_audit" | "_note") as name):
                pass
            case _:
                continue
        position, form = WRITERS[name]
        if len(call.args) > position:
            yield call.args[position], form


def acts() -> dict[str, str]:
    """Every act with a place that writes it."""
    found = {act: path for (path, _expression), known in BUILT.items() for act in known}
    for path, tree in sources():
        for argument, form in calls(tree):
            for text in written(argument) or []:
                found.setdefault(form.format(text), path)
    return found | {f"row.{kind.name_in_trail}": "tenants/models/audit.py" for kind in AuditEntry.Action}


def mailed() -> set[str]:
    """Changes of how a person comes in, each of which allauth mails."""
    folder, found = Path(allauth.__file__).parent, set()
    for path in [*folder.glob("account/**/*.py"), *folder.glob("mfa/**/*.py")]:
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Attribute) and call.func.attr == "send_notification_mail":
                found |= {text.rpartition("/")[2] for one in call.args[:1] for text in written(one) or []}
    return found


def test_what_allauth_mails_has_its_words():
    assert {"password_changed", "totp_activated", "webauthn_added"} <= mailed()
    assert mailed() - set(audit_words.VERBS) == set()


def test_the_code_is_read():
    assert len(acts()) > 50
    assert {"connection.number_changed", "job.retried", "conversation.taken", "keys.rotated"} <= set(acts())


def test_an_act_that_is_put_together_is_said_here():
    dynamic = {
        (path, ast.unparse(argument))
        for path, tree in sources()
        for argument, _form in calls(tree)
        if written(argument) is None
    }
    assert dynamic == set(BUILT)


def test_every_verb_has_its_words():
    missing = {act: path for act, path in acts().items() if act.partition(".")[2] not in audit_words.VERBS}
    assert missing == {}


def test_every_noun_is_a_models_name_or_has_its_words():
    known = {model._meta.model_name for model in apps.get_models()} | {"row", *audit_words.NOUNS}
    missing = {act: path for act, path in acts().items() if act.partition(".")[0] not in known}
    assert missing == {}


def test_every_detail_that_an_act_names_has_its_words():
    passed = {"tenant", "actor", "obj"}
    named = {
        keyword.arg
        for _path, tree in sources()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "audit.record"
        for keyword in call.keywords
    }
    assert named - passed - {None} - set(audit_details.NAMES) == set()


SAME = {"item", "leads", "api"}  # as in English


@pytest.mark.parametrize("words", [audit_words.VERBS, audit_words.NOUNS, audit_details.NAMES, audit_details.VALUES])
def test_the_words_are_portuguese_on_a_portuguese_page(words):
    with translation.override("en"):
        english = {key: str(word) for key, word in words.items()}
    with translation.override("pt-br"):
        same = {key for key, word in words.items() if str(word) == english[key]}
    assert same - SAME == set()
