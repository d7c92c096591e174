"""The keys of a field, in every form in which they may be written."""

from __future__ import annotations

import pytest

from forms_spec.model.fields import Field
from tests.forms_spec.dictionaries import load, said


def field(keys: str) -> Field:
    loaded = load(f"form: x\ntitle: X\nfields:\n  a: {{label: A, {keys}}}\n")
    assert loaded.study is not None, loaded.findings
    found = loaded.study.field("x", "a")
    assert found is not None
    return found


def ends(one: Field) -> list[tuple[str | None, str | None, str | None, bool, bool]]:
    return [
        (
            unit,
            held.low and held.low.text,
            held.high and held.high.text,
            held.low_open,
            held.high_open,
        )
        for unit, held in one.ranges.items()
    ]


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("[60, 260]", (None, "60", "260", False, False)),
        ("[null, today]", (None, None, "today", False, False)),
        ("[0, ~]", (None, "0", None, False, False)),
        ("'[0, 100)'", (None, "0", "100", False, True)),
        ("'(0, null]'", (None, "0", None, True, False)),
        (
            "'( add_days(base.d, -3) , base.d ]'",
            (None, "add_days(base.d, -3)", "base.d", True, False),
        ),
    ],
)
def test_a_range_is_a_list_or_a_text(
    written: str, means: tuple[str | None, ...]
) -> None:
    kind = "integer" if "0" in written and "base" not in written else "date"
    assert ends(field(f"type: {kind}, range: {written}")) == [means]


def test_a_chosen_unit_has_ranges_by_unit() -> None:
    one = field(
        "type: decimal, unit: {C: {}, F: {to: C, as: (value - 32) * 5 / 9}}, "
        "range: {C: [33, 43], F: '(91, 110)'}, unit_field: aunit"
    )
    assert ends(one) == [
        ("C", "33", "43", False, False),
        ("F", "91", "110", True, True),
    ]
    assert one.unit is not None
    assert one.unit.companion == "aunit"
    assert [choice.to for choice in one.unit.choices] == [None, "C"]


def test_a_scale_goes_from_0_to_10_of_itself() -> None:
    assert ends(field("type: scale")) == [(None, "0", "10", False, False)]
    assert ends(field("type: scale, range: [1, 5]")) == [(None, "1", "5", False, False)]


@pytest.mark.parametrize(
    ("written", "means"), [("200", (None, 200)), ("[2, 200]", (2, 200))]
)
def test_a_length_is_the_most_or_both(
    written: str, means: tuple[int | None, int]
) -> None:
    one = field(f"length: {written}")
    assert (one.min_length, one.max_length) == means


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("'[A-Z]+'", ("[A-Z]+", None)),
        ("{matches: '[A-Z]+', message: capitals}", ("[A-Z]+", "capitals")),
    ],
)
def test_a_pattern_may_say_what_it_wants(
    written: str, means: tuple[str, str | None]
) -> None:
    pattern = field(f"pattern: {written}").pattern
    assert pattern is not None
    assert (pattern.expression, pattern.message) == means


@pytest.mark.parametrize(
    ("form", "written", "means"),
    [
        ("", "", []),
        ("missing: [ND]\n", "", ["ND"]),
        ("missing: all\n", "", ["ND", "UNK"]),
        ("missing: [ND]\n", ", missing: []", []),
        ("missing: [ND]\n", ", missing: [UNK]", ["UNK"]),
        ("", ", missing: all", ["ND", "UNK"]),
        ("", ", missing: [UNK, ND]", ["ND", "UNK"]),
    ],
)
def test_missing_codes_come_from_the_field_or_else_the_form(
    form: str, written: str, means: list[str]
) -> None:
    study = load(
        f"form: x\ntitle: X\n{form}fields:\n  a: {{label: A{written}}}\n"
    ).study
    assert study is not None
    assert [code.code for code in study.forms["x"].fields[0].missing] == means


@pytest.mark.parametrize(
    ("codes", "control"),
    [(2, "radio"), (7, "radio"), (8, "list"), (15, "list"), (16, "typeahead")],
)
def test_a_long_list_is_chosen_otherwise(codes: int, control: str) -> None:
    listed = ", ".join(f"C{n}" for n in range(codes))
    assert field(f"type: choice, codes: [{listed}]").control == control
    assert field(f"type: choice, codes: [{listed}], control: list").control == "list"


def test_a_file_has_endings_and_a_size() -> None:
    upload = field("type: file, accept: [.PDF, png], size: 10 MB").upload
    assert upload is not None
    assert (upload.endings, upload.size) == (("pdf", "png"), 10_000_000)


@pytest.mark.parametrize(
    ("gives", "kind"),
    [("", "decimal"), (", gives: integer", "integer"), (", gives: text", "text")],
)
def test_a_formula_gives_a_kind(gives: str, kind: str) -> None:
    value = "concat('a', 'b')" if kind == "text" else "base.n"
    assert field(f'type: calculated, value: "{value}"{gives}').kind.name == kind


@pytest.mark.parametrize(
    ("written", "means"),
    [("", False), (", required: true", True), (", required: false", False)],
)
def test_required_is_a_switch(written: str, means: bool) -> None:
    assert field(f"type: text{written}").required is means


def test_required_may_be_a_condition() -> None:
    required = field("required: base.p = 'Y'").required
    assert not isinstance(required, bool)
    assert required.text == "base.p = 'Y'"
    assert (required.place.line, required.place.column) == (4, 27)


@pytest.mark.parametrize(
    ("keys", "finding"),
    [
        ("required: yes please", "31 rule-unexpected"),
        ("identifier: yes", "29 not-true-or-false"),
        ("help: ' '", "17 empty-value"),
        ("help: null", "17 empty-value"),
        ("help: [a]", "23 not-text"),
        ("missing: ND", "26 missing-not-a-list"),
        ("missing: [ND, XX]", "31 unknown-missing-code"),
        ("missing: [ND, ND]", "31 listed-twice"),
        ("type: file, size: 10 XB", "35 not-a-size"),
        ("type: file, accept: pdf", "37 not-a-list"),
        ("type: calculated, gives: number, value: base.n", "42 not-one-of"),
        ("pattern: {match: a}", "27 unknown-key"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_place(keys: str, finding: str) -> None:
    assert f"1.yaml:4:{finding}" in said(
        f"form: x\ntitle: X\nfields:\n  a: {{label: A, {keys}}}\n"
    )
