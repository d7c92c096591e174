"""A question whose answer is a row of another form: offered by what the row says, typed as
its number, refused where there is no such row.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from forms_spec.evaluation.role_view import view_of
from forms_spec.loader import load_study
from forms_spec.loading.study_builder import dictionary_hash
from forms_spec.model.captured_data import Record, Row
from generator.editor.dictionary_session import DictionarySession
from generator.editor.renaming import edited, rename
from generator.editor.symbols import Symbol, SymbolKind
from generator.pages.template import write_template
from generator.redcap.write_dictionary import write_redcap
from generator.tables.losses import losses
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
    "visits.yaml": "visits: {V: {title: Visit}}\nschedule: {columns: V, f: X}\n",
    "ae.yaml": """
form: ae
title: Adverse events
log: true
groups:
  aes:
    rows: {}
    fields:
      aeterm: {label: Event, length: 60}
      aestdat: {label: Start, type: date}
      aesev: {label: Severity, type: choice, codes: {MILD: Mild, BAD: Severe}}
""",
    "f.yaml": """
form: f
title: Visit
fields:
  worst: {label: Worst event, type: integer, row_of: aes, row_label: [aeterm, aesev, aestdat]}
groups:
  cms:
    title: Medications
    rows: {add: Add a medication}
    fields:
      cmtrt: {label: Medication}
      cmaeno: {label: For which event?, type: integer, row_of: aes, row_label: [aeterm]}
""",
}
FORM = "/subjects/01-001/V/f"
KEY = InstanceKey("01-001", "f", "V")
MESSAGE = "“Worst event” is the number of a row of “Adverse events”."


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    url = f"sqlite:///{tmp_path / 'study.sqlite'}"
    filled(url).close()
    opened = app_over(url, study_of(STUDY)).test_client()
    sign_in(opened)
    with_events(database_of(opened.application))
    return opened


def with_events(database: Database) -> None:
    """Two adverse events, of which the second has number 3."""
    events = (
        Row(number=1, texts={"aeterm": "Fall & faint", "aesev": "BAD"}),
        Row(number=3, texts={"aeterm": "Cough", "aestdat": "2024-02-03"}),
    )
    request = SaveRequest(
        key=InstanceKey("01-001", "ae", "LOG"),
        base_version=0,
        record=Record(rows={"aes": events}),
        status=Status.DRAFT,
        user="coordinator",
        save_id="events",
        dictionary_hash=study_of(STUDY).hash,
    )
    database_save(database, request)


def page(client: FlaskClient) -> str:
    return client.get(FORM).get_data(as_text=True)


def save(client: FlaskClient, action: str, **changed: str) -> str:
    data = {**dict(inputs(page(client))), **changed, "action": action}
    return client.post(FORM, data=data, follow_redirects=True).get_data(as_text=True)


def test_the_rows_are_offered_by_what_they_say(client: FlaskClient) -> None:
    html = page(client)
    lists = dict(re.findall(r'<datalist id="(codes-rows-\w+)">(.*?)</datalist>', html))
    by_field = {
        name: lists[menu]
        for name, menu in re.findall(r'name="([\w-]+)"[^>]* list="([\w-]+)"', html)
    }
    assert by_field["f-worst"] == (
        '<option value="1">Fall &amp; faint, Severe</option>'
        '<option value="3">Cough, 03-Feb-2024</option>'
    )
    assert '<option value="3">Cough</option>' in by_field["r-cms-NEWROW-cmaeno"]


def test_a_number_is_stored_and_one_without_a_row_is_refused(
    client: FlaskClient,
) -> None:
    refused = save(client, "complete", **{"f-worst": "2"})
    assert MESSAGE in refused
    assert MESSAGE in page(client)

    saved = save(client, "complete", **{"f-worst": "3"})
    assert MESSAGE not in saved
    stored = load(database_of(client.application), KEY)
    assert stored is not None
    assert stored.record.texts == {"worst": "3"}
    # Without scripts too, the page says what the number means.
    assert 'id="f-worst-echo">Cough, 03-Feb-2024</span>' in page(client)


def test_who_may_not_see_the_rows_is_told_nothing_of_them() -> None:
    roles = """
roles:
  nurse: {task: gives, may: [see, enter, query], places: {ae: []}}
  clerk: {task: counts, may: [see, enter, query], places: {ae.aeterm: []}}
  investigator: {task: all, may: [see, enter, complete, query, sign, lock, export]}
"""
    study = study_of({**STUDY, "roles.yaml": roles})
    for role, label in (("nurse", None), ("clerk", ("aesev", "aestdat"))):
        seen = view_of(study, study.roles[role]).study
        worst = seen.forms["f"].by_name["worst"]
        assert (worst.row_of.label if worst.row_of else None) == label
        assert ("row_of_f_worst" in seen.rules) is (label is not None)
        html = write_template(seen, seen.forms["f"])[0]
        assert bool(html.row_menus) is (label is not None)


@pytest.mark.parametrize(
    ("keys", "code", "why"),
    [
        ("row_of: ae", "rows-not-offered", "no repeating group of this name"),
        ("row_of: cms", "rows-not-offered", "a group of the same form"),
        ("row_of: 'aes[V]'", "rows-not-offered", "a log has no visits"),
        ("row_of: aes, comparator: [<]", "rows-not-offered", "has comparators"),
        ("row_of: aes, row_label: [aeterms]", "row-label-unknown", "no field"),
        ("row_label: [aeterm]", "row-label-alone", "Nothing says"),
        ("row_of: aes, type: text", "facet-not-allowed", "row_of"),
    ],
)
def test_what_cannot_be_offered_is_refused_where_it_is_written(
    keys: str, code: str, why: str
) -> None:
    old = "type: integer, row_of: aes, row_label: [aeterm, aesev, aestdat]"
    kind = "" if "type:" in keys else "type: integer, "
    form = STUDY["f.yaml"].replace(old, kind + keys)
    faults = load_study({**STUDY, "f.yaml": form}).findings
    [fault] = [fault for fault in faults if fault.code == code]
    assert why in fault.message
    assert fault.text is not None
    assert (fault.text.file, fault.text.line) == ("f.yaml", 5)


def test_a_field_of_the_rows_is_renamed_where_it_labels_them(tmp_path: Path) -> None:
    for name, text in STUDY.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    session = DictionarySession(tmp_path)
    analysis = session.analysis()
    symbol = Symbol(kind=SymbolKind.FIELD, owner="aes", name="aeterm")
    edits = rename(analysis, symbol, "term", session.analysis_of)
    after = edited(analysis, edits)
    assert after == {
        name: text.replace("aeterm", "term") for name, text in STUDY.items()
    }


def test_what_is_made_of_the_study_says_it_or_lists_it() -> None:
    study = study_of(STUDY)
    assert "Row of: Adverse events, by Event" in codebook_rows(study)["cmaeno"]["other"]
    fields = table_schema(study, study.tables["cms"])["fields"]
    [number] = [field for field in fields if field["name"] == "cmaeno"]
    assert number["crfsmith:row_of"] == "aes"
    assert number["crfsmith:row_label"] == ["aeterm"]
    lost = {loss.field for loss in losses(study) if loss.facet == "row_of"}
    assert lost == {"f.worst", "cms.cmaeno"}
    redcap = {
        loss.field for loss in write_redcap(STUDY, {}).losses if loss.kind == "row_of"
    }
    assert redcap == {"worst", "cmaeno"}
    read = read_workbook("study.xlsx", write_workbook(STUDY))
    assert dictionary_hash(read.files) == dictionary_hash(STUDY)
