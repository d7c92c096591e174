"""The schema of a table says what the dictionary says, and lists what it cannot say."""

from __future__ import annotations

from typing import Any

import pytest
from frictionless import Package

from forms_spec.model.study import Study
from generator.losses import Loss
from generator.tables.descriptor import descriptor
from generator.tables.losses import losses
from generator.tables.schema import table_schema
from tests.studies import FILES, small_study, study_of


def field(
    name: str, *, table: str = "vs", study: Study | None = None
) -> dict[str, Any]:
    used = study or small_study()
    [found] = [
        one
        for one in table_schema(used, used.tables[table])["fields"]
        if one["name"] == name
    ]
    return found


def with_field(text: str) -> Study:
    """The small study with another field ``x`` on the laboratory form."""
    return study_of(
        {**FILES, "forms/lb.yaml": FILES["forms/lb.yaml"] + f"  x: {text}\n"}
    )


def test_frictionless_takes_the_whole_descriptor() -> None:
    assert Package.metadata_validate(descriptor(small_study())) is not None
    assert list(Package.metadata_validate(descriptor(small_study()))) == []


def test_a_number_has_type_range_unit_and_reasons_for_its_absence() -> None:
    assert field("sysbp") == {
        "name": "sysbp",
        "title": "Systolic",
        "type": "integer",
        "constraints": {"minimum": 60, "maximum": 260},
        "missingValues": [
            {"value": "", "label": "blank"},
            {"value": "ND", "label": "Not done"},
        ],
        "crfsmith:type": "integer",
        "crfsmith:range": "[60, 260]",
        "crfsmith:expected": "[90, 160]",
        "crfsmith:unit": "mmHg",
    }


@pytest.mark.parametrize("places", [0, 1])
def test_decimal_places_are_said_though_they_be_none(places: int) -> None:
    study = with_field(f"{{label: X, type: decimal, places: {places}}}")
    assert field("x", table="lb", study=study)["crfsmith:places"] == places


def test_a_choice_has_its_codes_and_their_labels() -> None:
    found = field("vsperf")
    assert found["constraints"] == {"enum": ["Y", "N"]}
    assert found["categories"] == [
        {"value": "Y", "label": "Yes"},
        {"value": "N", "label": "No"},
    ]


def test_a_required_field_may_be_blank_in_a_draft() -> None:
    assert "required" not in field("vsperf")["constraints"]
    assert field("vsperf")["crfsmith:required"] is True
    assert any(
        loss.field == "vs.vsperf" and loss.facet == "required"
        for loss in losses(small_study())
    )


@pytest.mark.parametrize(
    ("text", "constraints"),
    [
        ("{label: X, type: integer, range: [0.5, 9.5]}", {"minimum": 1, "maximum": 9}),
        ("{label: X, type: integer, range: '(0, 10)'}", {"minimum": 1, "maximum": 9}),
        (
            "{label: X, type: decimal, range: '(0, 100]'}",
            {"exclusiveMinimum": 0, "maximum": 100},
        ),
        (
            "{label: X, type: decimal, range: [0.1, $temp_max]}",
            {"minimum": 0.1, "maximum": 43},
        ),
        (
            "{label: X, type: integer, range: [-5, null]}",
            {"minimum": -5, "maximum": 999999999999999},
        ),
        (
            "{label: X, type: date, range: [2020-01-31, today]}",
            {"minimum": "2020-01-31"},
        ),
        (
            "{label: X, type: time, range: ['08:00', '18:30']}",
            {"minimum": "08:00", "maximum": "18:30"},
        ),
        (
            "{label: X, type: time, seconds: true, range: ['08:00', null]}",
            {"minimum": "08:00:00"},
        ),
        (
            "{label: X, type: decimal, unit: {C: {}, F: {to: C, as: (value - 32) * 5 "
            "/ 9}}, "
            "range: {C: [33, 43], F: [91.4, 109.4]}}",
            {"minimum": 33, "maximum": 109.4},
        ),
        (
            "{label: X, type: decimal, unit: {C: {}, F: {to: C, as: (value - 32) * 5 "
            "/ 9}}, "
            "range: {C: [33, 43]}}",
            {"minimum": 33, "maximum": 109.4},
        ),
        (
            (
                "{label: X, type: decimal, unit: {k: {}, r: {to: k, as: 1 / value}}, "
                "range: {k: [1, 10]}}"
            ),
            {"exclusiveMinimum": -(10**15), "exclusiveMaximum": 10**15},
        ),
    ],
)
def test_a_range_with_known_ends_becomes_constraints(
    text: str, constraints: dict[str, Any]
) -> None:
    assert field("x", table="lb", study=with_field(text))["constraints"] == constraints


@pytest.mark.parametrize(
    ("text", "facet"),
    [
        ("{label: X, type: date, range: [null, today]}", "range"),
        ("{label: X, type: partial_date, range: [2020-01-01, null]}", "range"),
        ("{label: X, type: decimal, range: [null, hb]}", "range"),
        ("{label: X, type: integer, expected: [1, 2]}", "expected"),
        ("{label: X, type: integer, show_when: hb > 10}", "show_when"),
        ("{label: X, type: integer, required: hb > 10}", "required"),
        ("{label: X, type: calculated, value: hb * 2}", "value"),
        ("{label: X, type: integer, missing: [PND]}", "missing"),
        ("{label: X, type: file, accept: [pdf], size: 1 MB}", "size"),
        ("{label: X, type: decimal}", "kind"),
    ],
)
def test_what_the_schema_cannot_say_is_listed(text: str, facet: str) -> None:
    assert facet in {
        loss.facet for loss in losses(with_field(text)) if loss.field == "lb.x"
    }


def test_what_the_schema_says_in_full_is_not_listed() -> None:
    found = losses(
        with_field("{label: X, type: long_text, length: [1, 8], missing: [ND]}")
    )
    assert not [loss for loss in found if loss.field == "lb.x"]


def test_rows_belong_to_their_form_and_forms_to_their_subject() -> None:
    tables = small_study().tables
    assert table_schema(small_study(), tables["reading"])["foreignKeys"] == [
        {
            "fields": ["subjid", "visitid", "unsno"],
            "reference": {"resource": "vs", "fields": ["subjid", "visitid", "unsno"]},
        }
    ]
    for name in ("vs", "ae"):
        [key] = table_schema(small_study(), tables[name])["foreignKeys"]
        assert key["reference"] == {
            "resource": "subjects",
            "fields": ["siteid", "subjid"],
        }
    assert table_schema(small_study(), tables["ae"])["primaryKey"] == [
        "subjid",
        "rowno",
    ]
    assert table_schema(small_study(), tables["reading"])["primaryKey"] == [
        "subjid",
        "visitid",
        "unsno",
        "rowno",
    ]


def test_every_field_of_the_dictionary_has_a_column() -> None:
    resources = {
        one["name"]: one["schema"]["fields"]
        for one in descriptor(small_study())["resources"]
    }
    for table in small_study().tables.values():
        assert {one.name for one in table.fields} <= {
            one["name"] for one in resources[table.name]
        }


def test_a_loss_has_a_reason() -> None:
    assert all(isinstance(loss, Loss) and loss.why for loss in losses(small_study()))
