"""Roles: what a designer is told of them, and where."""

from __future__ import annotations

import pytest

from forms_spec.evaluation.role_view import RoleView, view_of
from forms_spec.model.roles import USUAL_ROLES, Permission
from tests.forms_spec.dictionaries import findings, load, said

ALL = "[see, enter, complete, query, export]"
X = """
form: x
title: Example
fields:
  a: {label: A, type: integer}
  b: {label: B, type: integer}
groups:
  dose:
    rows: {max: 3}
    fields:
      ml: {label: Volume, type: decimal, unit: {ml: {label: ml}, l: {label: l, to: ml, as: value * 1000}}}
      lot: {label: Lot, type: text, length: 9}
"""


def roles(*lines: str) -> str:
    """A file of roles: a nurse who may do everything, and these."""
    return "".join(
        f"{line}\n" for line in ("roles:", f"  nurse: {{may: {ALL}}}", *lines)
    )


def view(*texts: str, role: str) -> RoleView:
    study = load(*texts).study
    assert study is not None, findings(*texts)
    return view_of(study, study.roles[role])


def test_without_a_file_there_are_the_usual_roles() -> None:
    study = load().study
    assert study is not None
    assert study.roles is USUAL_ROLES
    assert all(view_of(study, role).is_plain for role in study.roles.values())


def test_a_clean_file_has_no_findings() -> None:
    text = roles(
        "  blinded:",
        "    may: [see, query]",
        "    places: {x.b: [], dose.lot: [], base.n: [see]}",
    )
    assert said(text, X) == []


@pytest.mark.parametrize(
    ("line", "finding"),
    [
        ("  Nurse: {may: [see]}", "1.yaml:3:3 role-name"),
        ("  admin: {may: [see]}", "1.yaml:3:3 role-reserved"),
        ("  b: {may: [look]}", "1.yaml:3:12 not-one-of"),
        ("  b: {may: see}", "1.yaml:3:12 not-a-list"),
        ("  b: {}", "1.yaml:3:3 missing-key"),
        ("  b: {may: [see], place: {x: []}}", "1.yaml:3:19 unknown-key"),
        ("  b: {may: [see], places: {x.c: []}}", "1.yaml:3:28 role-unknown-place"),
        ("  b: {may: [see], places: {lot: []}}", "1.yaml:3:28 role-unknown-place"),
        (
            "  b: {may: [see], places: {x.a: [see, sign]}}",
            "1.yaml:3:28 role-of-whole-form",
        ),
        ("  b: {may: [see], places: {x.a: [enter]}}", "1.yaml:3:28 role-without-see"),
        ("  b: {may: [verify]}", "1.yaml:3:3 role-without-see"),
        (
            "  b: {may: [see, complete], places: {x.a: []}}",
            "1.yaml:3:3 role-part-of-form",
        ),
        ("  b: {may: [see, export], places: {x.a: []}}", "1.yaml:3:3 role-export"),
        ("  b: {may: [see], alerts: [death]}", "1.yaml:3:27 not-one-of"),
        ("  b: {may: [see], alerts: [broken signature]}", "1.yaml:3:3 role-alert"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(line: str, finding: str) -> None:
    assert said(roles(line), X) == [finding]


DEPENDENT = {
    "show_when": "c: {label: C, type: integer, show_when: a > 1}",
    "required": "c: {label: C, type: integer, required: a > 1}",
    "range": "c: {label: C, type: integer, range: [0, a]}",
    "formula": "c: {label: C, type: calculated, value: a * 2}",
    "label": "c: {label: 'More than {a}?', type: yes_no}",
    "rows": "c: {label: C, type: calculated, value: count(rows of dose)}",
}


@pytest.mark.parametrize("name", [name for name in DEPENDENT if name != "rows"])
def test_a_field_that_would_tell_a_blinded_answer_is_refused(name: str) -> None:
    form = X.replace("groups:", f"  {DEPENDENT[name]}\ngroups:")
    text = roles("  blinded: {may: [see], places: {x.a: []}}")
    assert said(text, form) == ["1.yaml:3:34 role-depends"]


def test_a_form_whose_condition_is_blinded_is_refused() -> None:
    form = "form: y\ntitle: Y\nfields:\n  c: {label: C, type: integer}\n"
    visits = (
        "visits:\n  SCR: {title: Screening}\nschedule:\n  columns: SCR\n"
        "  base: X\n  x: X\n  y: C\nconditions: {y: x.a > 1}\n"
    )
    text = roles("  blinded: {may: [see], places: {x.a: []}}")
    found = [item for item in said(text, X, form, visits) if "role" in item]
    assert found == ["1.yaml:3:34 role-depends"]


def test_an_error_that_hangs_on_a_blinded_answer_is_for_others_to_settle() -> None:
    rule = (
        "rules:\n  r:\n    on: [base.n]\n    assert: n < x.a\n    severity: error\n"
        "    message: Too much\n"
    )
    blinded = "  blinded: {may: [see, enter, complete], places: {x: []}}"
    assert said(roles(blinded), X, rule) == ["1.yaml:3:3 role-part-of-form"]
    query = rule.replace("severity: error", "severity: query")
    assert said(roles(blinded), X, query) == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("roles:\n  a: {may: [see, enter]}\n", {"role-nobody-may"}),
        (f"roles:\n  a: {{may: {ALL}, places: {{x.a: [see]}}}}\n", {"role-no-writer"}),
        (
            f"roles:\n  a: {{may: {ALL}, places: {{x: [see, enter, complete, sign]}}}}\n",
            {"role-nobody-may"},
        ),
    ],
)
def test_nothing_is_left_without_somebody(text: str, codes: set[str]) -> None:
    assert {item.code for item in findings(text, X)} == codes


def test_a_view_has_nothing_of_what_is_unseen() -> None:
    rule = (
        "rules:\n  open:\n    on: [x.b]\n    assert: b < 5\n    severity: query\n    message: B\n"
        "  closed:\n    on: [x.b]\n    assert: a < 5\n    severity: query\n    message: A\n"
    )
    text = roles("  blinded: {may: [see, query], places: {x.a: [], dose.ml: []}}")
    seen = view(text, X, rule, role="blinded")
    form = seen.study.forms["x"]
    assert [item.name for item in form.fields] == ["b"]
    names = [item.name for item in form.row_groups[0].fields]
    assert names == ["lot"], "the unit of a blinded field goes with it"
    assert list(seen.study.rules) == ["open"]
    assert not seen.may(Permission.COMPLETE, "x")


def test_what_is_seen_and_not_entered_is_read_only() -> None:
    text = roles("  half: {may: [see, enter], places: {x.a: [see]}}")
    seen = view(text, X, role="half")
    entries = {item.name: item.entry for item in seen.study.forms["x"].fields}
    assert entries == {"a": "read_only", "b": "typed"}
    assert seen.is_whole
    assert not seen.is_plain
