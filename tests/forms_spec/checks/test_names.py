"""Names follow the grammar, mean nothing else, and stand once."""

from __future__ import annotations

import pytest

from tests.forms_spec.dictionaries import findings, said


def form(*fields: str, name: str = "x") -> str:
    return f"form: {name}\ntitle: Example\nfields:\n" + "".join(
        f"  {field}\n" for field in fields
    )


@pytest.mark.parametrize(
    "name", ["Pain", "1st", "_a", "a-b", "a.b", "é", "a b", "a" * 65, "''"]
)
def test_a_name_that_is_no_name_is_refused(name: str) -> None:
    assert said(form(f"{name}: {{label: A}}")) == ["1.yaml:4:3 bad-name"]


@pytest.mark.parametrize(
    "name", ["and", "today", "any", "visitid", "rowno", "formstat", "date", "count"]
)
def test_a_reserved_name_is_refused(name: str) -> None:
    assert said(form(f"{name}: {{label: A}}")) == ["1.yaml:4:3 reserved-name"]


@pytest.mark.parametrize(
    "name", ["a", "a1", "pain_now", "value", "n" * 64, "constructor"]
)
def test_every_other_name_will_do(name: str) -> None:
    assert said(form(f"{name}: {{label: A}}")) == []


@pytest.mark.parametrize("name", ["subjects", "queries", "audit", "forms"])
def test_a_form_is_not_called_like_a_table_of_every_package(name: str) -> None:
    assert said(form("a: {label: A}", name=name)) == ["1.yaml:1:7 reserved-name"]


@pytest.mark.parametrize("name", ["LOG", "previous", "all"])
def test_a_visit_is_not_called_like_what_rules_write_for_other_visits(
    name: str,
) -> None:
    visits = (
        f"visits:\n  {name}: {{title: V}}\nschedule:\n  columns: {name}\n  base: X\n"
    )
    assert said(visits) == ["1.yaml:2:3 reserved-name"]


def test_a_field_stands_once_in_a_form_whatever_its_group() -> None:
    again = "groups:\n  g:\n    fields:\n      a: {label: Again}\n"
    text = "form: x\ntitle: X\nfields:\n  a: {label: A}\n" + again
    found = findings(text)
    assert [(one.code, str(one.text), str(one.related[0])) for one in found] == [
        ("duplicate-name", "1.yaml:8:7", "1.yaml:4:3")
    ]


def test_a_row_does_not_repeat_a_name_of_its_form() -> None:
    rows = "groups:\n  r:\n    rows: {max: 3}\n    fields:\n      a: {label: Again}\n"
    assert said("form: x\ntitle: X\nfields:\n  a: {label: A}\n" + rows) == [
        "1.yaml:9:7 duplicate-name"
    ]


def test_two_groups_of_rows_may_have_the_same_names() -> None:
    groups = "".join(
        f"  {g}:\n    rows: {{max: 3}}\n    fields:\n      a: {{label: A}}\n"
        for g in ("r1", "r2")
    )
    assert said("form: x\ntitle: X\ngroups:\n" + groups) == []


def test_the_field_of_a_chosen_unit_counts() -> None:
    unit = "unit: {kg: {}, lb: {to: kg, as: value * 0.45359237}}"
    text = form(
        f"w: {{label: Weight, type: decimal, {unit}}}", "wu: {label: Unit of my own}"
    )
    assert said(text) == ["1.yaml:5:3 duplicate-name"]


def test_rows_may_have_the_name_of_a_form_without_fields_of_its_own() -> None:
    rows = "groups:\n  x:\n    rows: {max: 3}\n    fields:\n      a: {label: A}\n"
    assert said("form: x\ntitle: X\n" + rows) == []
    assert said("form: x\ntitle: X\nfields:\n  b: {label: B}\n" + rows) == [
        "1.yaml:6:3 duplicate-name"
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (
            "form: base\ntitle: Base again\nfields:\n  a: {label: A}\n",
            "frame/base.yaml:2:7",
        ),
        ("codelists:\n  SIDE: {L: Left}\n", "frame/codelists.yaml:3:3"),
    ],
)
def test_forms_and_codelists_of_two_files_do_not_share_a_name(
    text: str, place: str
) -> None:
    assert f"{place} duplicate-name" in said(text)
