"""The pages of a review, with something frozen, locked, signed, verified and changed:
accessible, valid, narrow, and worked off by keyboard.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copy
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect

from forms_spec.model.signatures import USUAL_MEANINGS
from tests.browser.accessibility import faults_of
from tests.browser.conftest import NARROW, WIDE, Site, signed_in
from tests.browser.validity import html_faults
from tests.webapp.pages import cellkine
from webapp.demo.demo_study import PASSWORD
from webapp.storage import (
    Database,
    InstanceKey,
    LockState,
    NewLook,
    NewMark,
    ReviewScope,
    SaveRequest,
    VerificationAct,
    fingerprint,
    forms_to_sign,
    get_user,
    keep_looks,
    load,
    mark_forms,
    save,
    set_locks,
    sign,
    signatures_of,
)

SUBJECT = "01-012"
VS, FORM = InstanceKey(SUBJECT, "vs", "SCR"), f"/subjects/{SUBJECT}/SCR/vs"
PAGES = {
    "monitor": (
        "/home",
        "/home/changed",
        "/review",
        "/review/sites",
        f"/subjects/{SUBJECT}/review?of=SCR/vs",
        f"/subjects/{SUBJECT}",
        FORM,
        f"{FORM}/verification",
        f"/subjects/{SUBJECT}/SCR/demo",
    ),
    "investigator": (
        "/home",
        "/home/alerts",
        "/review",
        f"/subjects/{SUBJECT}/review",
        FORM,
        f"/subjects/{SUBJECT}/sign?of=SCR/vs",
        f"/subjects/{SUBJECT}/sign?of=casebook",
    ),
}


@pytest.fixture(scope="module")
def reviewed(
    filled_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A subject with every state that a review can have."""
    path = tmp_path_factory.mktemp("reviewed") / "study.sqlite"
    copy(filled_database, path)
    running = Site(f"sqlite:///{path}")
    review(running.database)
    yield running
    running.stop()


def review(database: Database) -> None:
    signing(database, ReviewScope(SUBJECT, "SCR", 0, "vs"))
    verify(database, VS)
    look(database, VS)
    change(database)
    other = next(
        form for form in forms_to_sign(database, ReviewScope(SUBJECT, "SCR"))
        if form.key.form != "vs"
    )  # fmt: skip
    key = other.key
    signing(database, ReviewScope(SUBJECT, key.visit, key.unsno, key.form))
    verify(database, key)
    look(database, key)
    for scope, state in (
        (ReviewScope(SUBJECT, key.visit, key.unsno, key.form), LockState.LOCKED),
        (ReviewScope(SUBJECT, "LOG"), LockState.FROZEN),
    ):
        set_locks(database, [scope], state, username="monitor", reason="Cleaned")


def signing(database: Database, scope: ReviewScope) -> None:
    user = get_user(database, "investigator")
    assert user is not None
    seen = fingerprint(forms_to_sign(database, scope))
    sign(database, scope, user=user, meaning=USUAL_MEANINGS[0], seen=seen)


def verify(database: Database, key: InstanceKey) -> None:
    stored = load(database, key)
    assert stored is not None
    mark = NewMark(key=key, version=stored.version)
    mark_forms(database, [mark], VerificationAct.VERIFIED, username="monitor")


def look(database: Database, key: InstanceKey) -> None:
    stored = load(database, key)
    assert stored is not None
    for person in ("monitor", "investigator"):
        seen = NewLook(key=key, version=stored.version)
        keep_looks(database, [seen], username=person)


def change(database: Database) -> None:
    """A correction after all that."""
    stored = load(database, VS)
    assert stored is not None
    texts = {**stored.record.texts, "pulse_vsorres": "61"}
    request = SaveRequest(
        key=VS,
        base_version=stored.version,
        record=replace(stored.record, texts=texts),
        status=stored.status,
        user="coordinator",
        save_id=uuid4().hex,
        dictionary_hash=cellkine().hash,
        reason="Source misread",
    )
    save(database, request)


def test_the_pages_are_accessible_narrow_and_valid(
    browser: Browser, reviewed: Site, tmp_path: Path
) -> None:
    htmls = {}
    for username, addresses in PAGES.items():
        with signed_in(browser, reviewed, username) as context:
            page = context.new_page()
            for address in addresses:
                response = page.goto(address)
                assert response is not None
                htmls[f"{username} {address}"] = response.text()
                assert faults_of(page) == [], address
                picture(page, username, address, "wide")

                page.set_viewport_size(NARROW)  # type: ignore[arg-type]
                width = page.evaluate("document.documentElement.scrollWidth")
                assert width <= NARROW["width"], address
                picture(page, username, address, "narrow")
                page.set_viewport_size(WIDE)  # type: ignore[arg-type]

    assert html_faults(htmls, tmp_path) == []


def picture(page: object, username: str, address: str, size: str) -> None:
    folder = os.environ.get("REVIEW_PICTURES")
    if folder:
        name = address.strip("/").replace("/", "-").replace("?", "-")
        page.screenshot(path=f"{folder}/{username}-{name}-{size}.png", full_page=True)


def test_an_investigator_signs_by_keyboard(browser: Browser, reviewed: Site) -> None:
    before = len(signatures_of(reviewed.database, SUBJECT))
    with signed_in(browser, reviewed, "investigator") as context:
        page = context.new_page()
        page.goto(f"/subjects/{SUBJECT}/sign?of=SCR/vs")
        page.get_by_label("What your signature means").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        page.keyboard.type("investigator")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(
            f"Review of {SUBJECT}"
        )
    after = signatures_of(reviewed.database, SUBJECT)
    assert len(after) == before + 1
    assert after[-1].is_valid


def test_one_key_says_that_a_form_was_seen(browser: Browser, reviewed: Site) -> None:
    """The text that an investigator has typed is not lost by it."""
    with signed_in(browser, reviewed, "investigator") as context:
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(FORM)
        changed = page.get_by_role("form", name="Your last look")
        expect(changed).to_contain_text("68 /min → 61 /min")
        pulse = page.locator("#f-pulse_vsorres")
        pulse.fill("62")
        page.keyboard.press("Alt+s")
        expect(page.get_by_text("by you in version")).to_be_visible()
        expect(changed).to_have_count(0)
        expect(pulse).to_have_value("62")
