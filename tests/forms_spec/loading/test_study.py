"""The study's own file, codelists, and what a folder of files amounts to."""

from __future__ import annotations

from decimal import Decimal

from forms_spec.loader import load_study
from tests.forms_spec.dictionaries import STUDY, dictionary, findings, load, said


def test_a_study_says_what_it_is() -> None:
    study = load().study
    assert study is not None
    assert (study.name, study.title, study.short) == ("T1", "A small study", "T1")
    assert (study.subject_example, dict(study.sites)) == ("01-007", {"01": "Site one"})
    assert (study.day_zero, study.date_order) == (("base.d",), None)
    assert list(study.forms) == ["base"]
    assert list(study.visits) == ["SCR", "D0"]


def test_missing_codes_have_labels_and_may_be_for_drafts_only() -> None:
    study = load(
        STUDY.replace("UNK: Unknown", "PND: {label: Result pending, draft_only: true}")
    ).study
    assert study is not None
    assert [
        (one.code, one.label, one.draft_only) for one in study.missing.values()
    ] == [
        ("ND", "Not done", False),
        ("PND", "Result pending", True),
    ]


def test_codes_are_written_three_ways() -> None:
    text = (
        "codelists:\n  A: {Y: Yes, N: No}\n  B: [SERUM, URINE]\n"
        "  C:\n    NONE: {label: None of them, exclusive: true}\n    QID: {label: "
        "Four times, number: 4}\n"
    )
    study = load(text).study
    assert study is not None
    assert [(one.code, one.label) for one in study.codelists["A"].codes] == [
        ("Y", "Yes"),
        ("N", "No"),
    ]
    assert [(one.code, one.label) for one in study.codelists["B"].codes] == [
        ("SERUM",) * 2,
        ("URINE",) * 2,
    ]
    assert [(one.exclusive, one.number) for one in study.codelists["C"].codes] == [
        (True, None),
        (False, Decimal(4)),
    ]


def test_the_hash_is_of_names_and_texts_and_nothing_else() -> None:
    files = dictionary()
    turned = dict(reversed(files.items()))
    one, two = load_study(files).study, load_study(turned).study
    assert one is not None
    assert two is not None
    assert one.hash == two.hash
    renamed = load_study(
        {name.replace("base", "b"): text for name, text in files.items()}
    ).study
    assert renamed is not None
    assert renamed.hash != one.hash
    data = load_study({**files, "subjects/01-001.yaml": "form: nothing"}).study
    assert data is not None
    assert data.hash == one.hash


def test_no_study_file_is_one_finding() -> None:
    assert [one.code for one in load_study({}).findings] == ["no-study"]
    assert "no-study" in [
        one.code for one in load_study({"a.yaml": "form: x\ntitle: X\n"}).findings
    ]


def test_all_findings_come_at_once_in_the_order_of_the_text() -> None:
    text = (
        "form: x\nfields:\n  a: {label: A, typ: integer, places: one}\n  b: {type: "
        "intger}\n"
        "  c: {label: C, type: choice, codes: SDE}\n  d: {label: D, show_when: e = 1}\n"
    )
    assert said(text) == [
        "1.yaml:1:1 missing-key",
        "1.yaml:3:17 unknown-key",
        "1.yaml:3:39 not-whole",
        "1.yaml:4:3 label-missing",
        "1.yaml:4:13 unknown-type",
        "1.yaml:5:38 unknown-codelist",
        "1.yaml:6:28 rule-unknown-name",
    ]


def test_nothing_seems_unknown_while_a_file_cannot_be_read() -> None:
    broken = "form: y\ntitle: Y: Z\nfields:\n  a: {label: A}\n"
    asks = "form: x\ntitle: X\nfields:\n  b: {label: B, show_when: y.a is known}\n"
    assert said(broken, asks) == ["1.yaml:2:9 colon-in-text"]


def test_a_codelist_that_cannot_be_read_is_not_unknown_too() -> None:
    asks = "form: x\ntitle: X\nfields:\n  b: {label: B, type: choice, codes: L}\n"
    assert said("codelists:\n  L: text\n", asks) == ["1.yaml:2:6 not-codes"]


def test_a_field_that_cannot_be_read_is_not_unknown_too() -> None:
    text = (
        "form: x\ntitle: X\nfields:\n  a: Question\n  b: {label: B, show_when: a = 1}\n"
    )
    assert said(text) == ["1.yaml:4:6 field-only-text"]


def test_a_comma_in_a_text_without_quotes_is_explained() -> None:
    (found,) = findings("form: x\ntitle: X\nfields:\n  a: {label: Pain now, at rest}\n")
    assert (found.code, str(found.text)) == ("unknown-key-without-value", "1.yaml:4:24")


def test_what_belongs_into_another_file_is_sent_there() -> None:
    (strange,) = findings(
        "form: x\ntitle: X\nfields: {a: {label: A}}\ncodelists: {A: [Y]}\n"
    )
    assert strange.code == "unknown-key"
    assert strange.remedy.startswith("Move codelists into a file of its own.")
