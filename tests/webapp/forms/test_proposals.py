"""Answers that the dictionary proposes: offered beside a blank question, saved only when
somebody takes them, and named in the history.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from forms_spec.evaluation.role_view import view_of
from forms_spec.loader import load_study
from forms_spec.loading.study_builder import dictionary_hash
from forms_spec.model.captured_data import Record
from generator.redcap.write_dictionary import write_redcap
from generator.tables.schema import table_schema
from generator.workbook.convert import read_workbook
from generator.workbook.write_workbook import write_workbook
from tests.generator.targets.test_codebook_csv import rows as codebook_rows
from tests.studies import study_of
from tests.webapp.asking_study import FILES, app_over, filled
from tests.webapp.pages import inputs, sign_in
from tests.webapp.small_site import database_of
from webapp.storage import Database, InstanceKey, SaveRequest, Status, load
from webapp.storage import save as database_save

STUDY = {
    **FILES,
    "visits.yaml": """
visits:
  S: {title: Screening}
  V: {title: Visit}
schedule:
  columns: S V
  dm: X .
  f:  X X
""",
    "dm.yaml": """
form: dm
title: Demographics
fields:
  height: {label: Height, type: decimal, places: 1, unit: cm}
  born: {label: Born, type: date}
  late: {label: Late code, type: choice, codes: {L: Left, R: Right}}
""",
    "f.yaml": """
form: f
title: Visit
fields:
  stature: {label: Stature, type: decimal, places: 1, unit: cm, propose: dm.height}
  birth: {label: Birth, type: date, propose: 'dm[S].born'}
  arm: {label: Which arm?, type: choice, codes: {L: Left, R: Right}, propose: 'f[previous].arm'}
  whole: {label: Whole, type: integer, range: [0, 300], propose: dm.height}
groups:
  shoes:
    title: Shoes
    rows: {max: 3}
    fields:
      last: {label: Height, type: decimal, places: 1, unit: cm, propose: dm.height}
      left: {label: Left or right, type: choice, codes: {L: Left, R: Right}}
""",
}
FORM = "/subjects/01-001/V/f"
KEY = InstanceKey("01-001", "f", "V")


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    url = f"sqlite:///{tmp_path / 'study.sqlite'}"
    filled(url).close()
    opened = app_over(url, study_of(STUDY)).test_client()
    sign_in(opened)
    with_screening(database_of(opened.application))
    return opened


def with_screening(database: Database) -> None:
    """What was answered at screening: no answer to "Born"."""
    answers = {"dm": {"height": "172.5"}, "f": {"arm": "R"}}
    for form, texts in answers.items():
        request = SaveRequest(
            key=InstanceKey("01-001", form, "S"),
            record=Record(texts=texts),
            status=Status.DRAFT,
            user="coordinator",
            save_id=f"screening-{form}",
            base_version=0,
            dictionary_hash=study_of(STUDY).hash,
        )
        database_save(database, request)


def proposed_on(page: str) -> dict[str, str]:
    """What the page proposes, by the name of the input."""
    block = re.search(r'id="proposals">(.*?)</script>', page)
    offered = json.loads(block[1]) if block else {}
    return {name: item["shown"] for name, item in offered.items()}


def test_a_proposal_counts_only_when_it_is_taken(client: FlaskClient) -> None:
    page = client.get(FORM).text
    # 172.5 is no whole number, and nobody said when the subject was born.
    assert proposed_on(page) == {
        "f-stature": "172.5 cm",
        "f-arm": "Right",
        # The same in each row, old or new.
        "r-shoes-NEWROW-last": "172.5 cm",
    }
    fields = dict(inputs(page))
    assert fields.get("f-stature", "") == ""

    saved = client.post(FORM, data={**fields, "action": "draft"})
    assert saved.status_code == 303
    stored = load(database_of(client.application), KEY)
    assert stored is None or not stored.record.texts


def test_the_history_names_what_was_taken_and_nothing_else(client: FlaskClient) -> None:
    fields = dict(inputs(client.get(FORM).text))
    taken = {
        **fields,
        "f-stature": "172.5",
        "f-arm": "L",
        "rows:shoes": "1",
        "r-shoes-1-last": "172.5",
        "copied": [
            *("f-stature|propose", "f-arm|propose", "f-whole|propose"),
            "r-shoes-1-last|propose",
        ],
        "action": "draft",
    }
    client.post(FORM, data=taken)
    stored = load(database_of(client.application), KEY)
    assert stored is not None
    assert stored.record.texts == {"stature": "172.5", "arm": "L"}
    # "Left" was typed: what was proposed is "Right".
    assert stored.reason == (
        "Copied from “Height” (Demographics): Stature, Height, row 1"
    )


@pytest.mark.parametrize(
    ("field", "code", "why"),
    [
        ("type: integer, propose: dm.born", "rule-wrong-type", "is a date"),
        (
            "type: integer, propose: whole",
            "not-proposed",
            "this form at the same visit",
        ),
        ("propose: b", "not-proposed", "this form at the same visit"),
        ("type: decimal, unit: m, propose: dm.height", "not-proposed", "another unit"),
        ("entry: read_only, propose: dm.late", "not-proposed", "nobody types"),
        ("default: x, propose: dm.late", "not-proposed", "begins with an answer"),
        (
            "type: calculated, value: dm.height, propose: dm.height",
            "facet-not-allowed",
            "propose",
        ),
        ("type: date, propose: 'dm[Z].born'", "rule-unknown-visit", "Z"),
    ],
)
def test_what_cannot_be_proposed_is_refused_where_it_is_written(
    field: str, code: str, why: str
) -> None:
    form = STUDY["f.yaml"].partition("groups:")[0] + f"  b: {{label: B, {field}}}\n"
    findings = load_study({**STUDY, "f.yaml": form}).findings
    [fault] = [fault for fault in findings if fault.code == code]
    assert why in fault.message
    assert fault.text is not None
    assert (fault.text.file, fault.text.line) == ("f.yaml", 9)


def test_what_is_proposed_in_rows_reads_no_row() -> None:
    rows = "{label: A, type: integer, propose: 'rowno + dm.height'}"
    files = {**STUDY, "f.yaml": STUDY["f.yaml"] + f"      more: {rows}\n"}
    [fault] = load_study(files).findings
    assert fault.code == "not-proposed"
    assert "reads the row" in fault.message


def test_an_answer_of_a_later_visit_is_not_there_to_be_proposed() -> None:
    form = STUDY["dm.yaml"] + "  b: {label: B, type: integer, propose: 'f[V].whole'}\n"
    findings = load_study({**STUDY, "dm.yaml": form}).findings
    assert [fault.code for fault in findings] == ["reads-later-visit"]


def test_who_may_not_see_an_answer_is_not_offered_it() -> None:
    roles = """
roles:
  nurse: {task: measures, may: [see, enter], places: {dm: []}}
  investigator: {task: all, may: [see, enter, complete, query, sign, lock, export]}
"""
    study = study_of({**STUDY, "roles.yaml": roles})
    seen = view_of(study, study.roles["nurse"]).study
    assert seen.forms["f"].by_name["arm"].propose is not None
    assert seen.forms["f"].by_name["stature"].propose is None


def test_what_is_made_of_the_study_says_it_or_lists_it() -> None:
    study = study_of(STUDY)
    assert "Proposed: dm.height" in codebook_rows(study)["stature"]["other"]
    fields = table_schema(study, study.tables["f"])["fields"]
    [stature] = [field for field in fields if field["name"] == "stature"]
    assert stature["crfsmith:propose"] == "dm.height"
    redcap = {
        loss.field for loss in write_redcap(STUDY, {}).losses if loss.kind == "propose"
    }
    assert redcap == {"stature", "birth", "arm", "whole", "last"}
    read = read_workbook("study.xlsx", write_workbook(STUDY))
    assert dictionary_hash(read.files) == dictionary_hash(STUDY)
