"""Every form of the console, filled with what nobody should type: shown as text or refused in words, never a 500."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from django.test import Client

from tests.admin.rows import Rows
from tests.dashboard.people import browser
from tests.dashboard.test_every_url import CONSOLE, OPEN, OWN, console_path
from tests.factories import make_ready_tenant

pytestmark = pytest.mark.django_db
MARK = "<script>alert(1)</script>"
HOSTILE = (
    "",
    f'"><b>negrito</b>{MARK}',
    "\u202eمريم الفاسي 👩‍👩‍👧‍👦 {{ 7|add:7 }} %(name)s {0}",
    "ã" * 5_001,
    "a\x00b\x1b",
)
# Forms that lead away: the company itself, the session, the language.
LEFT_OUT = ("/empresa/", "/conta/", "/sair/", "/idioma/", "/i18n/")
TYPED = {"text", "search", "email", "url", "tel", "number", "date", "time", "datetime-local", "password", "hidden"}
KEPT = {"tenant", "csrfmiddlewaretoken", "next", "seen", "key"}


@dataclass
class Form:
    """A form of a page: where it goes, and the names of its fields with the values that the page gave them."""

    method: str
    action: str
    given: list[tuple[str, str]] = field(default_factory=list)
    typed: set[str] = field(default_factory=set)

    def filled(self, value: str) -> dict[str, list[str]]:
        """Every field that takes words has ``value``; the rest as the page has it."""
        data: dict[str, list[str]] = {}
        for name, given in self.given:
            data.setdefault(name, []).append(value if name in self.typed and name not in KEPT else given)
        return data


class Forms(HTMLParser):
    """The forms of a page, with the fields inside them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.open: Form | None = None
        self.choice = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = Form(told.get("method", "get"), told.get("action", ""))
            self.found.append(self.open)
        elif self.open is not None:
            self._field(self.open, tag, told)

    def handle_endtag(self, tag: str) -> None:
        self.open = None if tag == "form" else self.open

    def _field(self, form: Form, tag: str, told: dict[str, str]) -> None:
        name, kind = told.get("name", ""), told.get("type", "text")
        if tag == "select":
            self.choice = name
        if tag == "option" and self.choice and ("selected" in told or self.choice not in dict(form.given)):
            form.given.append((self.choice, told.get("value", "")))
        elif (
            tag in {"input", "textarea", "button"} and name and (kind not in {"checkbox", "radio"} or "checked" in told)
        ):
            form.given.append((name, told.get("value", "")))
            if tag == "textarea" or (tag == "input" and kind in TYPED):
                form.typed.add(name)


@pytest.fixture
def jana() -> Rows:
    return Rows.of(make_ready_tenant("studio-jana", name="Studio Jana"), "+5511988880001")


def pages(client: Client, rows: Rows) -> Iterator[tuple[str, str]]:
    """The console's pages with their HTML."""
    for route, pattern in CONSOLE:
        if pattern.name not in OPEN | OWN:
            path = console_path(route, rows)
            answer = client.get(path)
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                yield path, answer.content.decode()


def forms(client: Client, rows: Rows) -> dict[str, Form]:
    """Every form of every page that takes words, by where it goes; the first of each."""
    found: dict[str, Form] = {}
    for path, html in pages(client, rows):
        for form in Forms(html).found:
            action = form.action or path
            if form.typed - KEPT and action.startswith("/") and not action.startswith(LEFT_OUT):
                found.setdefault(f"{form.method} {action}", Form(form.method, action, form.given, form.typed))
    return found


def breaks(client: Client, form: Form, value: str) -> bool:
    answer = getattr(client, form.method)(form.action, form.filled(value))
    return answer.status_code >= 500 or MARK.encode() in b"".join(answer)


def test_no_form_breaks_and_no_page_shows_markup(jana, willing_meta):
    client = browser(jana.tenant, "owner")
    client.raise_request_exception = False
    found = forms(client, jana)
    assert len(found) > 40
    broken = [(name, value[:20]) for name, form in found.items() for value in HOSTILE if breaks(client, form, value)]
    assert broken == []
    assert [path for path, html in pages(client, jana) if MARK in html] == []
