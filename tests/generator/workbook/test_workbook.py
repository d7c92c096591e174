"""A dictionary as a workbook and back: what nobody changed is the same, byte for byte,
and what somebody changed is changed alone.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache

import pytest

from forms_spec import load_study
from forms_spec.findings.catalogue import CATALOGUE
from forms_spec.loader import LoadResult
from forms_spec.loading.file_nouns import NOUNS
from forms_spec.yaml_source.reader import read_document
from generator.targets.codebook_csv import write as codebook
from generator.workbook.convert import ReadWorkbook, read_workbook
from generator.workbook.layout import SHEETS
from generator.workbook.write_workbook import write_workbook
from tests.generator.targets.studies import STUDIES, random_study
from tests.generator.workbook.sheets import (
    Book,
    cells_of,
    column_of,
    edited,
    put,
    row_of,
    saved,
)
from tests.soak import some

NAME = "study.xlsx"
PULSE = ("vs", "circulation", "pulse_vsorres")
POSITION = ("vs", "taken", "vspos")


@cache
def cellkine() -> Mapping[str, str]:
    return STUDIES["cellkine"]().study.files


def read(edit: Callable[[Book], None]) -> ReadWorkbook:
    """Cellkine's workbook, after somebody worked in it."""
    return read_workbook(NAME, edited(cellkine(), edit))


def changes(result: ReadWorkbook) -> list[str]:
    """The lines of all files that are gone and new."""
    assert result.usable, [item.message for item in result.findings]
    lines = []
    for name in sorted({*cellkine(), *result.files}):
        old, new = cellkine().get(name, ""), result.files.get(name, "")
        difference = difflib.unified_diff(old.split("\n"), new.split("\n"), n=0)
        lines += [
            f"{line[0]} {line[1:].strip()}"
            for line in difference
            if line[0] in "+-" and line[:3] not in ("+++", "---")
        ]

    return lines


def places(result: ReadWorkbook, code: str) -> list[str]:
    return [str(item.text) for item in result.findings if item.code == code]


@pytest.mark.parametrize("name", STUDIES)
def test_out_and_in_gives_the_same_hash(name: str) -> None:
    study = STUDIES[name]().study
    content = write_workbook(study.files)
    assert content == write_workbook(study.files)

    result = read_workbook(NAME, content)
    back = load_study(result.files).study
    assert result.files == dict(study.files)
    assert back is not None
    assert back.hash == study.hash


def test_every_part_of_a_dictionary_has_a_sheet() -> None:
    parts = {"form": "forms"}
    assert {parts.get(noun, noun) for noun in NOUNS} <= {sheet.name for sheet in SHEETS}


@cache
def examples() -> Mapping[str, LoadResult]:
    """The dictionaries of the catalogue's examples that can be used."""
    loaded = {}
    for code, entry in CATALOGUE.items():
        files = {
            f"part-{number}.yaml": text
            for number, text in enumerate(entry.example.split("---\n"))
        }
        loaded[code] = load_study({"study.yaml": STUDY_TEXT, **files})

    return {code: result for code, result in loaded.items() if result.study}


STUDY_TEXT = """\
study: X
title: Example   # of a study
subject: {pattern: '[0-9]+', example: '1'}
"""


def test_the_examples_of_the_catalogue_come_back_and_say_the_same() -> None:
    assert len(examples()) >= 15
    for code, loaded in some(examples().items(), 15):
        assert loaded.study is not None
        files = loaded.study.files
        result = read_workbook(NAME, write_workbook(files))
        assert result.files == dict(files), code
        assert [item.code for item in result.findings] == [
            item.code for item in loaded.findings
        ]


@pytest.mark.parametrize("seed", some(range(100, 160), 3))
def test_the_sheets_alone_say_the_same_study(seed: int) -> None:
    study = random_study(seed).study
    result = read_workbook(NAME, edited(study.files, lambda book: book.pop("texts")))
    assert result.usable, [item.message for item in result.findings]
    back = load_study(result.files).study
    assert back is not None
    assert codebook(back) == codebook(study)
    # Nothing but the comments and the layout was in the texts alone.
    again = read_workbook(NAME, write_workbook(result.files))
    assert again.files == result.files


def test_cellkine_is_in_its_sheets() -> None:
    result = read(lambda book: book.pop("texts"))
    back = load_study(result.files).study
    assert places(result, "sheet-texts-missing") == ["study.xlsx: texts!A1"]
    assert back is not None
    assert codebook(back) == codebook(STUDIES["cellkine"]().study)
    assert list(back.rules) == list(STUDIES["cellkine"]().study.rules)


def test_every_cell_is_text_and_the_sheets_are_ready_to_work_in() -> None:
    book = cells_of(write_workbook(cellkine()))
    cells = [cell for rows in book.values() for row in rows for cell in row]
    assert {type(cell) for cell in cells} == {str}
    assert row_of(book, "sites", "01", "Mayo Clinic Florida")
    assert book["fields"][0][column_of(book, "fields", "range")] == (
        "What is accepted, as [low, high]. null: no limit."
    )


def test_a_changed_cell_changes_its_value_alone() -> None:
    def edit(book: Book) -> None:
        put(book, "fields", POSITION, "label", "Position: now")
        put(book, "parameters", ("vol_ml_joint",), "unit", "ml")

    assert changes(read(edit)) == [
        "- label: Position",
        "+ label: 'Position: now'",
        "- vol_ml_joint: {value: 1.0, label: Volume per joint, unit: mL, source: first "
        "patients' report}",
        "+ vol_ml_joint: {value: 1.0, label: Volume per joint, unit: ml, source: first "
        "patients' report}",
    ]


def test_comments_stay_beside_what_changes() -> None:
    def edit(book: Book) -> None:
        put(book, "schedule", ("rp",), "condition", "dm.sex = 'F'")
        put(book, "schedule", ("vs",), "D35", "o")

    assert changes(read(edit)) == [
        "- vs:      X   X  C  .   X  X  X  X   X   X   o   X",
        "+ vs:      X   X  C  o   X  X  X  X   X   X   o   X",
        "- rp: dm.sex <> 'M'                   # a man has no such form",
        "+ rp: dm.sex = 'F'                   # a man has no such form",
    ]


def test_rows_can_be_added_moved_renamed_and_deleted() -> None:
    def edit(book: Book) -> None:
        fields = book["fields"]
        put(book, "fields", POSITION, "field", "posture")
        del fields[row_of(book, "fields", "vs", "taken", "vstim")]
        new = ["vs", "circulation", "glucose", "Glucose", "decimal"]
        place = row_of(book, "fields", *PULSE)
        fields.insert(place, new + [""] * (len(fields[1]) - len(new)))

    result = read(edit)
    assert changes(result) == [
        "- vstim: {label: Time, type: time, cdash: VSTIM}",
        "- vspos:",
        "+ posture:",
        "+ glucose: {label: Glucose, type: decimal}",
    ]
    assert places(result, "sheet-renamed") == ["study.xlsx: fields!C472"]
    [deleted] = [item for item in result.findings if item.code == "sheet-deleted"]
    assert deleted.message == "Deleted, because the rows are gone: vs.taken.vstim"


TWO_FORMS = {
    "study.yaml": STUDY_TEXT,
    "forms/a.yaml": "form: a\ntitle: A\nlog: true\nfields:\n  x: {label: X}\n",
    "forms/b.yaml": "form: b\ntitle: B\nlog: true\nfields:\n  y: {label: Y}\n",
}


def test_a_form_leaves_with_its_rows() -> None:
    def edit(book: Book) -> None:
        for sheet in ("forms", "fields"):
            del book[sheet][row_of(book, sheet, "b")]

    result = read_workbook(NAME, edited(TWO_FORMS, edit))
    assert list(result.files) == ["study.yaml", "forms/a.yaml"]
    assert places(result, "sheet-deleted") == [
        "study.xlsx: forms!A1",
        "study.xlsx: fields!A1",
    ]


def test_a_new_form_and_a_new_codelist_have_files() -> None:
    def edit(book: Book) -> None:
        book["forms"].append(["c", "C", "", "true"])
        book["fields"].append(["c", "", "z", "Z", "choice", "YN"])
        book["codelists"] += [["YN", "Y", "Yes"], ["YN", "N", "No"]]

    result = read_workbook(NAME, edited(TWO_FORMS, edit))
    assert result.files["forms/c.yaml"] == (
        "form: c\ntitle: C\nlog: true\n"
        "fields: {z: {label: Z, type: choice, codes: YN}}\n"
    )
    assert result.files["codelists.yaml"] == ("codelists: {YN: {Y: Yes, N: No}}\n")
    assert result.files["study.yaml"] == STUDY_TEXT


def wrong_entries(book: Book) -> None:
    put(book, "fields", POSITION, "type", "choise")
    put(book, "fields", PULSE, "label", "")
    put(book, "rules", ("C01_sv",), "assert", "visdat > icf.nowhere")
    put(book, "schedule", ("rp",), "condition", "dm.sexx = 'F'")


def wrong_cells(book: Book) -> None:
    put(book, "fields", ("vs", "taken", "vsdat"), "field", "")
    put(book, "fields", ("vs", "taken", "vstim"), "form", "vz")
    put(book, "fields", POSITION, "codes", "{A: b")
    put(book, "fields", PULSE, "label", 7.0)
    put(book, "sites", ("01",), "site", 1.0)
    put(book, "rules", ("C01_sv",), "file", "../evil.yaml")
    book["fields"].append(book["fields"][2])


def wrong_sheets(book: Book) -> None:
    book["fields"][1][column_of(book, "fields", "label")] = "labels"
    book["Notes"] = [["to do"]]
    del book["rules"]


def wrong_texts(book: Book) -> None:
    book["texts"][1][3] = '"study: other"'


FAULTS: Mapping[Callable[[Book], None], Mapping[str, Sequence[str]]] = {
    wrong_entries: {
        "unknown-type": ["fields!E473"],
        "label-missing": ["fields!D485"],
        "rule-unknown-field": ["rules!E37", "schedule!N6"],
    },
    wrong_cells: {
        "sheet-name-missing": ["fields!C471"],
        "sheet-parent": ["fields!A472"],
        "sheet-cell": ["fields!F473"],
        "sheet-not-text": ["sites!A3", "fields!D485"],
        "sheet-file": ["rules!J37"],
        "sheet-twice": ["fields!C500"],
    },
    wrong_sheets: {
        "sheet-column": ["fields!D2"],
        "sheet-column-missing": ["fields!A1"],
        "sheet-unknown": ["Notes!A1"],
        "sheet-missing": ["rules!A1"],
    },
    wrong_texts: {"sheet-texts-damaged": ["texts!A1"]},
}


@pytest.mark.parametrize("edit", FAULTS)
def test_faults_are_shown_at_their_cells(edit: Callable[[Book], None]) -> None:
    result = read(edit)
    assert result.files == {}
    for code, cells in FAULTS[edit].items():
        expected = {f"{NAME}: {cell}" for cell in cells}
        assert set(places(result, code)) == expected, code


def test_an_error_of_a_formula_is_no_empty_cell() -> None:
    def edit(book: Book) -> None:
        put(book, "fields", PULSE, "range", "=1/0")

    book = cells_of(write_workbook(cellkine()))
    edit(book)
    result = read_workbook(NAME, saved(book, formulas=True))
    assert places(result, "sheet-error-cell") == [f"{NAME}: fields!H485"]
    assert result.files == {}


def test_a_file_that_is_no_workbook_is_refused() -> None:
    result = read_workbook(NAME, b"study: X")
    assert [str(item.text) for item in result.findings] == [NAME]
    assert not result.usable


def test_a_merged_cell_counts_for_all_its_rows() -> None:
    book = cells_of(write_workbook(TWO_FORMS))
    fields = book["fields"]
    fields.insert(3, ["", "", "x2", "X2"])
    content = saved(book, merged={"fields": (2, 0, 3, 0)})
    assert read_workbook(NAME, content).files["forms/a.yaml"] == (
        TWO_FORMS["forms/a.yaml"] + "  x2: {label: X2}\n"
    )


def test_a_value_that_no_cell_can_have_stays_as_it_is() -> None:
    codes = ", ".join(f"C{number}: Code number {number}" for number in range(2_000))
    long = f"  z: {{label: Z, type: choice, codes: {{{codes}}}}}\n"
    files = TWO_FORMS | {"forms/b.yaml": TWO_FORMS["forms/b.yaml"] + long}

    def edit(book: Book) -> None:
        put(book, "fields", ("b", "", "z"), "label", "Zed")

    assert read_workbook(NAME, write_workbook(files)).files == files
    changed = read_workbook(NAME, edited(files, edit)).files["forms/b.yaml"]
    assert changed == files["forms/b.yaml"].replace("label: Z,", "label: Zed,")


def test_numbers_dates_and_blanks_are_read_as_people_see_them() -> None:
    def edit(book: Book) -> None:
        put(book, "fields", ("a", "", "x"), "label", "  Two\r\nlines ")
        put(book, "fields", ("a", "", "x"), "length", 60.0)
        put(book, "fields", ("b", "", "y"), "type", "date")
        put(book, "fields", ("b", "", "y"), "default", date(2024, 1, 31))

    files = read_workbook(NAME, edited(TWO_FORMS, edit)).files
    assert "length: 60}" in files["forms/a.yaml"].replace("\n", "}")
    assert "default: 2024-01-31" in files["forms/b.yaml"]
    form = read_document("a", files["forms/a.yaml"])
    assert form.value(("fields", "x", "label")) == "Two\nlines"
