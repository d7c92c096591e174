"""The dashboard draws what its tables say, of the person's own sites."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from forms_spec.model.captured_data import Record
from tests.studies import study_of
from tests.webapp.small_site import NOON, app_over, client_of, database_of
from webapp.demo.demo_study import PASSWORD
from webapp.storage import (
    InstanceKey,
    NewQuery,
    QueryAction,
    QueryParty,
    QueryPlace,
    QueryStep,
    Role,
    SaveRequest,
    Status,
    add_subject,
    add_user,
    open_queries,
    save,
)

FILES = {
    "study.yaml": """
study: DASH
title: A study with a dashboard
short: Dash
subject: {pattern: '0[12]-[0-9]{3}', example: 01-001}
sites: {'01': Ghent, '02': Namur}
day_zero: [vis.visdat]
visit: {date: vis.visdat}
""",
    "visits.yaml": """
visits:
  X1: {title: First visit, target: day 0}
  X2: {title: Second visit, target: day 7}
schedule:
  columns: X1 X2
  vis:     X  X
""",
    "vis.yaml": """
form: vis
title: Visit
fields:
  visdat: {label: Date, type: date}
""",
}


@pytest.fixture(scope="module")
def app(module_url: str) -> Flask:
    """On 18 April 2024: two visits at Ghent, one at Namur, one query."""
    app = app_over(module_url, study_of(FILES))
    database = database_of(app)
    add_subject(database, subjid="02-001", site="02", user="coordinator")
    visits = (
        ("01-001", "X1", "2024-04-18", Status.COMPLETE),
        ("01-001", "X2", "2024-04-13", Status.DRAFT),
        ("02-001", "X1", "2024-03-01", Status.COMPLETE),
    )
    for subject, visit, day, status in visits:
        request = SaveRequest(
            key=InstanceKey(subject, "vis", visit),
            base_version=0,
            record=Record(texts={"visdat": day}),
            status=status,
            user="coordinator",
            save_id=f"{subject} {visit}",
            dictionary_hash=app.extensions["crfsmith"].study.hash,
        )
        save(database, request)
    step = QueryStep(
        action=QueryAction.OPEN,
        party=QueryParty.REVIEWER,
        username="monitor",
        text="Is this right?",
    )
    open_queries(database, [NewQuery(place=QueryPlace(subject="01-001"), step=step)])
    add_user(
        database,
        username="namur",
        name="Nele",
        role=Role.COORDINATOR,
        password=PASSWORD,
        sites=frozenset({"02"}),
    )
    assert NOON + timedelta(0) == database.clock()
    return app


def rows(app: Flask, name: str, username: str = "coordinator") -> list[list[str]]:
    """The cells of the table beside a picture."""
    page = client_of(app, username).get("/dashboard").text
    part = page.split(f'<h2 id="{name}">')[1].split("</section>")[0]
    table = part.split("<tbody>")[1]
    return [
        re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row)
        for row in table.split("</tr>")
        if "<t" in row and "scope" in row
    ]


def test_each_table_has_its_figures(app: Flask) -> None:
    assert rows(app, "accrual") == [["2024-04", "3", "3"]]
    assert rows(app, "by-visit") == [
        ["First visit", "2", "2", "100 %"],
        # One was begun, and one is overdue at Namur.
        ["Second visit", "2", "0", "0 %"],
    ]
    assert rows(app, "by-form") == [["Visit", "4", "2", "50 %"]]
    assert rows(app, "ages")[0] == ["under 7 days", "1"]
    lags = dict(rows(app, "lags"))
    assert (lags["same day"], lags["4 to 7 days"], lags["15 days or more"]) == (
        "1",
        "1",
        "1",
    )


def test_each_picture_has_the_numbers_of_its_table(app: Flask) -> None:
    page = client_of(app).get("/dashboard").text
    pictures = re.findall(r"<svg.*?</svg>", page, re.S)
    assert len(pictures) == 5
    assert all("<title" in picture for picture in pictures)
    numbers = re.findall(r'class="chart-number">([^<]*)<', "".join(pictures))
    assert "3 (+3)" in numbers
    assert "2 of 4" in numbers


def test_nobody_counts_what_is_of_another_site(app: Flask) -> None:
    assert rows(app, "accrual", "namur") == [["2024-04", "1", "1"]]
    assert rows(app, "by-form", "namur") == [["Visit", "2", "1", "50 %"]]
    assert dict(rows(app, "ages", "namur"))["under 7 days"] == "0"
