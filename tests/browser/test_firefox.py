"""The keyboard in Firefox: the same keys give the same answers as in Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from shutil import which

import pytest

from tests.browser.conftest import COOKIE, Site
from tests.browser.firefox import Firefox, running
from tests.browser.windows import EMPTY
from tests.live_server import HOST
from tests.webapp.pages import NEW
from webapp.demo.demo_study import PASSWORD
from webapp.storage import InstanceKey, load


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    path = which("firefox-esr") or which("firefox")
    if path is None:
        pytest.skip("firefox-esr is not installed")
    with running(path, tmp_path_factory.mktemp("firefox")) as firefox:
        yield firefox


@pytest.fixture
def stranger(program: Firefox, site: Site) -> Firefox:
    """Nobody has signed in; nothing is kept of an earlier test."""
    program.open(f"{site.url}{EMPTY}")
    program.forget()
    return program


@pytest.fixture
def firefox(stranger: Firefox, site: Site) -> Firefox:
    """The coordinator has signed in."""
    agent = stranger.read("navigator.userAgent")
    stranger.remember(HOST, COOKIE, site.cookie("coordinator", agent))
    return stranger


def test_one_signs_in_by_keyboard(stranger: Firefox, site: Site) -> None:
    stranger.open(f"{site.url}/sign-in")
    stranger.wait("document.activeElement.id === 'username'")
    stranger.type("coordinator")
    stranger.press("Tab")
    stranger.type(PASSWORD)
    stranger.press("Enter")
    stranger.wait("location.pathname === '/home'")


def open_form(firefox: Firefox, site: Site, place: str) -> None:
    firefox.open(f"{site.url}/subjects/{NEW}/{place}")
    firefox.wait("document.querySelector('#form[data-ready]')")


def saved(
    firefox: Firefox, site: Site, form: str, visit: str = "SCR"
) -> dict[str, str]:
    """What Ctrl+S stores of a form's own questions."""
    firefox.press("Control+s")
    firefox.wait(r"/^saved [\d:]+/.test(document.getElementById('state').textContent)")
    stored = load(site.database, InstanceKey(NEW, form, visit))
    assert stored is not None
    return dict(stored.record.texts) | dict(
        stored.record.rows[form][0].texts if stored.record.rows else {}
    )


def test_a_scale_is_answered_with_no_key_too_many(firefox: Firefox, site: Site) -> None:
    open_form(firefox, site, "SCR/peg")
    firefox.press("5", "Tab", "1", "0", "Tab", "7")
    texts = saved(firefox, site, "peg")
    assert (texts["peg1"], texts["peg2"], texts["peg3"]) == ("5", "10", "7")


def test_the_next_question_starts_with_its_own_first_key(
    firefox: Firefox, site: Site
) -> None:
    open_form(firefox, site, "SCR/pe")
    firefox.press("y")
    firefox.wait("document.querySelector('[name=f-pe_gen]').checkVisibility()")
    firefox.read("document.querySelector('[name=f-pe_gen]').focus()")
    firefox.press("n", "Tab", "c")
    texts = saved(firefox, site, "pe")
    assert (texts["pe_gen"], texts["pe_cv"]) == ("NORMAL", "CS")


@pytest.mark.parametrize(
    "typed",
    [
        {"cmroute": ("oral", "ORAL"), "cmdosfrq": ("bid", "BID")},
        {"cmdosfrq": ("prn", "PRN")},
    ],
)
def test_a_menu_takes_codes_and_abbreviations(
    firefox: Firefox, site: Site, typed: dict[str, tuple[str, str]]
) -> None:
    open_form(firefox, site, "LOG/cm")
    firefox.wait("document.activeElement.closest('.add')")
    firefox.read("document.activeElement.click()")
    firefox.wait("document.activeElement.id === 'r-cm-1-cmtrt'")
    for field, (keys, _) in typed.items():
        firefox.read(f"document.getElementById('r-cm-1-{field}').focus()")
        firefox.type(keys)
        firefox.press("Tab")
    texts = saved(firefox, site, "cm", "LOG")
    for field, (_, code) in typed.items():
        assert texts[field] == code


def test_what_fits_nothing_is_said(firefox: Firefox, site: Site) -> None:
    open_form(firefox, site, "SCR/peg")
    firefox.press("x")
    assert (
        firefox.read("document.getElementById('f-peg1-echo').textContent")
        == "No answer begins with “x”."
    )


def test_no_tab_is_needed_to_reach_the_first_question(
    firefox: Firefox, site: Site
) -> None:
    first = "[...document.querySelectorAll('#form .q :is(input, select, textarea)')]"
    for form in ("dm", "vs", "lbc"):
        open_form(firefox, site, f"SCR/{form}")
        assert firefox.read(
            f"document.activeElement === {first}.find((one) => one.checkVisibility() "
            "&& one.type !== 'hidden')"
        ), form
