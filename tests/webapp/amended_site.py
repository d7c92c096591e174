"""A study that was amended between two versions of a form: the labels of two codes were
swapped, a unit was changed, a question was reworded and another one left.
"""

from __future__ import annotations

from forms_spec.model.study import Study
from tests.studies import FILES, study_of
from tests.webapp.small_site import app_over, client_of, database_of, page_data

LB = """
form: lb
title: Laboratory
fields:
  side: {label: Side, type: choice, codes: {L: Left, R: Right, B: Both}}
  hb: {label: Haemoglobin, type: decimal, places: 1, unit: g/dL}
  weight: {label: Weight, type: decimal, places: 1, unit: {kg: {}, lb: {to: kg, as: value * 0.4536}}}
  lbcode: {label: Sample, length: 8}
  who: {label: Taken by}
groups:
  drawn:
    title: Draws
    rows: {max: 5}
    fields:
      arm: {label: Arm, type: choice, codes: {L: Left arm, R: Right arm}}
      vol: {label: Volume, type: decimal, unit: {ml: {}, cl: {to: ml, as: value * 10}}}
"""
AMENDED_LB = (
    LB.replace("L: Left, R: Right, B: Both", "L: Right, R: Left, BI: Both")
    .replace("L: Left arm, R: Right arm", "L: Right arm, R: Left arm")
    .replace("unit: g/dL", "unit: mmol/L")
    .replace("  lbcode: {label: Sample, length: 8}\n", "")
    .replace("label: Taken by", "label: Drawn by")
)
ADDRESS = "/subjects/01-001/SCR/lb"


def first_study() -> Study:
    return study_of({**FILES, "forms/lb.yaml": LB})


def amended_study() -> Study:
    return study_of({**FILES, "forms/lb.yaml": AMENDED_LB})


def post(url: str, study: Study, texts: dict[str, str], user: str = "nurse") -> None:
    """One save of the form, as a browser would post it."""
    app = app_over(url, study)
    client = client_of(app, user)
    data = {**page_data(client, ADDRESS), **texts, "reason": "as on the source"}
    assert client.post(ADDRESS, data=data).status_code == 303
    database_of(app).close()


def capture_before_and_after(url: str) -> None:
    """A version with the first dictionary, then two with the amended one: of another
    question, and of the swapped one.
    """
    first = {
        "f-side": "L",
        "f-hb": "12.9",
        "f-weight": "80",
        "f-weightu": "kg",
        "f-lbcode": "AB12",
        "f-who": "Nina",
        "rows:drawn": "1",
        "r-drawn-1-arm": "L",
        "r-drawn-1-vol": "5",
        "r-drawn-1-volu": "ml",
    }
    post(url, first_study(), first)
    post(url, amended_study(), {"f-who": "Olga"})
    post(url, amended_study(), {"f-side": "R", "f-hb": "8.0", "f-weightu": "lb"})
