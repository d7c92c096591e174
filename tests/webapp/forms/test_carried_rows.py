"""Rows that a form has from another form: shown with their values, kept whatever happens
there.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from forms_spec.model.captured_data import Record, Row
from tests.studies import study_of
from tests.webapp.asking_study import FILES, app_over, filled
from tests.webapp.pages import inputs, sign_in
from tests.webapp.small_site import database_of
from webapp.storage import InstanceKey, SaveRequest, Status, load
from webapp.storage import save as database_save

STUDY = {
    **FILES,
    "visits.yaml": """
visits: {SCR: {title: Screening}, V: {title: Week 6}}
schedule:
  columns: SCR V
  tumour:  X   .
  f:       .   X
""",
    "tumour.yaml": """
form: tumour
title: Tumours
groups:
  target:
    title: Target lesions
    rows: {}
    fields:
      organ: {label: Organ, type: choice, codes: {LIVER: The liver, LUNG: The lung}}
      size: {label: Size, type: integer}
""",
    "f.yaml": """
form: f
title: Assessment
groups:
  lesions:
    title: Lesions
    rows: {from: 'target[SCR]', carry: [organ]}
    fields:
      diam: {label: Diameter, type: integer}
""",
}
FORM = "/subjects/01-001/V/f"
SCREENING = InstanceKey("01-001", "tumour", "SCR")
KEY = InstanceKey("01-001", "f", "V")


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    url = f"sqlite:///{tmp_path / 'study.sqlite'}"
    filled(url).close()
    found = app_over(url, study_of(STUDY)).test_client()
    sign_in(found)
    return found


def screened(client: FlaskClient, rows: dict[int, str], version: int = 0) -> None:
    """The lesions at screening, by number."""
    stored = tuple(Row(number=n, texts={"organ": organ}) for n, organ in rows.items())
    request = SaveRequest(
        key=SCREENING,
        base_version=version,
        record=Record(rows={"target": stored}),
        status=Status.DRAFT,
        user="coordinator",
        save_id=f"screening {version}",
        dictionary_hash=study_of(STUDY).hash,
        reason="corrected",
    )
    database_save(database_of(client.application), request)


def page(client: FlaskClient) -> str:
    return client.get(FORM).get_data(as_text=True)


def save(client: FlaskClient, action: str, **changed: str) -> str:
    """Saves the page as a browser without scripts posts it; gives the page after it."""
    data = dict(inputs(page(client)))
    rows = [text for name, text in inputs(page(client)) if name == "rows:lesions"]
    changed = {name.replace("__", "-"): text for name, text in changed.items()}
    posted = {**data, **changed, "rows:lesions": rows, "action": action}
    return client.post(FORM, data=posted, follow_redirects=True).get_data(as_text=True)


def diameters(client: FlaskClient) -> dict[int, str]:
    stored = load(database_of(client.application), KEY)
    assert stored is not None
    rows = stored.record.rows.get("lesions", ())
    return {row.number: row.texts.get("diam", "") for row in rows}


def test_the_page_has_one_row_for_each_row_there(client: FlaskClient) -> None:
    screened(client, {1: "LIVER", 3: "LUNG"})
    html = page(client)
    assert 'id="row-lesions-1"' in html
    assert 'id="row-lesions-3"' in html
    assert 'id="row-lesions-2"' not in html
    assert html.index(">LIVER</output>") < html.index(">LUNG</output>")
    # Nobody adds a row, and nobody types what is carried.
    assert 'value="add:lesions"' not in html
    assert 'name="r-lesions-1-organ"' not in html

    save(client, "draft", **{"r__lesions__3__diam": "12"})
    assert diameters(client) == {1: "", 3: "12"}


def test_rows_stay_matched_and_nothing_is_lost(client: FlaskClient) -> None:
    screened(client, {1: "LIVER", 3: "LUNG"})
    save(client, "draft", **{"r__lesions__1__diam": "7", "r__lesions__3__diam": "12"})
    # The first row went, the other one changed, and one more came.
    screened(client, {3: "LIVER", 4: "LUNG"}, version=1)
    html = page(client)
    assert [f'id="row-lesions-{n}"' in html for n in (1, 3, 4)] == [True] * 3
    # Only a row that lost its own is there to be removed.
    assert [f'name="x:r-lesions-{n}-"' in html for n in (1, 3, 4)] == [
        *(True, False, False)
    ]
    assert "Each row belongs to a row of “Target lesions (Screening)”." in html

    refused = save(client, "complete")
    assert "Each row belongs to a row of “Target lesions (Screening)”." in refused
    assert diameters(client) == {1: "7", 3: "12", 4: ""}
