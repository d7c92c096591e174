"""From a key to the next frame in a real browser: a form's box against a plain box, by turns in one run.

python -m benchmarks.typing [rounds]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import which
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from forms_spec import load_study
from forms_spec.model import Study
from tests.browser.conftest import Site, open_form, signed_in
from tests.webapp.pages import NEW, cellkine, filled
from webapp.demo import PASSWORD
from webapp.storage import Role, add_subject, add_user, open_database, use_dictionary

CODES = 7000
ROWS = 60
PLAIN = "<!doctype html><title>Plain</title><form id=form><input id=box></form>"
WATCH = """
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


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with sync_playwright() as play, TemporaryDirectory() as folder:
        browser = play.chromium.launch(executable_path=which("chromium"), args=["--no-sandbox"])
        with _site(f"sqlite:///{folder}/demo.sqlite", cellkine()) as site:
            for form, box in (("vs", "height_vsorres"), ("lbc", "sodium_lborres"), ("nrs", "vas_back")):
                _compare(browser, site, form, f"/subjects/01-007/SCR/{form}", box=f"#f-{box}", rounds=rounds)
            _compare(
                browser,
                site,
                f"cm, {ROWS} rows",
                f"/subjects/{NEW}/LOG/cm",
                box="#r-cm-1-cmindc",
                rounds=rounds,
            )
        for count in (1, 10):
            with _drugs(f"sqlite:///{folder}/{count}.sqlite", count) as site:
                name = f"{count} x {CODES} codes"
                _compare(browser, site, name, "/subjects/107/V1/vs", box="#f-drug0", rounds=rounds)
        browser.close()


def _compare(browser: Browser, site: Site, name: str, address: str, *, box: str, rounds: int) -> None:
    context = signed_in(browser, site, "coordinator")
    plain, page = _plain(context), context.new_page()
    open_form(page, address)
    load = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    if "cm" in address:
        _add_rows(page)
    sessions = [_watched(one, context) for one in (plain, page)]
    spent: list[list[float]] = [[], []]
    for number in range(rounds):
        for at, (one, target) in enumerate(((plain, "#box"), (page, box))):
            spent[at].append(_key(one, sessions[at], target, "1234567890"[number % 10]))
    frames = [median(one.evaluate("frames_")) for one in (plain, page)]
    busy = [median(one) * 1000 for one in spent]
    print(
        f"{name:<18} frame {frames[1]:6.1f} ms against {frames[0]:5.1f} ms: {frames[1] / frames[0]:4.2f}   "
        f"busy {busy[1]:6.1f} ms against {busy[0]:4.1f} ms   loaded {load:5.0f} ms",
        flush=True,
    )
    context.close()


def _key(page: Page, session: CDPSession, target: str, key: str) -> float:
    """Seconds for which the page was busy with one key."""
    page.bring_to_front()
    page.locator(target).focus()
    before = _busy(session)
    page.keyboard.press(key)
    page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    spent = _busy(session) - before
    page.keyboard.press("Backspace")
    return spent


def _busy(session: CDPSession) -> float:
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return float(metrics["TaskDuration"])


def _watched(page: Page, context: BrowserContext) -> CDPSession:
    page.evaluate(WATCH)
    session = context.new_cdp_session(page)
    session.send("Performance.enable")
    return session


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
    codes = "".join(f"    D{number:05d}: Medicine {number}\n" for number in range(CODES))
    fields = "".join(f"  drug{n}: {{label: Drug {n}, type: choice, codes: DRUG}}\n" for n in range(questions))
    texts = {
        "study.yaml": (
            "study: CASE\ntitle: Drugs\nsubject: {pattern: '\\d{3}', example: '107'}\nsites: {'1': One}\n"
        ),
        "codelists.yaml": f"codelists:\n  DRUG:\n{codes}",
        "vs.yaml": f"form: vs\ntitle: Drugs\nfields:\n{fields}",
        "visits.yaml": "visits:\n  V1: {title: Visit 1}\nschedule:\n  columns: V1\n  vs: X\n",
    }
    study = load_study(texts).study
    assert study is not None
    database = open_database(url)
    use_dictionary(database, study)
    add_user(database, username="coordinator", name="Cora", role=Role.COORDINATOR, password=PASSWORD)
    add_subject(database, subjid="107", site="1", user="coordinator")
    database.close()
    site = Site(url, study=study)
    yield site
    site.stop()


if __name__ == "__main__":
    main()
