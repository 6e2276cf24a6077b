"""A running copy of Recado and a headless Chromium; screenshots are kept in the folder that SCREENSHOTS names."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

from config.dev.chromium import find_chromium
from tests.chaos.copies import ROOT, Copy

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
]
WIDE, PHONE = (1440, 900), (390, 844)
SHOTS = 5
SCREENSHOTS = Path(os.environ.get("SCREENSHOTS", ROOT / ".recado-screenshots"))

expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def recado() -> Iterator[Copy]:
    folder = Path(tempfile.mkdtemp(prefix="recado-browser-"))
    folder.chmod(0o711)  # PostgreSQL's own account passes through
    copy = Copy(folder / "copy").start()
    try:
        yield copy.wait_ready()
    finally:
        copy.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page as a new person would see it: no cookies, the given theme and size."""
    contexts: list[BrowserContext] = []

    def open_one(theme: str = "light", size: tuple[int, int] = WIDE) -> Page:
        width, height = size
        viewport = {"width": width, "height": height}
        contexts.append(browser.new_context(viewport=viewport, color_scheme=theme, locale="pt-BR"))
        return contexts[-1].new_page()

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def sign_in(recado: Copy) -> Callable[[Page, dict[str, str]], Page]:
    return lambda page, person: enter(page, recado.base_url, person)


def enter(page: Page, base: str, person: dict[str, str]) -> Page:
    """Signs ``person`` in on the page, which then shows Messages."""
    page.goto(f"{base}/")
    page.locator("input[type=text], input[type=email]").fill(person["username"])
    page.locator("input[type=password]").fill(person["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: urlsplit(url).path.startswith("/mensagens"))
    return page


def shoot(page: Page, name: str) -> None:
    """Keeps a screenshot to be looked at. A busy Chromium now and then has no frame to give: it is asked again."""
    SCREENSHOTS.mkdir(exist_ok=True)
    for _attempt in range(SHOTS):
        with suppress(Error):
            page.screenshot(path=SCREENSHOTS / f"{name}.png")
            return
        page.wait_for_timeout(500)
    pytest.fail(f"no screenshot of {page.url} in {SHOTS} attempts")
