"""A report begins with the fault of a file from which others follow, and says how many
do.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.validation import open_package
from generator.validation.open_package import Engine
from generator.validation.report.report import Report
from generator.validation.report.root_causes import Origin
from generator.validation.report.summary import look_first, origins_first
from generator.validation.validate import validate_package
from tests.generator.validation.report.test_report import text_of
from tests.package_cases import GOOD_VS, captured, clean_forms, write

Damage = Callable[[Path], None]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A clean package of twelve subjects."""
    forms = [
        form
        for number in range(1, 13)
        for form in (
            captured("vs SCR", GOOD_VS, subject=f"01-{number:03}"),
            captured(
                "lb SCR", {"lbcode": "AB12", "hb": "13.5"}, subject=f"01-{number:03}"
            ),
        )
    ]
    return write(tmp_path / "package", forms)


def replace(name: str, old: str, new: str) -> Damage:
    def damage(root: Path) -> None:
        path = root / name
        path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))

    return damage


def remove(name: str) -> Damage:
    return lambda root: (root / name).unlink()


def rename_header(name: str, old: str, new: str) -> Damage:
    def damage(root: Path) -> None:
        with (root / name).open(newline="") as file:
            header, *rows = csv.reader(file)
        with (root / name).open("w", newline="") as file:
            csv.writer(file).writerows(
                [[new if one == old else one for one in header], *rows]
            )

    return damage


def lose_zeros(root: Path) -> None:
    """As a spreadsheet does that takes a site for a number."""
    for path in root.glob("data/*.csv"):
        path.write_bytes(path.read_bytes().replace(b"01,01-", b"1,01-"))


def other_site(root: Path) -> None:
    for path in root.glob("data/*.csv"):
        path.write_bytes(path.read_bytes().replace(b"01,01-", b"9,01-"))


def all_semicolons(root: Path) -> None:
    for path in root.glob("data/*.csv"):
        with path.open(newline="") as file:
            rows = list(csv.reader(file))
        with path.open("w", newline="") as file:
            csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL).writerows(rows)


SUBJECTS, FORMS, LB, VS = (
    "data/subjects.csv",
    "data/forms.csv",
    "data/lb.csv",
    "data/vs.csv",
)

DAMAGES: dict[str, tuple[Damage, str]] = {
    "a missing table": (remove(LB), "missing-file lb: 12 form-without-row"),
    "semicolons beside those of answers": (replace(VS, ",", ";"),
        "other-delimiter vs: 12 form-without-row, 12 required-blank"),
    "semicolons": (replace(LB, ",", ";"), "saved-by-program in all tables"),
    "no forms": (remove(FORMS), "missing-file forms: 24 row-without-form"),
    "no subjects": (remove(SUBJECTS), "missing-file subjects: 48 unknown-subject"),
    "a key that was renamed": (rename_header(SUBJECTS, "subjid", "subject"),
        "missing-column subjects.subjid: 48 unknown-subject"),
    "a column that was renamed": (rename_header(VS, "vsperf", "vs_perf"),
        "missing-column vs.vsperf: 12 required-blank, 12 shown-unknown"),
    "a site that the study has not": (replace(SUBJECTS, ",01,", ",9,"),
        "12 cell-constraint subjects.siteid: up to 48 unknown-subject"),
    "a site that was renamed": (replace(SUBJECTS, ",01,", ",02,"), "48 other-site in all tables"),
    "subjects that were renamed": (replace(SUBJECTS, ",01-", ",1-"), "48 unknown-subject in all tables"),
    "zeros that one table lost": (replace(LB, "01,01-", "1,01-"), "saved-by-program in all tables"),
    "another site in one table": (replace(LB, "01,01-", "9,01-"),
        "12 cell-constraint lb.siteid: up to 12 form-without-row"),
    "subjects that one table calls otherwise": (replace(LB, "01,01-", "01,1-"),
        "12 unknown-subject lb: up to 12 form-without-row, 12 row-without-form"),
    "zeros that all tables lost": (lose_zeros, "saved-by-program in all tables"),
    "another site in all tables": (other_site, "60 cell-constraint siteid in all tables"),
    "semicolons in all tables": (all_semicolons, "saved-by-program in all tables"),
    "a header that is blank": (replace(LB, "siteid,subjid,visitid,unsno,lbcode,hb\r\n", "\r\n"),
        "empty-table lb: 12 form-without-row"),
}  # fmt: skip


def said(one: Origin) -> str:
    number = f"{one.findings} " if one.findings > 1 else ""
    if one.table is None:
        return f"{number}{one.code}{f' {one.field}' if one.field else ''} in all tables"
    place = ".".join(part for part in (one.table, one.field) if part)
    follow = ", ".join(f"{count} {code}" for code, count in one.by_code.items())
    return f"{number}{one.code} {place}: {one.bound}{' ' if one.bound else ''}{follow}"


@pytest.mark.parametrize("name", DAMAGES)
@pytest.mark.parametrize("limit", [3, 100])
def test_what_follows_from_one_fault_is_counted_whatever_is_listed(
    package: Path, name: str, limit: int
) -> None:
    damage, expected = DAMAGES[name]
    damage(package)
    assert [said(one) for one in validate_package(package, limit=limit).origins] == [
        expected
    ]


@pytest.mark.parametrize("name", DAMAGES)
def test_every_way_to_read_finds_the_same_origins(
    package: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_package, "SMALL", 0)
    DAMAGES[name][0](package)
    reference = validate_package(package, engine=Engine.REFERENCE)
    for large in (0, 10**9):
        embedded = validate_package(package, engine=Engine.EMBEDDED, large=large)
        assert embedded.origins == reference.origins
        assert sorted(map(str, embedded.findings)) == sorted(
            map(str, reference.findings)
        )


def damaged(package: Path, name: str) -> Report:
    DAMAGES[name][0](package)
    return validate_package(package)


def test_the_terminal_begins_with_the_origin(package: Path) -> None:
    text = text_of(damaged(package, "a missing table"))
    assert text.split("\n\n")[1].startswith("Look at these first\n✗ data/lb.csv  ")
    assert "    12 findings result from it: 12 form-without-row" in text
    assert "✗ forms.form  error: form-without-row, caused by missing-file in lb" in text


def test_zeros_that_a_program_took_are_one_cause(package: Path) -> None:
    first = text_of(damaged(package, "zeros that all tables lost")).split("\n\n")[1]
    said = " ".join(first.split())
    assert said.startswith(
        "Look at these first ! Several tables 4 files came back from another program"
    )
    assert (
        "leading zeros are gone (60 cells: siteid). They are validated as exported."
        in said
    )
    assert said.endswith("1 finding results from it: 1 column-rewritten")


def test_what_follows_stands_last_and_nothing_is_left_out(package: Path) -> None:
    replace(VS, ",120,", ",12O,")(package)
    report = damaged(package, "a missing table")
    codes = [one.finding.code for one in origins_first(report)]
    assert codes[0] == "missing-file"
    assert codes[-12:] == ["form-without-row"] * 12
    assert len(codes) == report.counts.findings
    assert codes.count("not-an-integer") == 12


def test_findings_of_another_reason_do_not_follow(package: Path) -> None:
    """A form without a row follows from the table that is lost, and from no other."""
    replace(VS, "01,01-001,SCR,0,Y,2024-04-02,120,36.5,LEG;ARM,,,,\r\n", "")(package)
    report = damaged(package, "a missing table")
    assert report.counts.by_code["form-without-row"] == 13
    assert [said(one) for one in report.origins] == [
        "missing-file lb: 12 form-without-row"
    ]


def test_a_clean_package_has_nothing_to_look_at_first(tmp_path: Path) -> None:
    report = validate_package(write(tmp_path / "p.zip", clean_forms()))
    assert (report.origins, look_first(report)) == ((), ())
    assert "Look at these first" not in text_of(report)
