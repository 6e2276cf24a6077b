"""Every page that links lead to, looked at by axe: in dark and light, on a wide screen and on a phone."""

from collections import deque
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from tests.browser.conftest import PHONE, WIDE, enter, shoot

SERIOUS = {"serious", "critical"}
NARROW = (360, 780)
ELSEWHERE = ("/admin", "/api", "/i18n", "/accounts/logout", "/midia", "/static", "/voucher", "/metrics")
FILES = ("exportar", "baixar")
LOOKS = [("light", WIDE), ("dark", PHONE), ("dark", WIDE)]


def links(page: Page, base: str) -> Iterator[str]:
    for href in page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)"):
        parts = urlsplit(href)
        if href.startswith(base) and not parts.path.startswith(ELSEWHERE) and not any(one in href for one in FILES):
            yield f"{parts.path}?{parts.query}" if parts.query else parts.path


def name_of(path: str) -> tuple[str, str]:
    """The view that answers, by which pages are told apart, and what the address's pattern is called."""
    try:
        match = resolve(urlsplit(path).path)
    except Resolver404:
        return path, path
    return match._func_path, match.view_name or path


def every_page(page: Page, base: str) -> dict[str, str]:
    """One address of each view that links lead to from the first page on, by its name."""
    seen, found, waiting = set[str](), dict[str, str](), deque(["/mensagens/"])
    while waiting:
        path = waiting.popleft()
        view, name = name_of(path)
        if view in seen:
            continue
        seen.add(view)
        found[name] = path
        answer = page.goto(f"{base}{path}")
        assert answer is not None
        assert answer.status < 400, f"{path}: {answer.status}"
        waiting.extend(links(page, base))
    return found


def complaints(page: Page, name: str) -> list[str]:
    """What axe finds serious, each with the first place where it does."""
    found = Axe().run(page).response["violations"]
    bad = [one for one in found if one["impact"] in SERIOUS]
    return [f"{name}: {one['id']} ({len(one['nodes'])}) {one['nodes'][0]['target'][0]}" for one in bad]


@pytest.fixture(scope="module")
def pages(recado, browser) -> dict[str, str]:
    """As the platform's team sees them in the first company: every page is theirs."""
    context = browser.new_context(locale="pt-BR")
    page = context.new_page()
    enter(page, recado.base_url, recado.demo["staff"])
    found = every_page(page, recado.base_url)
    context.close()
    return found


def test_links_lead_to_the_pages_of_the_console(pages):
    wanted = {
        "messages",
        "conversations",
        "appointments",
        "templates",
        "connections",
        "contacts",
        "health",
        "analytics",
    }
    assert pages.keys() >= wanted | {"events", "readiness", "audit", "settings"}


@pytest.mark.parametrize(("theme", "size"), LOOKS, ids=["light-wide", "dark-phone", "dark-wide"])
def test_axe_finds_nothing_serious(recado, pages, open_page, theme, size):
    page, found = open_page(theme, size), []
    enter(page, recado.base_url, recado.demo["staff"])
    for name, path in pages.items():
        page.goto(f"{recado.base_url}{path}")
        found += complaints(page, name)
        shoot(page, f"every-{name}-{theme}-{size[0]}")
    assert not found, "\n".join(found)


def test_no_page_is_wider_than_a_narrow_phone(recado, pages, open_page):
    page, wide = open_page("light", NARROW), []
    enter(page, recado.base_url, recado.demo["staff"])
    for name, path in pages.items():
        page.goto(f"{recado.base_url}{path}")
        if (width := page.evaluate("document.documentElement.scrollWidth")) > NARROW[0]:
            wide.append(f"{name}: {width}")
    assert not wide
