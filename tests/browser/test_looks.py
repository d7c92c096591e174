"""Every page: no accessibility fault, valid HTML, nothing wider than a small phone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.accessibility import faults_of
from tests.browser.conftest import NARROW, WIDE, Site, open_form, signed_in
from tests.browser.validity import html_faults
from tests.soak import some
from tests.webapp.pages import NEW, cellkine, inputs, sign_in

FORMS = [
    f"/subjects/01-001/{scheduled.visit}/{scheduled.form}"
    for scheduled in {
        s.form: s for s in reversed(cellkine().schedule) if s.visit != "UNS"
    }.values()
]
LOGS = [
    f"/subjects/01-012/LOG/{form.name}"
    for form in cellkine().forms.values()
    if form.log
]
# axe takes more than a second for a large page: every control, layout and status is on
# one of these.
KINDS_OF_PAGES = [
    "/home",
    "/home/findings",
    "/dashboard",
    "/search?q=a",
    "/subjects/01-001/void",
    "/subjects",
    "/subjects/01-012/M3/vs?check=1",
    "/subjects/01-012",
    "/subjects/new",
    "/subjects/01-012/LOG/ae",
    "/subjects/01-001/SCR/mri",
    "/subjects/01-012/SCR/vs/history",
    "/subjects/01-012/history?first=31+feb",
    "/subjects/01-007/SCR/med",
    "/subjects/01-001/SCR/pe",
    "/subjects/01-001/SCR/nrs",
    "/subjects/01-001/SCR/lbc",
    "/subjects/01-001/SCR/dx",
    "/subjects/01-003/eligibility",
]
WITH_TABLES = ["/subjects", "/subjects/01-001/SCR/lbc", "/subjects/01-001/D0/pp"]
"""Pages that need all the room there is: a list, laboratory values, wide rows."""
BETWEEN = (1200, 1100, 1024, 900, 800, 700)
"""Widths between a small phone and a wide screen, in pixels."""
IN_THE_DARK = KINDS_OF_PAGES[:4]
"""A dark window changes colours alone, and these have all of them."""
PAGES = [
    *KINDS_OF_PAGES,
    f"/subjects/{NEW}",
    "/subjects/01-012/SCR/vs/history/f-pulse_vsorres",
    "/subjects/01-012/history",
    "/subjects/01-012/history?kind=Forms&first=31+feb",
    "/subjects/01-008/eligibility?show=attention",
    f"/subjects/{NEW}/eligibility",
    f"/subjects/{NEW}/SCR/vs",
    f"/subjects/{NEW}/UNS-1/vs",
    "/subjects/nobody",
    *some((*LOGS, *FORMS), 10),
]
READ_BY = {
    "coordinator": PAGES,
    "designer": ["/dictionary"],
    "monitor": ["/home/findings", "/home/findings/queries"],
    "admin": [
        "/accounts",
        "/accounts/new",
        "/accounts/person?username=nurse",
        "/accounts/person?username=admin",
        "/account",
        "/account/code",
        "/account/password",
        "/subjects",
        "/history",
        "/accounts/nurse/history",
        "/subjects/01-012/redact",
        "/releases",
    ],
}


@dataclass(frozen=True, kw_only=True)
class OnPhone:
    """A page on a small phone: its width in pixels, and what the server sent."""

    width: int
    html: str


@pytest.fixture(scope="module")
def on_a_phone(browser: Browser, shared_site: Site) -> dict[str, OnPhone]:
    """All pages of a coordinator on a small phone without scripts, by address.

    No test changes them: each page is opened once for all.
    """
    seen = {}
    options = {"viewport": NARROW, "has_touch": True, "java_script_enabled": False}
    with signed_in(browser, shared_site, **options) as context:
        page = context.new_page()
        for address in PAGES:
            # Comes back with the style sheet, for which nothing waits without scripts.
            response = page.goto(address)
            assert response is not None
            width = page.evaluate("document.documentElement.scrollWidth")
            seen[address] = OnPhone(width=width, html=response.text())

    return seen


def test_no_accessibility_fault(browser: Browser, shared_site: Site) -> None:
    found = {}
    with signed_in(browser, shared_site) as context:
        page = context.new_page()
        for address in KINDS_OF_PAGES:
            page.goto(address)
            found[address, "light"] = faults_of(page)
            if address in IN_THE_DARK:
                page.emulate_media(color_scheme="dark")
                found[address, "dark"] = faults_of(page, only="color-contrast")
                page.emulate_media(color_scheme="light")

    assert {place: faults for place, faults in found.items() if faults} == {}


def test_signing_in_and_two_versions_are_accessible(
    browser: Browser, site: Site
) -> None:
    stranger = browser.new_context(base_url=site.url)
    page = stranger.new_page()
    page.goto("/sign-in")
    assert faults_of(page) == []
    stranger.close()
    context = signed_in(browser, site)
    page = context.new_page()
    address = f"/subjects/{NEW}/SCR/vs"
    open_form(page, address)
    other = dict(inputs(context.request.get(address).text())) | {
        "f-vsperf": "N",
        "action": "draft",
    }
    assert context.request.post(address, form=other).ok
    page.locator("[name=f-vsperf][value=Y]").check()
    page.keyboard.press("Control+s")
    expect(page.get_by_role("heading", level=1)).to_contain_text("two versions")
    assert faults_of(page) == []
    context.close()


def test_nothing_is_wider_than_a_small_phone(on_a_phone: dict[str, OnPhone]) -> None:
    widths = {address: seen.width for address, seen in on_a_phone.items()}
    wide = {
        address: width for address, width in widths.items() if width > NARROW["width"]
    }
    assert wide == {}


def test_nothing_is_wider_than_a_tablet_or_a_small_laptop(
    browser: Browser, shared_site: Site
) -> None:
    wide = []
    with signed_in(browser, shared_site) as context:
        page = context.new_page()
        for address in WITH_TABLES:
            page.goto(address)
            for width in BETWEEN:
                page.set_viewport_size({"width": width, "height": 768})
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    wide.append((address, width))

    assert wide == []


def test_html_is_valid(
    on_a_phone: dict[str, OnPhone], shared_site: Site, tmp_path: Path
) -> None:
    pages = {
        f"coordinator {address}": seen.html for address, seen in on_a_phone.items()
    }
    for username in ("designer", "admin", "monitor"):
        client = shared_site.app.test_client()
        sign_in(client, username)
        for address in READ_BY[username]:
            pages[f"{username} {address}"] = client.get(address).text

    assert html_faults(pages, tmp_path)[:10] == []


def test_a_casebook_fits_a_small_laptop(browser: Browser, shared_site: Site) -> None:
    context = signed_in(browser, shared_site)
    page = context.new_page()
    for subject in ("01-012", "01-008", NEW):
        page.goto(f"/subjects/{subject}")
        beyond = page.evaluate(
            "(g => g.scrollWidth - g.clientWidth)(document.querySelector('.grid-wrap'))"
        )
        assert beyond <= 0, subject
    context.close()


def test_targets_are_large_enough_for_a_finger(
    browser: Browser, shared_site: Site
) -> None:
    context = signed_in(
        browser, shared_site, viewport=NARROW, has_touch=True, is_mobile=True
    )
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


@pytest.mark.parametrize("username", ["designer", "admin"])
def test_who_works_with_no_subjects_has_pages_of_the_same_make(
    browser: Browser, shared_site: Site, username: str
) -> None:
    with signed_in(browser, shared_site, username) as context:
        page = context.new_page()
        for address in READ_BY[username]:
            page.set_viewport_size(WIDE)  # type: ignore[arg-type]
            page.goto(address)
            assert faults_of(page) == [], address
            expect(page.locator("#search"), address).to_have_count(0)
            page.keyboard.press("g")
            page.keyboard.press("s")
            page.set_viewport_size(NARROW)  # type: ignore[arg-type]
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= NARROW["width"], address
            page.get_by_role("link", name=cellkine().short).click()
            expect(page.locator("nav [aria-current=page]"), address).to_be_visible()


def test_a_list_of_findings_becomes_queries_on_an_accessible_page(
    browser: Browser, shared_site: Site
) -> None:
    with signed_in(browser, shared_site, "monitor") as context:
        page = context.new_page()
        for address in READ_BY["monitor"]:
            page.set_viewport_size(WIDE)  # type: ignore[arg-type]
            page.goto(address)
            assert faults_of(page) == [], address
            page.set_viewport_size(NARROW)  # type: ignore[arg-type]
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= NARROW["width"], address


def test_a_designer_comes_from_a_form_to_its_place_in_the_codebook(
    browser: Browser, shared_site: Site
) -> None:
    with signed_in(browser, shared_site, "designer") as context:
        page = context.new_page()
        page.goto("/")
        page.get_by_role("link", name="Vital signs").click()
        heading = page.get_by_role("heading", name=re.compile("^Vital signs"))
        expect(heading).to_be_in_viewport()
        page.keyboard.press("/")
        expect(page.locator("#query")).to_be_focused()


def test_who_only_reads_a_form_sees_the_questions_of_who_fills_it_in(
    browser: Browser, shared_site: Site
) -> None:
    def questions(username: str) -> dict[str, list[str]]:
        """What one person sees of each form."""
        forms = {}
        with signed_in(browser, shared_site, username) as context:
            page = context.new_page()
            for form in ("M3/vs", "D0/ex", "M3/pe"):
                open_form(page, f"/subjects/01-012/{form}")
                visible = page.locator(".q:visible").evaluate_all(
                    "all => all.map((one) => one.id)"
                )
                calculated = page.locator("output.calculated:visible").all_inner_texts()
                expect(page.locator("fieldset.whole")).to_have_count(
                    0 if username == "coordinator" else 1
                )
                forms[form] = [*visible, *calculated]
        return forms

    filled_in = questions("coordinator")
    assert all(len(seen) > 10 for seen in filled_in.values())
    assert questions("monitor") == questions("manager") == filled_in
