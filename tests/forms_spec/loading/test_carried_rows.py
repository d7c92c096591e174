"""Rows of another form: what is wrong with ``from`` and ``carry``, and who may see them."""

from __future__ import annotations

import pytest

from forms_spec.loader import load_study
from tests.webapp.forms.test_carried_rows import STUDY

ROLES = """
roles:
  nurse: {task: measures, may: [see, enter, complete, query], places: {target: []}}
  investigator: {task: all, may: [see, enter, complete, query, sign, lock, export]}
"""


@pytest.mark.parametrize(
    ("rows", "code", "why"),
    [
        ("{from: 'lesions', carry: [diam]}", "rows-not-carried", "of the same form"),
        ("{from: 'targets[SCR]'}", "rows-not-carried", "no repeating group of this"),
        ("{from: target}", "rows-not-carried", "and none is named"),
        ("{from: 'target[V9]'}", "rows-not-carried", "no visit V9"),
        ("{from: 'target[V]'}", "rows-not-carried", "not scheduled at V"),
        ("{from: 'target[SCR]', carry: [diam]}", "field-not-carried", "no such field"),
        ("{from: 'target[SCR]', max: 3}", "carried-with-count", "max"),
        ("{carry: [organ]}", "carry-from-nowhere", "Nothing says"),
    ],
)
def test_rows_that_cannot_be_carried_are_refused_where_they_are_written(
    rows: str, code: str, why: str
) -> None:
    form = STUDY["f.yaml"].replace("{from: 'target[SCR]', carry: [organ]}", rows)
    found = load_study({**STUDY, "f.yaml": form}).findings
    [fault] = [fault for fault in found if fault.code == code]
    assert why in fault.message
    assert fault.text is not None
    assert (fault.text.file, fault.text.line) == ("f.yaml", 7)


def test_a_name_that_is_a_word_of_the_rules_is_said_to_be_one() -> None:
    changed = {name: text.replace("organ", "of") for name, text in STUDY.items()}
    changed["x.yaml"] = (
        "form: x\ntitle: X\nlog: true\nfields:\n"
        "  of: {label: Of, type: integer, row_of: 'target[SCR]'}\n"
    )
    found = load_study(changed).findings
    assert {fault.code for fault in found} == {"reserved-name"}


@pytest.mark.parametrize("carry", ["", ", carry: [organ]"])
def test_who_sees_carried_rows_sees_the_rows_they_come_from(carry: str) -> None:
    form = STUDY["f.yaml"].replace(", carry: [organ]", carry)
    found = load_study({**STUDY, "f.yaml": form, "roles.yaml": ROLES}).findings
    assert "role-depends" in {fault.code for fault in found}
