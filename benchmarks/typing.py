"""From a key to the next frame in a real browser: a form's box against a plain box, by
turns in one run.

Both boxes get short blocks of keys in turn, so that the machine's load meets both; a
ratio is the median of the ratios of such pairs. Then the opening of a page with ten
questions over one long list, against one such question.

python -m benchmarks.typing [rounds]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from shutil import which
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    Page,
    sync_playwright,
)

from forms_spec import load_study
from forms_spec.model.study import Study
from tests.browser.conftest import Site, frames_passed, open_form, signed_in
from tests.webapp.pages import NEW, cellkine, filled
from webapp.demo.demo_study import PASSWORD
from webapp.storage import Role, add_subject, add_user, open_database, use_dictionary

CODES = 7000
QUESTIONS = 10
ROWS = 60
KEYS = ("1", "2", "Backspace", "Backspace")
PAUSE = 250
"""Milliseconds after which a form has judged what was typed before."""
PLAIN = "<!doctype html><title>Plain</title><form id=form><input id=box></form>"
WATCH_KEYS = """
(() => {
  globalThis.frames_ = [];
  addEventListener("keydown", () => {
    const start = performance.now();
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => frames_.push(performance.now() - start);
      port2.postMessage(0);
    });
  }, true);
})()
"""
WATCH_OPENING = """
new MutationObserver((_, watch) => {
  if (!document.querySelector("#form[data-ready]")) return;
  globalThis.opened_ = performance.now();
  watch.disconnect();
}).observe(document, { subtree: true, attributeFilter: ["data-ready"] });
"""


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with sync_playwright() as play, TemporaryDirectory() as folder:
        browser = play.chromium.launch(
            executable_path=which("chromium"), args=["--no-sandbox"]
        )
        with _site(f"sqlite:///{folder}/demo.sqlite", cellkine()) as site:
            for form, box in (
                ("vs", "height_vsorres"),
                ("lbc", "sodium_lborres"),
                ("nrs", "vas_back"),
            ):
                address = f"/subjects/01-007/SCR/{form}"
                _compare(browser, site, form, address, box=f"#f-{box}", rounds=rounds)
            address = f"/subjects/{NEW}/LOG/cm"
            _compare(
                browser,
                site,
                f"cm, {ROWS} rows",
                address,
                box="#r-cm-1-cmindc",
                rounds=rounds,
            )
        with (
            _drugs(f"sqlite:///{folder}/1.sqlite", 1) as single,
            _drugs(f"sqlite:///{folder}/{QUESTIONS}.sqlite", QUESTIONS) as many,
        ):
            for count, site in ((1, single), (QUESTIONS, many)):
                name = f"{count} x {CODES} codes"
                _compare(
                    browser,
                    site,
                    name,
                    "/subjects/107/V1/vs",
                    box="#f-drug0",
                    rounds=rounds,
                )
            _compare_opening(browser, single, many, rounds=rounds)
        browser.close()


@dataclass(frozen=True)
class Side:
    """A page whose box is typed into."""

    page: Page
    session: CDPSession
    box: str


def _compare(
    browser: Browser, site: Site, name: str, address: str, *, box: str, rounds: int
) -> None:
    context = signed_in(browser, site, "coordinator")
    plain, page = _plain(context), context.new_page()
    open_form(page, address)
    if "cm" in address:
        _add_rows(page)
    sides = (_watched(plain, context, "#box"), _watched(page, context, box))

    pairs = [[_block(side) for side in sides] for _ in range(rounds)]
    frames = [[pair[number][0] for pair in pairs] for number in (0, 1)]
    busy = [median(pair[number][1] for pair in pairs) for number in (0, 1)]
    ratio = median(form / plain for plain, form in zip(*frames, strict=True))
    print(
        f"{name:<18} frame {median(frames[1]):6.1f} ms against "
        f"{median(frames[0]):5.1f} ms: {ratio:4.2f}   "
        f"busy {busy[1]:6.1f} ms against {busy[0]:4.1f} ms",
        flush=True,
    )
    context.close()


def _block(side: Side) -> tuple[float, float]:
    """Milliseconds from a key to its frame, and of work for it: medians of a few keys."""
    page = side.page
    page.bring_to_front()
    page.locator(side.box).focus()
    # The change of pages and the judging of the last block are over before the keys are
    # measured.
    page.wait_for_timeout(PAUSE)
    page.keyboard.press("0")
    page.keyboard.press("Backspace")
    page.wait_for_timeout(PAUSE)
    page.evaluate("frames_.splice(0)")

    busy = []
    for key in KEYS:
        before = _busy(side.session)
        page.keyboard.press(key)
        frames_passed(page)
        busy.append(1000 * (_busy(side.session) - before))
    return median(page.evaluate("frames_")), median(busy)


def _compare_opening(
    browser: Browser, single: Site, many: Site, *, rounds: int
) -> None:
    """From the request of the page to the judged form, with the browser's copies of
    what all pages share.
    """
    contexts = [signed_in(browser, site, "coordinator") for site in (single, many)]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.add_init_script(WATCH_OPENING)
        open_form(page, "/subjects/107/V1/vs")

    pairs = []
    for _ in range(rounds):
        for page in pages:
            page.bring_to_front()
            open_form(page, "/subjects/107/V1/vs")
        pairs.append([page.evaluate("opened_") for page in pages])
    times = [median(pair[number] for pair in pairs) for number in (0, 1)]
    ratio = median(many / single for single, many in pairs)
    print(
        f"{QUESTIONS} x {CODES} codes     opens in {times[1]:5.0f} ms against "
        f"{times[0]:5.0f} ms "
        f"with one question: {ratio:4.2f}",
        flush=True,
    )
    for context in contexts:
        context.close()


def _busy(session: CDPSession) -> float:
    metrics = {
        one["name"]: one["value"]
        for one in session.send("Performance.getMetrics")["metrics"]
    }
    return float(metrics["TaskDuration"])


def _watched(page: Page, context: BrowserContext, box: str) -> Side:
    page.evaluate(WATCH_KEYS)
    session = context.new_cdp_session(page)
    session.send("Performance.enable")
    return Side(page, session, box)


def _plain(context: BrowserContext) -> Page:
    page = context.new_page()
    page.set_content(PLAIN)
    return page


def _add_rows(page: Page) -> None:
    for _ in range(ROWS):
        page.locator(".add button").click()


@contextmanager
def _site(url: str, study: Study) -> Iterator[Site]:
    filled(url).close()
    site = Site(url, study=study)
    yield site
    site.stop()


@contextmanager
def _drugs(url: str, questions: int) -> Iterator[Site]:
    """A study whose one form asks so many questions with one long list."""
    codes = "".join(
        f"    D{number:05d}: Medicine {number}\n" for number in range(CODES)
    )
    fields = "".join(
        f"  drug{n}: {{label: Drug {n}, type: choice, codes: DRUG}}\n"
        for n in range(questions)
    )
    texts = {
        "study.yaml": (
            "study: CASE\ntitle: Drugs\nsubject: {pattern: '\\d{3}', example: "
            "'107'}\nsites: {'1': One}\n"
        ),
        "codelists.yaml": f"codelists:\n  DRUG:\n{codes}",
        "vs.yaml": f"form: vs\ntitle: Drugs\nfields:\n{fields}",
        "visits.yaml": "visits:\n  V1: {title: Visit 1}\nschedule:\n  columns: V1\n  vs: X\n",
    }
    study = load_study(texts).study
    assert study is not None
    database = open_database(url)
    use_dictionary(database, study)
    add_user(
        database,
        username="coordinator",
        name="Cora",
        role=Role.COORDINATOR,
        password=PASSWORD,
    )
    add_subject(database, subjid="107", site="1", user="coordinator")
    database.close()
    site = Site(url, study=study)
    yield site
    site.stop()


if __name__ == "__main__":
    main()
