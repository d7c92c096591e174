"""A visit with a condition: where it is not met, the subject has no such visit."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.oncology_study import ARMS, BY_ARM, CYCLES, FILES
from tests.studies import study_of
from tests.webapp.small_site import app_over, client_of
from tests.webapp.views.test_home import SUBJECT, keep, lines

CASEBOOK = f"/subjects/{SUBJECT}"


@pytest.fixture(params=[ARMS, {**ARMS, **BY_ARM}], ids=["when", "arms"])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Flask:
    """One subject at its first visit."""
    study = study_of({**FILES, **request.param})
    app = app_over(f"sqlite:///{tmp_path}/study.sqlite", study)
    keep(app, "sv", "C1D1", visdat="2024-04-01")
    return app


def columns(app: Flask) -> list[str]:
    page = client_of(app).get(CASEBOOK).text
    return [name for name in ("B8", "B15", "W6") if f"{CASEBOOK}/{name}/sv" in page]


def test_a_visit_of_which_nobody_knows_whether_it_exists_is_shown_and_not_due(
    app: Flask,
) -> None:
    assert columns(app) == ["B8", "B15", "W6"]
    assert lines(client_of(app), "overdue") == []
    assert lines(client_of(app), "window") == []


def test_a_visit_that_the_subject_does_not_have_is_nowhere(app: Flask) -> None:
    keep(app, "rand", "C1D1", randdat="2024-04-01", arm="A")
    assert columns(app) == ["W6"]
    assert lines(client_of(app), "overdue") == []
    page = client_of(app).get(f"{CASEBOOK}/B8/sv").text
    assert "This form is not expected for this subject" in page


def test_a_visit_whose_condition_is_met_is_due_like_any_other(app: Flask) -> None:
    keep(app, "rand", "C1D1", randdat="2024-04-01", arm="B")
    assert columns(app) == ["B8", "B15", "W6"]
    assert lines(client_of(app), "overdue") == [(f"{CASEBOOK}/B8/sv", "Day 8 of arm B")]
    assert lines(client_of(app), "window") == []


def test_a_form_of_a_visit_that_does_not_exist_is_a_finding(app: Flask) -> None:
    keep(app, "rand", "C1D1", randdat="2024-04-01", arm="A")
    keep(app, "sv", "B8", visdat="2024-04-08")
    assert columns(app) == ["B8", "W6"]
    page = client_of(app).get(f"{CASEBOOK}/B8/sv").text
    assert "This subject has no such visit" in page
    keep(app, "rand", "C1D1", randdat="2024-04-01", arm="B")
    page = client_of(app).get(f"{CASEBOOK}/B8/sv").text
    assert "This subject has no such visit" not in page


def test_a_form_and_a_field_of_another_arm_do_not_exist(tmp_path: Path) -> None:
    study = study_of({**FILES, **ARMS, **BY_ARM})
    app = app_over(f"sqlite:///{tmp_path}/arms.sqlite", study)
    client = client_of(app)
    keep(app, "sv", "W6", visdat="2024-04-10")

    keep(app, "rand", "C1D1", randdat="2024-03-01", arm="B")
    page = client.get(f"{CASEBOOK}/W6/neuro").text
    assert "This form is not expected for this subject" in page
    assert lines(client, "unfinished") == []

    keep(app, "rand", "C1D1", randdat="2024-03-01", arm="A")
    assert "Neuropathy, Scan of week 6" in [
        words for _, words in lines(client, "unfinished")
    ]


def test_the_next_cycle_stands_in_the_casebook_up_to_the_last(tmp_path: Path) -> None:
    study = study_of({**FILES, **CYCLES})
    app = app_over(f"sqlite:///{tmp_path}/cycles.sqlite", study)
    client = client_of(app)
    keep(app, "sv", "C1D1", visdat="2024-03-28")
    assert lines(client, "window") == [(f"{CASEBOOK}/CYC-1/sv", "Later cycle-1")]

    for number in (1, 2, 3):
        assert f"{CASEBOOK}/CYC-{number}/sv" in client.get(CASEBOOK).text
        keep(app, "sv", "CYC", unsno=number, visdat=f"2024-04-{10 + number}")

    assert "CYC-4" not in client.get(CASEBOOK).text
    assert 'value="CYC"' not in client.get(CASEBOOK).text


def test_a_form_from_before_the_visit_repeated_keeps_a_place_of_its_own(
    tmp_path: Path,
) -> None:
    study = study_of({**FILES, **CYCLES})
    app = app_over(f"sqlite:///{tmp_path}/cycles.sqlite", study)
    client = client_of(app)
    keep(app, "sv", "C1D1", visdat="2024-03-28")
    keep(app, "sv", "CYC", visdat="2024-04-11")

    page = client.get(CASEBOOK).text
    gone = page[page.index("No longer in the dictionary") :]
    assert f"{CASEBOOK}/CYC/sv" in gone
    assert "2024" in client.get(f"{CASEBOOK}/CYC/sv").text
    assert f"{CASEBOOK}/CYC/" not in page[: page.index("No longer in the dictionary")]


def test_a_visit_without_a_form_that_the_role_sees_is_nowhere(tmp_path: Path) -> None:
    everything = "[see, enter, complete, query, sign, verify, lock, adjudicate, export]"
    roles = f"""
roles:
  coordinator: {{may: {everything}}}
  monitor: {{may: [], places: {{rand: [see]}}}}
"""
    study = study_of({**FILES, **CYCLES, "roles.yaml": roles})
    app = app_over(f"sqlite:///{tmp_path}/study.sqlite", study)
    keep(app, "rand", "C1D1", randdat="2024-04-01")

    page = client_of(app, "monitor").get(CASEBOOK).text
    assert f"{CASEBOOK}/C1D1/rand" in page
    assert "End of treatment" not in page
    assert "Later cycle" not in page
