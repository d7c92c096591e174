"""A save and a keystroke in a real browser, and the cost of a save on the server, by
the study's size.

The saved form has 20 questions; the rest of the study only stands around it. The
keystroke is measured on the largest page of Cellkine.
"""

from __future__ import annotations

import gc
import itertools
import statistics
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from shutil import which

from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from waitress.server import create_server

from benchmarks.big_dictionary import big_dictionary
from benchmarks.timing import medians, show
from forms_spec import load_study
from forms_spec.model.study import Study
from webapp.app import create_app
from webapp.demo.demo_study import read_texts
from webapp.installation.settings import Settings
from webapp.storage import Role, add_subject, add_user

SIZES = (24, 1_000, 10_000)
QUESTIONS = 20
PASSWORD = "round-trip-benchmark"
LARGEST = "rtf"


def main() -> None:
    with sync_playwright() as play:
        chromium = which("chromium")
        assert chromium, "chromium is not installed"
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        _saves(browser)
        _keystrokes(browser)
        browser.close()


def _saves(browser: Browser) -> None:
    smallest: dict[str, float] = {}
    for size in SIZES:
        with _served(_study(size)) as (app, url):
            taken = _server_times(app)
            for what, seconds in taken.items():
                known = (f"{SIZES[0]} fields", smallest[what]) if smallest else None
                show(f"{what} on the server, {size} fields", seconds, against=known)
            smallest = smallest or taken
            times = _browser_saves(_signed_in(browser, url))
            show(
                f"save of {QUESTIONS} answers in the browser, {size} fields: median",
                statistics.median(times),
            )
            show(
                (
                    f"save of {QUESTIONS} answers in the browser, {size} fields: "
                    "worst of 15"
                ),
                max(times),
            )


def _study(size: int) -> Study:
    texts = big_dictionary(size - QUESTIONS)
    texts["study.yaml"] = texts["study.yaml"].replace("f0.q4", "twenty.day")
    texts["visits.yaml"] += "  twenty: X X X X X X X\n"
    questions = "  day: {label: Day, type: date}\n" + "".join(
        f"  a{at}: {{label: Count {at}, type: integer, range: [0, 999]}}\n"
        for at in range(1, QUESTIONS)
    )
    texts["forms/twenty.yaml"] = (
        f"form: twenty\ntitle: Twenty counts\nfields:\n{questions}"
    )
    loaded = load_study(texts)
    assert loaded.study is not None, loaded.findings[:3]
    return loaded.study


@contextmanager
def _served(study: Study) -> Iterator[tuple[Flask, str]]:
    """The study behind a real server, with one account and one subject."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            Settings(
                database=f"sqlite:///{folder}/study.sqlite",
                study=study,
                secret_key="benchmark",
            )
        )
        database = app.extensions["crfsmith"].database
        add_user(
            database,
            username="nurse",
            name="Nurse",
            role=Role.COORDINATOR,
            password=PASSWORD,
        )
        add_subject(database, subjid="01-001", site="01", user="nurse")
        gc.freeze()  # as ``crfsmith serve`` does
        server = create_server(app, host="127.0.0.1", port=0, threads=4)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        yield app, f"http://127.0.0.1:{server.effective_port}"
        server.close()
        thread.join(5)


def _server_times(app: Flask) -> dict[str, float]:
    """Seconds of one page, and of one save as the page's script sends it, without
    network or browser.
    """
    from tests.webapp.pages import inputs, token

    client = app.test_client()
    entry = {"username": "nurse", "password": PASSWORD, "then": ""}
    client.post(
        "/sign-in", data={**entry, "csrf_token": token(client.get("/sign-in").text)}
    )
    address = "/subjects/01-001/V1/twenty"
    posted = dict(inputs(client.get(address).text)) | {"action": "draft"}
    answers = itertools.count()

    def save() -> None:
        number = next(answers)
        posted.update(
            {f"twenty.a{at}": str((number + at) % 999) for at in range(1, QUESTIONS)}
        )
        posted["save_id"] = f"save-{number}"
        sent = client.post(address, data=posted, headers={"Accept": "application/json"})
        assert sent.status_code == 200, sent.status
        posted["base_version"] = str(sent.json["version"])

    save()
    return medians({"page": lambda: client.get(address), "save": save}, rounds=60)


def _signed_in(browser: Browser, url: str) -> Page:
    page = browser.new_context(base_url=url).new_page()
    page.goto("/sign-in")
    page.fill("#username", "nurse")
    page.fill("#password", PASSWORD)
    page.click("main button.primary")
    page.wait_for_url("**/subjects")
    return page


_SAVE = """async (round) => {
  document.querySelectorAll('#form input[type=text]').forEach((one, at) => {
    one.value = at ? String((round * 7 + at) % 999) : `2024-04-${10 + round % 20}`;
    one.dispatchEvent(new Event('input', { bubbles: true }));
  });
  const bar = document.getElementById('state');
  const start = performance.now();
  const done = new Promise((resolve) => new MutationObserver((_, seen) => {
    if (bar.textContent.startsWith('saved ')) { seen.disconnect(); resolve(performance.now() - start); }
  }).observe(bar, { childList: true, characterData: true, subtree: true }));
  document.querySelector('button[value=draft]').click();
  return done;
}"""


def _browser_saves(page: Page) -> list[float]:
    """Seconds from the click on Save to the word that it is saved."""
    page.goto("/subjects/01-001/V1/twenty")
    page.wait_for_selector("#form[data-ready]")
    return [page.evaluate(_SAVE, number) / 1000 for number in range(1, 16)]


_KEYSTROKE = """async () => {
  const boxes = [...document.querySelectorAll('#form input[type=text], #form input[type=radio]')];
  const frame = () => new Promise(requestAnimationFrame);
  const times = [];
  for (const one of boxes.slice(0, 100)) {
    if (one.type === 'radio') one.checked = true; else one.value = one.value + '1';
    // The page judges in the next frame: our own call-backs of that frame stand just before and after.
    let start, end;
    requestAnimationFrame(() => { start = performance.now(); });
    const before = performance.now();
    one.dispatchEvent(new Event('input', { bubbles: true }));
    one.dispatchEvent(new Event('change', { bubbles: true }));
    const handled = performance.now() - before;
    requestAnimationFrame(() => { end = performance.now(); });
    await frame();
    times.push(handled + end - start);
    await frame();
  }
  return times;
}"""


def _keystrokes(browser: Browser) -> None:
    texts = read_texts(files("data_dictionary") / "cellkine")
    study = load_study(
        {n: t for n, t in texts.items() if not n.startswith("subjects/")}
    ).study
    assert study is not None
    with _served(study) as (_, url):
        page = _signed_in(browser, url)
        page.goto(f"/subjects/01-001/SCR/{LARGEST}")
        page.wait_for_selector("#form[data-ready]")
        times = sorted(one / 1000 for one in page.evaluate(_KEYSTROKE))
        show(
            f"a keystroke's re-judgement, {study.forms[LARGEST].title}: median",
            statistics.median(times),
        )
        show("  the slowest of a hundred", times[int(len(times) * 0.99)])


if __name__ == "__main__":
    main()
