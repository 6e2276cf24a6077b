"""No page of console, admin, one's own access or API description asks its browser for what the policy refuses."""

from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve

# Left alone: ways out, files to keep, and what is no page.
SKIPPED = {
    "account_logout", "mfa_download_recovery_codes", "voucher_calendar", "media_file", "media_thumbnail", "given_file",
    "schema", "set_language", "admin:jsi18n", "admin:logout", "switch_tenant", "analytics_export",
}  # fmt: skip
STARTS = ("/mensagens/", "/conexoes/", "/agendamentos/", "/configuracoes/pessoas/", "/conta/seguranca/",
          "/conta/sessoes/", "/conta/senha/", "/admin/", "/api/docs/")  # fmt: skip
SIGNED_OUT = ("/entrar/", "/senha/esqueci/", "/senha/esqueci/enviado/", "/senha/trocada/", "/entrar/desativado/",
              "/convite/nothing/", "/nothing/", "/voucher/nothing/")  # fmt: skip


def name_of(address: str) -> str | None:
    """The name of the view behind an address; None for what is not walked."""
    try:
        name = resolve(urlsplit(address).path).view_name
    except Resolver404:
        return None
    return None if name in SKIPPED else name


class Console:
    """What a page's console said that it should not say."""

    def __init__(self, page) -> None:
        self.said: list[str] = []
        page.on("console", lambda message: self._hear(message.type, page.url, message.text))
        page.on("pageerror", lambda error: self.said.append(f"{page.url}: {error}"))

    def _hear(self, kind: str, url: str, text: str) -> None:
        if kind in {"error", "warning"} and "status of 404" not in text:
            self.said.append(f"{url}: {text}")


def walk(page, base_url: str, starts) -> set[str]:
    """Opens one page of every view that can be reached by links."""
    waiting = [urljoin(base_url, start) for start in starts]
    seen: set[str] = set()
    while waiting:
        address = waiting.pop(0)
        name = name_of(address)
        if name is None or name in seen:
            continue
        seen.add(name)
        page.goto(address)
        page.wait_for_timeout(150)  # Alpine and htmx begin after the page has loaded
        links = page.eval_on_selector_all("a[href]", "found => found.map(one => one.href)")
        waiting += [link for link in links if link.startswith(base_url)]
    return seen


def test_signed_in_no_page_is_refused_anything(recado, open_page, sign_in):
    page = sign_in(open_page(), recado.demo["staff"])
    console = Console(page)
    seen = walk(page, recado.base_url, STARTS)
    assert console.said == []
    assert len(seen) > 80


def test_signed_out_neither(recado, open_page):
    page = open_page()
    console = Console(page)
    for path in SIGNED_OUT:
        page.goto(f"{recado.base_url}{path}")
        page.wait_for_timeout(150)
    assert console.said == []


@pytest.mark.parametrize(
    ("what", "script"),
    [
        (
            "an inline script",
            "document.body.append(Object.assign(document.createElement('script'), {text: 'hit = 1'}))",
        ),
        ("an attribute", "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"hit = 1\">')"),
    ],
)
def test_what_slips_into_a_page_does_not_run(recado, open_page, what, script):
    page = open_page()
    page.goto(f"{recado.base_url}/entrar/")
    page.evaluate(script)
    page.wait_for_timeout(300)
    assert page.evaluate("typeof hit") == "undefined", what
