"""A reviewer opens queries from the open findings of a casebook: chooses, looks, opens."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask

from tests.webapp.pages import token
from tests.webapp.small_site import app_over, client_of, database_of, page_data
from webapp.storage import list_queries
from webapp.storage.query_lists import QueryFilter

FORM = "/subjects/01-001/SCR/vs"
FINDINGS = "/subjects/01-001/findings"
ASK = f"{FINDINGS}/queries"


def test_chosen_findings_become_queries_after_a_look(tmp_path: Path) -> None:
    app = app_over(f"sqlite:///{tmp_path}/study.sqlite")
    nurse, monitor = client_of(app), client_of(app, "monitor")
    typed = {"f-vsperf": ["Y"], "f-sysbp": ["12O"], "f-temp": ["warm"]}
    data = page_data(nurse, FORM) | typed | {"action": ["draft"]}
    assert nurse.post(FORM, data=data).status_code == 303

    page = monitor.get(FINDINGS).text
    marks = re.findall(r'name="chosen" value="(\w+)"', page)
    assert len(marks) == len(set(marks)) >= 2
    look = monitor.get(ASK, query_string={"chosen": marks[:1]}).text
    assert "1 query would be opened" in look
    # The question, what was typed, and what would be asked.
    listed = " ".join(re.sub(r"<[^>]+>", " ", look).split())
    assert "Systolic" in listed or "Temperature" in listed
    assert "12O" in listed or "warm" in listed
    every = monitor.get(ASK).text
    assert f"{len(marks)} queries would be opened" in every
    assert asked(app) == []

    # What was not looked at is not opened.
    (seen,) = re.findall(r'name="seen" value="(\w+)"', look)
    send = {"csrf_token": token(look), "chosen": marks[:1], "role": "investigator"}
    assert monitor.post(ASK, data={**send, "seen": "other"}).status_code == 409
    assert asked(app) == []
    done = monitor.post(ASK, data={**send, "seen": seen}).text
    assert "1 query opened: 1" in done
    ((role, source),) = asked(app)
    assert role == "investigator"
    assert source == "open findings of 01-001 on 2024-04-18"

    again = monitor.get(ASK).text
    assert f"{len(marks) - 1} quer" in again
    assert "already open as query 1" in again


def test_who_enters_data_answers_and_does_not_ask(tmp_path: Path) -> None:
    nurse = client_of(app_over(f"sqlite:///{tmp_path}/study.sqlite"))
    assert 'name="chosen"' not in nurse.get(FINDINGS).text
    refused = nurse.get(ASK)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text


LIST = "/home/findings"


def test_the_list_of_all_subjects_becomes_queries(tmp_path: Path) -> None:
    app = app_over(f"sqlite:///{tmp_path}/study.sqlite")
    nurse, monitor = client_of(app), client_of(app, "monitor")
    for subject, pressure in (("01-001", "12O"), ("01-002", "13O")):
        form = f"/subjects/{subject}/SCR/vs"
        typed = {"f-vsperf": ["Y"], "f-sysbp": [pressure], "action": ["draft"]}
        assert nurse.post(form, data=page_data(nurse, form) | typed).status_code == 303

    assert 'name="chosen"' not in nurse.get(LIST).text
    assert nurse.get(f"{LIST}/queries").status_code == 422
    marks = re.findall(r'name="chosen" value="([^"]+)"', monitor.get(LIST).text)
    assert marks == ["vs SCR 0 01-001", "vs SCR 0 01-002"]

    # The dry run says what would be asked, and of whom.
    look = monitor.get(f"{LIST}/queries", query_string={"chosen": marks[1:]}).text
    assert "13O" in look
    assert "12O" not in look
    every = monitor.get(f"{LIST}/queries").text
    assert "12O" in every
    assert "13O" in every

    (seen,) = re.findall(r'name="seen" value="(\w+)"', look)
    send = {"csrf_token": token(look), "chosen": marks[1:], "seen": seen}
    assert "opened: 1" in monitor.post(f"{LIST}/queries", data=send).text
    assert {source for _, source in asked(app)} == {
        "forms with open findings on 2024-04-18"
    }

    # What was looked at is not what is there now: nothing is opened.
    (seen,) = re.findall(r'name="seen" value="(\w+)"', every)
    late = monitor.post(
        f"{LIST}/queries", data={"csrf_token": token(every), "seen": seen}
    )
    assert late.status_code == 409
    assert "already open as query 1" in late.text
    assert "12O" in late.text
    of_nobody = {"chosen": ["vs SCR 0 09-999", "vs", "vs SCR x 01-001"]}
    assert "0 queries" in monitor.get(f"{LIST}/queries", query_string=of_nobody).text


def asked(app: Flask) -> list[tuple[str, str]]:
    _, listed = list_queries(database_of(app), QueryFilter(), first=0, most=99)
    return [(item.query.assigned_role, item.query.source) for item in listed]
