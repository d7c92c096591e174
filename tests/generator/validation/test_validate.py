"""Every damage to a package is a finding with its file and line, and never a traceback."""

from __future__ import annotations

import csv
import json
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_spec.evaluation import judge
from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_data import Context, InMemoryCasebook
from forms_spec.model.captured_forms import CapturedForm
from generator.validation.open_package import Engine
from generator.validation.report.report import Report
from generator.validation.validate import validate_package
from tests.package_cases import GOOD_VS, any_forms, captured, clean_forms, write
from tests.soak import examples
from tests.studies import FILES, small_study


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return write(tmp_path / "package", clean_forms())


def change(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))


def codes(report: Report) -> set[str]:
    return {one.finding.code for one in report.findings}


def located(report: Report) -> list[tuple[str, str | None, int | None, str | None]]:
    """Code, table, line and field of every finding but the remark that a file was
    changed.
    """
    return [
        (one.finding.code, one.table, one.row, one.field)
        for one in report.findings
        if one.finding.code != "file-changed"
    ]


def said(code: str, table: str | None, row: int | None, field: str | None) -> str:
    place = f" {table}:{row}" if row else f" {table}" if table else ""
    return f"{code}{place}{f' {field}' if field else ''}"


@pytest.mark.parametrize("name", ["package", "package.zip"])
def test_a_clean_package_is_valid(tmp_path: Path, name: str) -> None:
    report = validate_package(write(tmp_path / name, clean_forms()))
    assert (
        located(report),
        report.valid,
        report.counts.subjects,
        report.counts.forms,
    ) == ([], True, 2, 5)


def test_the_descriptor_itself_may_be_given(package: Path) -> None:
    assert validate_package(package / "datapackage.json").valid


def test_a_zip_of_the_folder_is_read_like_the_folder(
    package: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "sent.zip", "w") as archive:
        for path in package.rglob("*"):
            archive.write(path, Path("my export") / path.relative_to(package))
    assert validate_package(tmp_path / "sent.zip").valid


def test_an_invalid_text_is_reported_once_in_the_words_of_the_page(
    tmp_path: Path,
) -> None:
    report = validate_package(
        write(tmp_path / "p.zip", [captured("lb SCR", {"hb": "12x"}, status=0)])
    )
    assert located(report) == [("not-a-number", "lb", 2, "hb")]
    assert report.findings[0].finding.value == "12x"
    assert report.findings[0].key == {
        "siteid": "01",
        "subjid": "01-001",
        "visitid": "SCR",
        "unsno": 0,
    }


def test_a_blank_that_is_required_counts_only_in_a_complete_form(
    tmp_path: Path,
) -> None:
    draft, complete = captured("vs SCR", {}, status=0), captured("vs SCR", {}, status=2)
    assert validate_package(write(tmp_path / "draft.zip", [draft])).valid
    assert ("vs", 2, "vsperf") in [
        one[1:]
        for one in located(validate_package(write(tmp_path / "p.zip", [complete])))
    ]


def test_a_date_after_the_data_cut_is_in_the_future(tmp_path: Path) -> None:
    form = captured("vs SCR", {**GOOD_VS, "vsdat": "2024-04-03"})
    [found] = located(validate_package(write(tmp_path / "p.zip", [form])))
    assert found[1:] == ("vs", 2, "vsdat")


def test_the_line_is_the_physical_one_after_cells_with_line_breaks(
    tmp_path: Path,
) -> None:
    forms = [
        captured("vs SCR", {**GOOD_VS, "remark": "one\ntwo\nthree"}),
        captured("vs SCR", {**GOOD_VS, "sysbp": "high"}, subject="02-001"),
    ]
    root = write(tmp_path / "package", forms)
    [found] = located(validate_package(root))
    assert found[1:] == ("vs", 5, "sysbp")
    assert b",high," in (root / "data" / "vs.csv").read_bytes().split(b"\n")[4]


Damage = Callable[[Path], None]


def edit(name: str, old: bytes, new: bytes) -> Damage:
    return lambda root: change(root / name, old, new)


def append(name: str, line: bytes) -> Damage:
    return lambda root: (root / name).open("ab").write(line) and None


def overwrite(name: str, content: bytes) -> Damage:
    return lambda root: (root / name).write_bytes(content) and None


def recode(name: str) -> Damage:
    def damage(root: Path) -> None:
        text = (root / name).read_text("utf-8").replace("Headache", "Köpfweh")
        (root / name).write_bytes(text.encode("latin-1"))

    return damage


def reorder(root: Path) -> None:
    path = root / "data" / "lb.csv"
    with path.open(newline="") as file:
        rows = [[*row[:4], row[5], row[4]] for row in csv.reader(file)]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def part_by(name: str, delimiter: str) -> Damage:
    """As a spreadsheet saves a table where the comma is the decimal sign."""

    def damage(root: Path) -> None:
        with (root / name).open(newline="") as file:
            rows = list(csv.reader(file))
        with (root / name).open("w", newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows(rows)

    return damage


LB, VS, AE, FORMS = "data/lb.csv", "data/vs.csv", "data/ae.csv", "data/forms.csv"
READING = "data/reading.csv"
NEW_FORM = b"01,01-009,SCR,0,vs,0,1,2024-04-02T10:30:00Z,x\r\n"

DAMAGES: list[tuple[str, Damage, str]] = [
    (
        "a missing file",
        lambda root: (root / LB).unlink(),
        "form-without-row forms:3 form, missing-file lb",
    ),
    ("an empty file", overwrite(READING, b""), "empty-table reading:1"),
    ("Latin-1", recode(AE), "not-utf8 ae:2 aeterm"),
    (
        "UTF-16",
        overwrite(READING, "a,b".encode("utf-16")),
        "utf-16 reading:1, empty-table reading:1",
    ),
    (
        "old line ends",
        overwrite(READING, b"a,b\r1,2\r"),
        "mac-line-ends reading:1, empty-table reading:1",
    ),
    (
        "a byte order mark",
        edit(LB, b"siteid", b"\xef\xbb\xbfsiteid"),
        "byte-order-mark lb:1",
    ),
    ("a row too long", edit(LB, b"13.5\r\n", b"13.5,x\r\n"), "too-many-cells lb:2"),
    ("a row too short", edit(LB, b",13.5\r\n", b"\r\n"), "too-few-cells lb:2"),
    ("a blank line", edit(LB, b"\r\n01,", b"\r\n\r\n01,"), "blank-line lb:2"),
    ("a row of commas", append(LB, b",,,,,\r\n"), "blank-line lb:3"),
    (
        "an unknown column",
        edit(LB, b"hb", b"hbb"),
        "unknown-column lb:1 hbb, missing-column lb:1 hb",
    ),
    (
        "a column twice",
        edit(LB, b",hb", b",hb,hb"),
        "repeated-column lb:1 hb, too-few-cells lb:2",
    ),
    ("semicolons", part_by(LB, ";"), "saved-by-program"),
    ("tabs", part_by(LB, "\t"), "saved-by-program"),
    ("columns in another order", reorder, "column-order lb:1"),
    ("a NUL", edit(AE, b"severe", b"sev\0ere"), "control-character ae:2 aeterm"),
    (
        "a NUL in a name",
        edit(FORMS, b"nurse", b"nu\0rse"),
        "nul-character forms:2 saved_by",
    ),
    ("a stray quotation mark", edit(LB, b"AB12", b'"AB"12'), "bad-quoting lb:2"),
    ("an open quotation mark", edit(LB, b"AB12", b'"AB12'), "unclosed-quote lb:2"),
    ("a row twice", append(LB, b"01,01-001,SCR,0,AB12,13.5\r\n"), "repeated-row lb:3"),
    (
        "an unknown subject",
        append(FORMS, NEW_FORM),
        "unknown-subject forms:7, form-without-row forms:7 form",
    ),
    ("a subject at another site", edit(LB, b"\r\n01,", b"\r\n02,"), "other-site lb:2"),
    (
        "a row without form",
        append(LB, b"01,01-001,UNS,1,AB12,13.5\r\n"),
        "row-without-form lb:3",
    ),
    (
        "a form without row",
        edit(LB, b"01,01-001,SCR,0,AB12,13.5\r\n", b""),
        "form-without-row forms:3 form",
    ),
    (
        "no such visit",
        edit(LB, b"SCR", b"XYZ"),
        "form-without-row forms:3 form, cell-constraint lb:2 visitid",
    ),
    (
        "no row number",
        edit(READING, b",0,1,", b",0,one,"),
        "bad-key-number reading:2 rowno",
    ),
    (
        "a form outside the schedule",
        edit(FORMS, b"SCR,0,lb", b"UNS,3,lb"),
        (
            "form-not-in-schedule forms:3 form, row-without-form lb:2, "
            "form-without-row forms:3 form"
        ),
    ),
    (
        "a log form at a visit",
        edit(FORMS, b"LOG,0,ae", b"SCR,0,ae"),
        "wrong-visit forms:2 visitid, row-without-form ae:2",
    ),
    (
        "a visit that does not repeat",
        edit(FORMS, b"SCR,0,lb", b"SCR,1,lb"),
        (
            "visit-does-not-repeat forms:3 unsno, row-without-form lb:2, "
            "form-without-row forms:3 form"
        ),
    ),
    (
        "a visit that repeats, without its number",
        edit(FORMS, b"SCR,0,lb", b"UNS,0,lb"),
        (
            "visit-not-numbered forms:3 unsno, row-without-form lb:2, "
            "form-without-row forms:3 form"
        ),
    ),
    (
        "a file that nobody lists",
        overwrite("data/more.csv", b"a\r\n1\r\n"),
        "unlisted-file",
    ),
]


@pytest.mark.parametrize(
    ("damage", "expected"),
    [one[1:] for one in DAMAGES],
    ids=[one[0] for one in DAMAGES],
)
def test_each_damage_is_a_finding_in_its_place(
    package: Path, damage: Damage, expected: str
) -> None:
    damage(package)
    found = {said(*one) for one in located(validate_package(package))}
    assert found >= set(expected.split(", "))
    strange = {one.split()[0] for one in found} - {
        one.split()[0] for one in expected.split(", ")
    }
    assert not strange - {"required"}


@pytest.mark.parametrize("engine", Engine)
def test_a_file_with_other_delimiters_is_named_once_and_read(
    package: Path, engine: Engine
) -> None:
    part_by("data/subjects.csv", ";")(package)
    [cause] = [one.finding for one in validate_package(package, engine=engine).findings]
    assert cause.code == "saved-by-program"
    assert cause.message == (
        "data/subjects.csv came back from R (read.csv, write.csv) or a spreadsheet: "
        "cells are separated by"
        " semicolons (1 table). Everything is validated as exported."
    )


def test_a_column_that_was_renamed_is_told_as_such(package: Path) -> None:
    change(package / LB, b"lbcode", b"lb_code")
    said = {
        one.finding.code: one.finding.remedy
        for one in validate_package(package).findings
    }
    assert said["missing-column"].startswith('If "lb_code" is meant, name it lbcode. ')


def test_a_file_changed_after_the_export_is_told(package: Path) -> None:
    change(package / "data" / "lb.csv", b"13.5", b"13.6")
    assert codes(validate_package(package)) == {"file-changed"}


def test_an_upload_has_to_be_there_and_unchanged(tmp_path: Path) -> None:
    form = captured("vs SCR", {**GOOD_VS, "scan": "files/0123456789abcdef/scan.pdf"})
    root = write(tmp_path / "package", [form])
    assert located(validate_package(root)) == [("upload-missing", "vs", 2, "scan")]
    (root / "files/0123456789abcdef").mkdir(parents=True)
    (root / "files/0123456789abcdef/scan.pdf").write_bytes(b"another")
    assert located(validate_package(root)) == [("upload-changed", "vs", 2, "scan")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "broken-descriptor"),
        ("[]", "broken-descriptor"),
        ("{}", "broken-descriptor"),
        ("[" * 100_000, "broken-descriptor"),
    ],
    ids=["cut off", "a list", "no resources", "too deep"],
)
def test_a_broken_descriptor_cannot_be_read(
    package: Path, text: str, code: str
) -> None:
    (package / "datapackage.json").write_text(text)
    assert codes(validate_package(package)) == {code}


def test_nothing_at_the_path_cannot_be_read(tmp_path: Path) -> None:
    assert codes(validate_package(tmp_path / "none.zip")) == {"no-package"}
    assert codes(validate_package(tmp_path)) == {"no-descriptor"}


def test_a_member_that_is_cut_off_is_told_and_the_others_are_judged(
    tmp_path: Path,
) -> None:
    forms = [captured("vs SCR", {**GOOD_VS, "remark": "long " * 2000, "sysbp": "high"})]
    path = write(tmp_path / "p.zip", forms)
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("audit.csv").header_offset + 30 + len("audit.csv")
    content = bytearray(path.read_bytes())
    content[start : start + 8] = b"\xff" * 8
    path.write_bytes(bytes(content))
    assert {"broken-file", "not-an-integer"} <= codes(validate_package(path))


def test_another_dictionary_may_judge(package: Path) -> None:
    stricter = {
        **FILES,
        "forms/lb.yaml": FILES["forms/lb.yaml"].replace(
            "places: 1", "places: 1, range: [0, 10]"
        ),
    }
    report = validate_package(package, dictionary=stricter)
    assert {"dictionary-differs", "schema-differs"} <= codes(report)
    assert ("lb", 2, "hb") in [one[1:] for one in located(report)]


def test_without_a_dictionary_the_cells_are_still_judged(package: Path) -> None:
    for path in (package / "dictionary").rglob("*.yaml"):
        path.unlink()
    change(package / LB, b"13.5", b"12x")
    found = located(validate_package(package))
    assert ("dictionary-missing", None, None, None) in found
    assert ("cell-type", "lb", 2, "hb") in found


def test_a_table_beside_the_dictionary_is_judged_by_its_own_schema(
    package: Path,
) -> None:
    descriptor = json.loads((package / "datapackage.json").read_text())
    schema = {"fields": [{"name": "a", "type": "integer"}]}
    descriptor["resources"] += [
        {"name": "extra", "path": "data/extra.csv", "schema": schema},
        {
            "name": "other",
            "path": "data/other.csv",
            "schema": schema,
            "dialect": {"delimiter": ";"},
        },
    ]
    (package / "datapackage.json").write_text(json.dumps(descriptor))
    (package / "data" / "extra.csv").write_bytes(b"a\r\n1\r\none\r\n")
    found = {said(*one) for one in located(validate_package(package))}
    assert {
        "cell-type extra:3 a",
        "unknown-table extra",
        "resource-not-judged other",
    } <= found


def test_a_flood_of_findings_is_counted_in_full_and_listed_in_part(
    tmp_path: Path,
) -> None:
    forms = [
        captured("lb SCR", {"hb": "12x"}, subject=f"01-{number:03}", status=0)
        for number in range(300)
    ]
    report = validate_package(write(tmp_path / "p.zip", forms), limit=10)
    assert (report.counts.findings, report.counts.located, len(report.findings)) == (
        300,
        10,
        10,
    )
    assert [one.row for one in report.findings] == list(range(2, 12))
    assert report.counts.by_field == {"lb.hb": 300}


def test_progress_is_told_to_the_end_of_both_parts(package: Path) -> None:
    told: dict[str, tuple[int, int]] = {}
    validate_package(
        package,
        on_progress=lambda what, done, total: told.update({what: (done, total)}),
    )
    assert told["evaluating"] == (5, 5)
    assert told["reading"][0] == told["reading"][1] > 0


@settings(max_examples=examples(15, 60))
@given(forms=any_forms())
def test_it_says_of_every_form_what_the_page_says_and_nothing_else(
    forms: list[CapturedForm],
) -> None:
    study = small_study()
    today = max((form.saved_at.astimezone().date() for form in forms), default=date.max)
    expected = Counter[tuple[str, str, int | None, str | None, str | None]]()
    for form in forms:
        context = Context(
            today=today,
            subject=form.subject,
            visit=form.key.visit,
            unsno=form.key.unsno,
            casebook=InMemoryCasebook(
                {one.key: one.record for one in forms if one.subject == form.subject}
            ),
        )
        judged = judge(
            study,
            study.forms[form.key.form],
            form.record,
            context,
            completing=form.status == 2,
        )
        for found in judged.findings:
            place = found.data or DataPlace(table=form.key.form)
            expected[
                (found.code, place.table, place.row, place.field, found.value)
            ] += 1
    with tempfile.TemporaryDirectory() as folder:
        report = validate_package(write(Path(folder) / "p.zip", forms))
    reported = Counter[tuple[str, str, int | None, str | None, str | None]]()
    for one in report.findings:
        if one.finding.code == "nul-character":
            continue  # in a reason or a user's name, which no form shows
        place = one.finding.data or DataPlace(table=one.table or "")
        reported[
            (one.finding.code, place.table, place.row, place.field, one.finding.value)
        ] += 1
    assert reported == expected


@settings(max_examples=examples(15, 60))
@given(data=st.data())
def test_no_random_damage_raises(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    root = write(tmp_path_factory.mktemp("damage") / "package", clean_forms())
    path = root / data.draw(
        st.sampled_from(
            [LB, VS, AE, FORMS, "data/subjects.csv", "queries.csv", "datapackage.json"]
        )
    )
    content = path.read_bytes()
    at = data.draw(st.integers(0, len(content)))
    cut = data.draw(st.integers(0, 20))
    path.write_bytes(
        content[:at] + data.draw(st.binary(max_size=20)) + content[at + cut :]
    )
    assert json.dumps([one.finding.code for one in validate_package(root).findings])
