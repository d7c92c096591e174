"""Rows that can be made, and grids that can be laid out."""

from __future__ import annotations

import pytest

from tests.forms_spec.dictionaries import load, said


def group(keys: str, *fields: str) -> str:
    lines = "".join(
        f"      {field}\n" for field in fields or ("a: {label: A, type: yes_no}",)
    )
    return f"form: x\ntitle: X\ngroups:\n  g:\n    {keys}\n    fields:\n{lines}"


@pytest.mark.parametrize(
    ("keys", "finding"),
    [
        ("rows: {min: 0, max: 9, add: Add one}", ""),
        ("rows: {}", ""),
        ("rows: {fixed: [a]}", ""),
        ("rows: {min: 5, max: 3}", "5:5 rows-reversed"),
        ("rows: {fixed: [b]}", "5:20 fixed-not-choice"),
        ("rows: {fixed: [a], max: 3}", "5:24 fixed-with-count"),
        ("rows: {max: many}", "5:17 not-whole"),
        ("rows: {fixed: []}", "5:19 list-length"),
        ("rows: 5", "5:11 not-a-mapping"),
    ],
)
def test_rows_can_be_counted(keys: str, finding: str) -> None:
    assert said(group(keys)) == ([f"1.yaml:{finding}"] if finding else [])


def test_fixed_rows_are_the_pairs_of_codes() -> None:
    text = group(
        "rows: {fixed: [lev, side]}",
        "lev: {label: Level, type: choice, codes: [L3, L4, L5]}",
        "side: {label: Side, type: choice, codes: SIDE}",
    )
    study = load(text).study
    assert study is not None
    rows = study.forms["x"].row_groups[0].rows
    assert rows is not None
    assert (rows.minimum, rows.maximum, rows.fixed) == (6, 6, ("lev", "side"))


def test_fixed_rows_are_made_of_choices() -> None:
    assert said(group("rows: {fixed: [a]}", "a: {label: A}")) == [
        "1.yaml:5:20 fixed-not-choice"
    ]


def test_more_fixed_rows_than_a_page_can_show_are_refused() -> None:
    codes = ", ".join(f"C{number}" for number in range(60))
    fields = [
        f"{name}: {{label: {name}, type: choice, codes: [{codes}]}}" for name in "abcd"
    ]
    assert said(group("rows: {fixed: [a, b, c, d]}", *fields)) == [
        "1.yaml:5:19 fixed-too-many"
    ]
    assert said(group("rows: {fixed: [a]}", *fields)) == []


def test_a_grid_shares_one_codelist() -> None:
    right = (
        "a: {label: A, type: choice, codes: SIDE}",
        "b: {label: B, type: choice, codes: SIDE}",
    )
    assert said(group("layout: grid", *right)) == []
    assert said(group("layout: grid", *right, "c: {label: C, type: yes_no}")) == [
        "1.yaml:9:7 grid-codelists"
    ]
    assert said(group("layout: grid", "a: {label: A}")) == ["1.yaml:7:7 grid-codelists"]


@pytest.mark.parametrize(
    "text", ["form: x\ntitle: X\n", "form: x\ntitle: X\nfields: {}\n"]
)
def test_a_form_has_fields(text: str) -> None:
    assert [one.split()[1] for one in said(text)] == ["no-fields"]
