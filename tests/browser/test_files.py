"""Files in a real browser: chosen, sent once, shown as links, removed, replaced, and
had again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from tests.browser.accessibility import faults_of
from tests.browser.conftest import (
    NARROW,
    SAVED,
    Site,
    kept_in_browser,
    open_form,
    saves_itself,
    signed_in,
)
from tests.browser.validity import html_faults
from tests.webapp.file_study import ADDRESS, file_study, filled
from webapp.storage import InstanceKey, StoredForm, history, load

KEY = InstanceKey("01-001", "mri", "SCR")
PDF = {
    "name": "scan.pdf",
    "mimeType": "application/pdf",
    "buffer": b"%PDF-1.7 a report",
}
PHOTO = b"\xff\xd8\xff\xe0"
SIGNED = {**PDF, "name": "signed.pdf", "buffer": b"%PDF-1.7 the signed report"}
LARGE = {**PDF, "name": "large.pdf", "buffer": b"x" * 20_001}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    url = f"sqlite:///{tmp_path / 'study.sqlite'}"
    filled(url)
    running = Site(url, study=file_study())
    yield running
    running.stop()


def stored(site: Site) -> StoredForm:
    found = load(site.database, KEY)
    assert found is not None
    return found


def choose(page: Page, name: str, file: object) -> None:
    """Chooses a file as a person does, by the browser's own dialog."""
    with page.expect_file_chooser() as chooser:
        page.locator(f"#{name}").click()
    chooser.value.set_files(file)  # type: ignore[arg-type]


def save(page: Page) -> None:
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_have_text(SAVED)


def downloaded(page: Page, name: str) -> bytes:
    with page.expect_download() as load_of:
        page.get_by_role("link", name=name).first.click()
    assert load_of.value.suggested_filename == name
    return Path(load_of.value.path()).read_bytes()


def test_a_file_is_chosen_saved_shown_had_again_replaced_and_removed(
    page: Page, site: Site
) -> None:
    open_form(page, ADDRESS)
    choose(page, "f-scan", PDF)
    expect(page.locator("#f-scan-echo")).to_have_text("17 bytes, not saved yet")
    expect(page.locator("#state")).to_contain_text("1 change")
    save(page)
    assert downloaded(page, "scan.pdf") == PDF["buffer"]
    open_form(page, ADDRESS)
    expect(page.locator(".kept-file").first).to_contain_text("scan.pdf 17 bytes")
    assert downloaded(page, "scan.pdf") == PDF["buffer"]
    choose(page, "f-scan", SIGNED)
    expect(page.locator("#f-scan-echo")).to_contain_text("replaces the file above")
    save(page)
    assert downloaded(page, "signed.pdf") == SIGNED["buffer"]
    page.get_by_label("Remove the file of Report").check()
    save(page)
    expect(page.locator(".kept-file").first).to_be_hidden()
    assert stored(site).record.texts == {}
    page.goto(f"{ADDRESS}/history")
    assert downloaded(page, "scan.pdf") == PDF["buffer"]


def test_a_draft_with_a_file_saves_itself_once(page: Page, site: Site) -> None:
    page.clock.install()
    open_form(page, ADDRESS)
    sent: list[bool] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            sent.append(
                request.headers["content-type"].startswith("multipart/form-data")
            )

    page.on("request", note)
    choose(page, "f-scan", PDF)
    saves_itself(page, "1 change")
    page.fill("#f-reader", "Dr Wood")
    saves_itself(page, "1 change")
    assert sent == [True, False]
    assert [
        len(revision.form.record.texts) for revision in history(site.database, KEY)
    ] == [1, 2]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"buffer": LARGE["buffer"]}, "larger than 20 kB"),
        ({"name": "scan.exe"}, "ends in pdf, png"),
        ({"buffer": b""}, "the file is empty"),
    ],
)
def test_a_wrong_file_is_told_at_once_and_never_sent(
    page: Page, site: Site, change: dict[str, object], words: str
) -> None:
    open_form(page, ADDRESS)
    page.fill("#f-reader", "Dr Wood")
    choose(page, "f-scan", {**PDF, **change})
    expect(page.locator("#f-scan-msg")).to_contain_text(words)
    assert page.locator("#f-scan").input_value() == ""
    save(page)
    expect(page.locator("#f-scan-msg")).to_contain_text(words)
    assert stored(site).record.texts == {"reader": "Dr Wood"}
    choose(page, "f-scan", PDF)
    expect(page.locator("#f-scan-msg")).not_to_contain_text(words)


def test_a_chosen_file_answers_a_required_question_before_it_is_saved(
    page: Page, site: Site
) -> None:
    open_form(page, ADDRESS)
    page.fill("#f-reader", "Dr Wood")
    page.locator("[data-save=complete]").click()
    expect(page.locator("#f-scan-msg .finding")).to_have_count(1)
    choose(page, "f-scan", PDF)
    expect(page.locator("#f-scan-msg .finding")).to_have_count(0)
    page.locator("[data-save=complete]").click()
    expect(page.locator("#status")).to_contain_text("complete")
    page.get_by_label("Remove the file of Report").check()
    page.locator("[data-save=complete]").click()
    expect(page.locator("#state")).to_contain_text("Say why")
    page.fill("#reason", "Of another subject")
    page.locator("[data-save=draft]").last.click()
    expect(page.locator("#state")).to_have_text(SAVED)
    assert stored(site).reason == "Of another subject"
    assert "scan" not in stored(site).record.texts


def test_a_crash_costs_the_choice_of_a_file_and_the_page_says_so(
    browser: Browser, site: Site
) -> None:
    context = signed_in(browser, site)
    first = context.new_page()
    open_form(first, ADDRESS)
    first.fill("#f-reader", "Dr Wo")
    choose(first, "f-scan", PDF)
    kept_in_browser(first, "scan.pdf")
    first.close()  # without asking, as a crash would
    second = context.new_page()
    open_form(second, ADDRESS)
    expect(second.locator("#f-reader")).to_have_value("Dr Wo")
    expect(second.locator("#notices")).to_contain_text(
        "scan.pdf did not reach the server. Please choose it again."
    )
    context.close()


def test_files_of_rows_stay_with_their_rows(page: Page, site: Site) -> None:
    open_form(page, ADDRESS)
    for number, name in enumerate(("left.jpg", "right.jpg"), start=1):
        page.get_by_role("button", name="Add an image").click()
        choose(
            page,
            f"r-image-{number}-picture",
            {**PDF, "name": name, "buffer": PHOTO + name.encode()},
        )
    save(page)
    open_form(page, ADDRESS)
    assert downloaded(page, "right.jpg") == PHOTO + b"right.jpg"
    names = [
        row.texts["picture"].rpartition("/")[2]
        for row in stored(site).record.rows["image"]
    ]
    assert names == ["left.jpg", "right.jpg"]


def test_without_javascript_too(browser: Browser, site: Site) -> None:
    context = signed_in(browser, site, java_script_enabled=False)
    page = context.new_page()
    page.goto(ADDRESS)
    page.fill("#f-reader", "Dr Wood")
    choose(page, "f-scan", LARGE)
    page.get_by_role("button", name="Save draft").last.click()
    expect(page.locator("#f-scan-msg")).to_contain_text("larger than 20 kB")
    expect(page.locator("#f-reader")).to_have_value("Dr Wood")
    choose(page, "f-scan", PDF)
    page.get_by_role("button", name="Save draft").last.click()
    assert downloaded(page, "scan.pdf") == PDF["buffer"]
    assert stored(site).record.texts["reader"] == "Dr Wood"
    context.close()


def test_it_looks_right_and_is_accessible(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    for options in (
        {},
        {"viewport": NARROW, "has_touch": True, "color_scheme": "dark"},
    ):
        context = signed_in(browser, site, **options)
        page = context.new_page()
        _fill(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.viewport_size["width"]  # type: ignore[index]
        assert faults_of(page) == []
        if folder := os.environ.get("CRFSMITH_PICTURES"):
            page.screenshot(path=Path(folder) / f"files-{width}.png", full_page=True)
        html = _html(context)
        context.close()
    (tmp_path / "pages").mkdir()
    assert html_faults(html, tmp_path / "pages") == []


def _fill(page: Page) -> None:
    """A form with a kept file, a chosen one, a refused one, and rows."""
    open_form(page, ADDRESS)
    if page.get_by_role("link", name="scan.pdf").count() == 0:
        choose(page, "f-scan", PDF)
        page.get_by_role("button", name="Add an image").click()
        choose(
            page,
            "r-image-1-picture",
            {**PDF, "name": "an image with a rather long name of its own, L4.jpg"},
        )
        save(page)
    choose(page, "f-scan", LARGE)
    page.get_by_role("button", name="Add an image").click()
    page.locator("tr.row input[type=file]").last.set_input_files(
        {**PDF, "name": "new.jpg"}
    )  # type: ignore[arg-type]
    page.evaluate("window.scrollTo(0, 0)")


def _html(context: BrowserContext) -> dict[str, str]:
    return {
        address: context.request.get(address).text()
        for address in (ADDRESS, f"{ADDRESS}/history")
    }
