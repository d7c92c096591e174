"""Double entry on the pages: a second person enters a form without seeing the first
entry, the two are compared, and somebody decides where they differ.
"""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.double_site import (
    DOUBLE,
    FORM,
    SECOND,
    TYPED,
    double_site,
    enter,
    post,
)
from tests.webapp.pages import inputs, token
from tests.webapp.small_site import client_of, database_of
from webapp.storage import InstanceKey, load

KEY = InstanceKey("01-001", "vs", "SCR", 0)


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return double_site(tmp_path)


@pytest.fixture
def first(app: Flask) -> FlaskClient:
    """The first person, who has completed the form."""
    client = client_of(app, "coordinator")
    assert enter(client, **TYPED).status_code == 303
    return client


@pytest.fixture
def second(app: Flask, first: FlaskClient) -> FlaskClient:  # noqa: ARG001
    return client_of(app, "nurse")


@pytest.fixture
def manager(app: Flask) -> FlaskClient:
    return client_of(app, "manager")


def test_two_equal_entries_settle_the_form(
    first: FlaskClient, second: FlaskClient, manager: FlaskClient
) -> None:
    assert "to enter again" in second.get("/subjects/01-001").text
    home = second.get("/home").text
    assert f'href="{SECOND}"' in home
    assert f'href="{SECOND}"' not in first.get("/home").text, "not by the same person"

    page = second.get(SECOND).text
    assert "Enter what the source says" in page
    assert enter(second, SECOND, "draft", **{"f-sysbp": "121"}).status_code == 303
    assert 'value="121"' in second.get(SECOND).text, "a draft is kept"
    answer = enter(second, SECOND, **{**TYPED, "f-remark": "Zanzibar "})
    assert answer.headers["Location"] == DOUBLE

    page = manager.get(DOUBLE).text
    assert "The two entries say the same." in page
    assert "Entered twice, no difference" in manager.get("/history").text
    assert "entered twice" in second.get("/subjects/01-001").text
    assert "Zanzibar" in second.get(FORM).text, "now everybody reads it"
    assert SECOND not in second.get("/home").text


def test_a_difference_is_decided_by_a_third_person(
    app: Flask, first: FlaskClient, second: FlaskClient, manager: FlaskClient
) -> None:
    enter(second, SECOND, **{**TYPED, "f-sysbp": "112"})
    assert DOUBLE in manager.get("/home").text
    page = manager.get(DOUBLE).text
    assert "1 difference" in page
    assert "121 mmHg" in page
    assert "112 mmHg" in page

    chosen = {"first": "1", "second": "1", "choose:vs.sysbp": "second"}
    refused = post(manager, DOUBLE, **chosen)
    assert refused.status_code == 409
    assert "Say why you decide so for “Systolic" in refused.text
    assert post(first, DOUBLE, **chosen, reason="I know").status_code == 403
    kept = post(manager, DOUBLE, **chosen, reason="First one misread")
    assert kept.status_code == 303, kept.text

    stored = load(database_of(app), KEY)
    assert stored is not None
    assert (stored.version, stored.record.texts["sysbp"]) == (2, "112")
    assert stored.saved_by == "manager"
    history = second.get(f"{FORM}/history").text
    assert "second entry" in history
    assert "First one misread" in history
    page = second.get(DOUBLE).text
    assert "Coordinator" in page
    assert "Nurse" in page
    assert "Manager" in page
    assert post(manager, DOUBLE, **chosen, reason="again").status_code == 409


def test_another_answer_is_checked_like_any_other(
    app: Flask, second: FlaskClient, manager: FlaskClient
) -> None:
    enter(second, SECOND, **{**TYPED, "f-sysbp": "112"})
    chosen = {"first": "1", "second": "1", "choose:vs.sysbp": "other", "reason": "both"}
    wrong = post(manager, DOUBLE, **chosen, **{"other:vs.sysbp": "12O"})
    assert wrong.status_code == 409
    assert "is not complete" in wrong.text
    assert 'value="12O"' in wrong.text, "what was typed stays"
    kept = post(manager, DOUBLE, **chosen, **{"other:vs.sysbp": "122"})
    assert kept.status_code == 303
    stored = load(database_of(app), KEY)
    assert stored is not None
    assert stored.record.texts["sysbp"] == "122"


def test_the_first_person_is_not_the_second(first: FlaskClient) -> None:
    assert first.get(SECOND).headers["Location"] == DOUBLE
    assert "Somebody else has to enter it again" in first.get(DOUBLE).text
    answer = enter(first, FORM, **{"f-sysbp": "130", "reason": "Typing error"})
    assert answer.status_code == 303, "until then it is changed like any other"
    refused = first.post(SECOND, data={"on": "", "csrf_token": "x"})
    assert refused.status_code in (400, 409)


def test_the_first_entry_stays_while_it_is_entered_again(
    first: FlaskClient, second: FlaskClient
) -> None:
    enter(second, SECOND, "draft", **{"f-sysbp": "1"})
    answer = enter(first, FORM, **{"f-sysbp": "130", "reason": "Typing error"})
    assert answer.status_code == 409
    assert "is being entered a second time" in answer.text
    enter(second, SECOND, **TYPED)
    answer = enter(first, FORM, **{"f-sysbp": "130", "reason": "Typing error"})
    assert answer.status_code == 303, "afterwards it is an ordinary change"


def test_who_reads_the_first_entry_cannot_enter_it_again(
    app: Flask, second: FlaskClient
) -> None:
    assert second.get(FORM).headers["Location"] == DOUBLE
    assert post(second, f"{DOUBLE}/read").headers["Location"] == FORM
    assert "Zanzibar" in second.get(FORM).text
    assert "You have read the first entry" in second.get(DOUBLE).text
    assert second.get(SECOND).headers["Location"] == DOUBLE
    assert "First entry read" in client_of(app, "manager").get("/history").text


def test_a_second_entry_that_nobody_completes_is_given_up(
    second: FlaskClient, manager: FlaskClient
) -> None:
    enter(second, SECOND, "draft", **{"f-sysbp": "99"})
    refused = post(manager, DOUBLE, action="discard", reason=" ")
    assert refused.status_code == 409
    assert post(manager, DOUBLE, action="discard", reason="ill").status_code == 303
    page = second.get(SECOND).text
    assert 'value="99"' not in page
    enter(second, SECOND, **TYPED)
    assert "say the same" in manager.get(DOUBLE).text


def test_two_tabs_of_a_second_entry_lose_nothing(second: FlaskClient) -> None:
    stale = second.get(SECOND).text
    enter(second, SECOND, "draft", **{"f-sysbp": "120"})
    data = dict(inputs(stale))
    answer = second.post(SECOND, data={**data, "f-sysbp": "140", "action": "draft"})
    assert answer.status_code == 409
    assert "120 mmHg" in answer.text
    assert "140 mmHg" in answer.text
    assert f'action="{SECOND}"' in answer.text


DIRECT = (
    *(FORM, f"{FORM}?check=1", f"{FORM}/history", f"{FORM}/history/f-sysbp"),
    *(f"{FORM}/verification", f"{FORM}/queries", SECOND, DOUBLE),
    *("/search?q=Zanzibar", "/home/findings", "/dashboard", "/queries"),
    *("/subjects/01-001/standing", "/subjects/01-001/history.csv"),
    *("/subjects/01-001/findings", "/subjects/01-001/SCR/lb"),
)


def test_the_second_person_sees_nothing_of_the_first_entry(
    first: FlaskClient, second: FlaskClient, manager: FlaskClient
) -> None:
    # A finding, a query and a look-up word would all tell of the answers.
    enter(first, FORM, **{"f-sysbp": "259", "reason": "New information"})
    first.get("/subjects/01-001")
    manager.get("/subjects")
    assert "Zanzibar" in first.get("/search?q=Zanzibar").text
    seen, waiting = set[str](), ["/home", "/subjects", "/subjects/01-001", *DIRECT]
    while waiting:
        address = waiting.pop().partition("#")[0]
        if address in seen or not address.startswith("/") or "sign-out" in address:
            continue
        seen.add(address)
        page = second.get(address, follow_redirects=True)
        if not page.mimetype.startswith(("text/html", "text/csv", "application/json")):
            continue
        # A search repeats what was looked for.
        text = re.sub(r'(q=|value="|“)Zanzibar', "", page.text)
        assert "Zanzibar" not in text, address
        # As a number of its own: the digits may also stand in a random identifier.
        assert not re.search(r"(?<![\w.-])259(?![\w.-])", text), address
        if page.mimetype == "text/html":
            waiting += [
                unescape(link) for link in re.findall(r'href="([^"]+)"', page.text)
            ]
    assert len(seen) > 30, "the pages lead to each other"


def test_what_cannot_be_seen_yet_counts_for_what_is_saved(tmp_path: Path) -> None:
    """A calculated answer of another form reads the form that is entered twice."""
    reads = "  twice: {label: Twice, type: calculated, value: vs.sysbp * 2}\n"
    app = double_site(tmp_path, lb=reads)
    enter(client_of(app, "coordinator"), **TYPED)
    nurse = client_of(app, "nurse")
    page = f"{FORM.removesuffix('vs')}lb"
    assert "242" not in nurse.get(page).text
    assert enter(nurse, page, **{"f-hb": "12.1"}).status_code == 303
    assert "242" not in nurse.get(page).text
    stored = load(database_of(app), InstanceKey("01-001", "lb", "SCR", 0))
    assert stored is not None
    assert stored.record.texts["hb"] == "12.1"
    assert stored.counts.all == 0


def test_nobody_exports_past_a_first_entry_that_they_may_not_see(
    tmp_path: Path,
) -> None:
    roles = (
        "roles:\n"
        "  coordinator: {may: [see, enter, complete, query, sign, export]}\n"
        "  monitor: {may: [see, query, verify]}\n"
        "  data manager: {may: [see, query, verify, adjudicate, lock, export]}\n"
    )
    app = double_site(tmp_path, roles=roles)
    enter(client_of(app, "coordinator"), **TYPED)
    nurse = client_of(app, "nurse")
    answer = nurse.post(
        "/packages",
        data={"csrf_token": token(nurse.get("/packages").text), "what": "study"},
    )
    assert answer.status_code == 403
    assert "to be entered again" in answer.text
