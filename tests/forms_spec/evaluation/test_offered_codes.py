"""Codes with a condition: what is offered, and what a form says of an answer that is not."""

from __future__ import annotations

from datetime import date

import pytest

from forms_spec.evaluation import Judgement, judge
from forms_spec.loader import load_study
from forms_spec.model.captured_data import CellKey, Context, Record, Row
from tests.studies import study_of

FILES = {
    "study.yaml": """
study: JOINT-1
title: Pain in joints
subject: {pattern: '[0-9]{3}', example: '007'}
""",
    "visits.yaml": "visits: {V: {title: V}}\nschedule:\n  columns: V\n  pain: X\n",
    "lists.yaml": """
codelists:
  JOINT:
    FACET: {label: Facet joint, when: region = 'SPINE'}
    DISC: {label: Disc, when: region = 'SPINE'}
    KNEE: {label: Knee joint, when: region = 'LIMB'}
    OTHER: Other
""",
    "pain.yaml": """
form: pain
title: Pain
fields:
  region: {label: Region, type: choice, codes: {SPINE: Spine, LIMB: Limb}}
  joint: {label: Which joint?, type: choice, codes: JOINT}
  signs:
    label: Signs
    type: multiple_choice
    codes: {TENDER: Tender, LOCKED: {label: Locked, when: joint = 'KNEE'}}
groups:
  doses:
    rows: {}
    fields:
      deep: {label: Deep?, type: yes_no}
      route: {label: Route, type: choice, codes: {PO: Mouth, IA: {label: Joint, when: deep = 'Y'}}}
""",
}


def judged(texts: dict[str, str], *, completing: bool = True) -> Judgement:
    """The form with these answers; those whose names begin with a number are in rows."""
    rows: dict[int, dict[str, str]] = {}
    own: dict[str, str] = {}
    for name, text in texts.items():
        number, _, field = name.rpartition(".")
        (rows.setdefault(int(number), {}) if number else own)[field] = text

    study = study_of(FILES)
    record = Record(
        texts=own,
        rows={"doses": tuple(Row(number=n, texts=row) for n, row in rows.items())},
    )
    context = Context(today=date(2024, 5, 31), subject="001", visit="V")
    return judge(study, study.forms["pain"], record, context, completing=completing)


@pytest.mark.parametrize(
    ("region", "hidden"),
    [("SPINE", ("KNEE",)), ("LIMB", ("FACET", "DISC")), ("", ())],
)
def test_a_code_is_offered_unless_its_condition_is_false(
    region: str, hidden: tuple[str, ...]
) -> None:
    cell = judged({"region": region}).cells[CellKey("pain", None, "joint")]
    assert cell.not_offered == hidden


def test_an_answer_that_is_no_longer_offered_is_kept_and_named() -> None:
    found = judged({"region": "LIMB", "joint": "FACET", "signs": "TENDER;LOCKED"})
    joint, signs = found.findings
    assert joint.message == (
        "“Which joint?” is “Facet joint” or “Disc” only if “Region” is Spine. "
        "Found: “Which joint?” is Facet joint; “Region” is Limb."
    )
    assert signs.message == (
        "“Signs” includes “Locked” only if “Which joint?” is Knee joint. "
        "Found: “Signs” is Tender, Locked; “Which joint?” is Facet joint."
    )
    assert [place.field for place in joint.also] == ["region"]
    assert found.cells[CellKey("pain", None, "joint")].text == "FACET"
    assert not found.may_complete


def test_an_answer_whose_condition_nobody_knows_is_a_query_of_a_complete_form() -> None:
    assert not judged({"joint": "KNEE"}, completing=False).findings
    [untold] = judged({"joint": "KNEE"}).findings
    assert (untold.code, untold.severity.value) == ("rule-untold", "query")
    assert judged({"joint": "KNEE"}).may_complete


def test_each_row_offers_what_its_own_answers_say() -> None:
    found = judged({"1.deep": "N", "1.route": "IA", "2.deep": "Y", "2.route": "IA"})
    assert [fault.data.row for fault in found.findings if fault.data] == [1]
    cells = found.cells
    assert cells[CellKey("doses", 1, "route")].not_offered == ("IA",)
    assert cells[CellKey("doses", 2, "route")].not_offered == ()


def test_a_condition_is_read_as_if_it_stood_in_each_field_that_uses_the_list() -> None:
    other = """
form: other
title: Other
log: true
fields:
  joint: {label: Joint, type: choice, codes: JOINT}
"""
    loaded = load_study({**FILES, "other.yaml": other})
    unknown = [fault for fault in loaded.findings if fault.code == "rule-unknown-name"]
    assert {fault.text.file for fault in unknown if fault.text} == {"lists.yaml"}
    assert len(unknown) == 3
