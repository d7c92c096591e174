"""Every page: no accessibility fault, valid HTML, nothing wider than a small phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.conftest import NARROW, Site, signed_in
from tests.browser.validity import html_faults
from tests.webapp.pages import NEW, cellkine

FORMS = [
    f"/subjects/01-001/{scheduled.visit}/{scheduled.form}"
    for scheduled in {s.form: s for s in reversed(cellkine().schedule) if s.visit != "UNS"}.values()
]
LOGS = [f"/subjects/01-012/LOG/{form.name}" for form in cellkine().forms.values() if form.log]
PAGES = [
    "/subjects",
    "/subjects/new",
    "/subjects/01-012",
    f"/subjects/{NEW}",
    "/subjects/01-012/SCR/vs/history",
    "/subjects/01-003/eligibility",
    "/subjects/01-008/eligibility?show=attention",
    f"/subjects/{NEW}/eligibility",
    "/subjects/01-012/M3/vs?check=1",
    f"/subjects/{NEW}/SCR/vs",
    f"/subjects/{NEW}/UNS-1/vs",
    "/subjects/nobody",
    *LOGS,
    *FORMS,
]
# axe takes more than a second for a large page: every control, layout and status is on one of these.
KINDS_OF_PAGES = [
    "/subjects",
    "/subjects/01-012/M3/vs?check=1",
    "/subjects/01-012",
    "/subjects/new",
    "/subjects/01-012/LOG/ae",
    "/subjects/01-001/SCR/mri",
    "/subjects/01-012/SCR/vs/history",
    "/subjects/01-007/SCR/med",
    "/subjects/01-001/SCR/pe",
    "/subjects/01-001/SCR/nrs",
    "/subjects/01-001/SCR/lbc",
    "/subjects/01-001/SCR/dx",
    "/subjects/01-003/eligibility",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_accessibility_fault(browser: Browser, shared_site: Site, scheme: str) -> None:
    context = signed_in(browser, shared_site, color_scheme=scheme)
    page = context.new_page()
    found = {}
    for address in KINDS_OF_PAGES if scheme == "light" else KINDS_OF_PAGES[::3]:
        page.goto(address)
        faults = Axe().run(page).response["violations"]
        if faults:
            found[address] = [(f["id"], [node["html"][:160] for node in f["nodes"][:3]]) for f in faults]
    context.close()
    assert found == {}


def test_nothing_is_wider_than_a_small_phone(browser: Browser, shared_site: Site) -> None:
    context = signed_in(browser, shared_site, viewport=NARROW, has_touch=True)
    page = context.new_page()
    wide = {}
    for address in PAGES:
        page.goto(address, wait_until="domcontentloaded")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > NARROW["width"]:
            wide[address] = width
    context.close()
    assert wide == {}


def test_targets_are_large_enough_for_a_finger(browser: Browser, shared_site: Site) -> None:
    context = signed_in(browser, shared_site, viewport=NARROW, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto("/subjects/01-012/SCR/vs")
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, .choice, input.box, .unit-choice')]
            .filter((one) => one.closest('main') && one.offsetParent && !one.closest('.sr'))
            .filter((one) => one.getBoundingClientRect().height < 44)
            .map((one) => one.outerHTML.slice(0, 120))"""
    )
    context.close()
    assert small == []


def test_html_is_valid(browser: Browser, shared_site: Site, tmp_path: Path) -> None:
    context = signed_in(browser, shared_site)
    pages = {address: context.request.get(address).text() for address in PAGES}
    context.close()
    assert html_faults(pages, tmp_path)[:10] == []
