"""A data manager hands in packages with the mouse and the keyboard, and watches them
being judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import faults_of
from tests.browser.conftest import NARROW, Site, focus_on, signed_in
from tests.browser.validity import html_faults
from tests.package_cases import captured, write

DROP = """(name) => {
  const held = new DataTransfer();
  held.items.add(new File(["no zip"], name, { type: "application/zip" }));
  const box = document.getElementById("drop");
  box.dispatchEvent(new DragEvent("drop", { dataTransfer: held, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    forms = [captured("lb SCR", {"hb": "12x"}, status=0)]
    return write(tmp_path_factory.mktemp("package") / "march export.zip", forms)


@pytest.fixture
def manager(browser: Browser, shared_site: Site) -> Iterator[Page]:
    context = signed_in(browser, shared_site, "manager")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto("/packages")
    yield page
    context.close()
    assert faults == []


def done(page: Page) -> None:
    page.locator("#work:not([data-wait])").wait_for(timeout=60_000)


def test_a_package_is_chosen_sent_and_judged_by_keyboard(
    manager: Page, package: Path, tmp_path: Path
) -> None:
    manager.get_by_label("Package").set_input_files(package)
    focus_on(manager.get_by_label("Package"))
    manager.keyboard.press("Tab")
    manager.keyboard.press("Enter")
    manager.wait_for_url("**/packages/*")
    waiting = manager.content()
    done(manager)
    expect(manager.get_by_role("heading", level=1)).to_have_text("march export.zip")
    expect(manager.locator(".verdict")).to_contain_text("Not valid.")
    expect(manager.get_by_role("link", name="Read the report")).to_be_focused()
    assert faults_of(manager) == []
    address = manager.url
    pages = {"waiting": waiting, "done": manager.context.request.get(address).text()}
    manager.keyboard.press("Enter")
    manager.wait_for_url("**/report")
    expect(manager.get_by_role("button", name="not-a-number")).to_be_visible()
    manager.goto("/packages")
    expect(manager.get_by_role("link", name="march export.zip").first).to_be_visible()
    assert faults_of(manager) == []
    pages["list"] = manager.context.request.get("/packages").text()
    assert html_faults(pages, tmp_path) == []
    manager.set_viewport_size(NARROW)  # type: ignore[arg-type]
    for place in (address, "/packages"):
        manager.goto(place)
        assert (
            manager.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
        )


def test_a_dropped_file_is_judged_at_once(manager: Page) -> None:
    manager.evaluate(DROP, "dropped.zip")
    manager.wait_for_url("**/packages/*")
    done(manager)
    expect(manager.locator(".finding.error")).to_contain_text(
        "dropped.zip is not a zip file."
    )
    manager.get_by_role("button", name="Delete this report").click()
    manager.wait_for_url("**/packages")
    expect(manager.get_by_role("link", name="dropped.zip")).to_have_count(0)


def test_what_cannot_be_sent_is_said_beside_the_box(
    manager: Page, tmp_path: Path
) -> None:
    judge = manager.get_by_role("button", name="Validate package")
    message = manager.locator("#package-msg")
    judge.click()
    expect(message).to_have_text("Choose a zip file first.")
    (tmp_path / "empty.zip").touch()
    manager.get_by_label("Package").set_input_files(tmp_path / "empty.zip")
    expect(message).to_be_hidden()
    judge.click()
    expect(message).to_contain_text("empty.zip is empty")
    assert faults_of(manager) == []
    manager.evaluate("document.getElementById('hand-in').dataset.most = 3")
    manager.evaluate(DROP, "huge.zip")
    expect(message).to_contain_text("crfsmith validate FILE")
    manager.context.set_offline(True)
    manager.evaluate("document.getElementById('hand-in').dataset.most = 300")
    manager.evaluate(DROP, "away.zip")
    expect(message).to_contain_text("Upload the package again")
