"""A package holds what was captured, and the same data give the same bytes."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from forms_spec.kinds.file import file_text
from forms_spec.model.captured_forms import (
    AuditEntry,
    CapturedFile,
    CapturedForm,
    Subject,
)
from generator.package.writer import write_package
from generator.validation.open_package import open_package
from tests.package_cases import any_forms, captured, clean_forms, write
from tests.soak import examples
from tests.studies import FILES, small_study


def table(package: Path, name: str) -> list[str]:
    with zipfile.ZipFile(package) as archive:
        return archive.read(name).decode().split("\r\n")


def file_of(content: bytes, name: str) -> CapturedFile:
    sha256 = hashlib.sha256(content).hexdigest()
    return CapturedFile(
        name=file_text(sha256, name),
        size=len(content),
        sha256=sha256,
        read=lambda: content,
    )


def test_cells_are_the_texts_and_invalid_ones_stay_as_typed(tmp_path: Path) -> None:
    package = write(
        tmp_path / "p.zip",
        [captured("lb SCR", {"lbcode": "AB1", "hb": "12x"}, status=0)],
    )
    assert table(package, "data/lb.csv") == [
        "siteid,subjid,visitid,unsno,lbcode,hb",
        "01,01-001,SCR,0,AB1,12x",
        "",
    ]
    assert (
        table(package, "data/forms.csv")[1]
        == "01,01-001,SCR,0,lb,0,1,2024-04-02T10:30:00Z,nurse"
    )
    assert table(package, "data/subjects.csv")[1] == "SMALL-01,01,01-001"


def test_rows_of_a_log_form_have_no_visit(tmp_path: Path) -> None:
    package = write(
        tmp_path / "p.zip", [captured("ae LOG", rows={"ae": [{"aeterm": "Fall"}]})]
    )
    assert table(package, "data/ae.csv") == [
        "siteid,subjid,rowno,aeterm,aestdat",
        "01,01-001,1,Fall,",
        "",
    ]


def test_the_dictionary_travels_as_its_exact_text(tmp_path: Path) -> None:
    package = write(tmp_path / "p.zip", [])
    with zipfile.ZipFile(package) as archive:
        assert {
            name: archive.read(f"dictionary/{name}").decode() for name in FILES
        } == FILES
        assert (
            json.loads(archive.read("datapackage.json"))["crfsmith:dictionary"]
            == small_study().hash
        )


def test_subjects_without_forms_the_audit_trail_and_uploads_are_packed(
    tmp_path: Path,
) -> None:
    form = captured("lb SCR", {"lbcode": "AB1"})
    change = AuditEntry(
        site="01", subject="01-001", key=form.key, version=1, table="lb", row=None, field="lbcode", old="",
        new="AB1", reason="first entry", saved_by="nurse", saved_at=form.saved_at, dictionary="0" * 64,
    )  # fmt: skip
    write_package(
        small_study(),
        [form],
        tmp_path / "p.zip",
        subjects=[Subject("02", "02-009")],
        changes=[change],
        files=[
            file_of(b"%PDF", "scan.pdf"),
            file_of(b"%PDF", "copy.pdf"),
            file_of(b"%PDF", "scan.pdf"),
        ],
    )
    assert table(tmp_path / "p.zip", "data/subjects.csv")[1:3] == [
        "SMALL-01,01,01-001",
        "SMALL-01,02,02-009",
    ]
    assert (
        "lb,,lbcode,,AB1,first entry,nurse" in table(tmp_path / "p.zip", "audit.csv")[1]
    )
    with zipfile.ZipFile(tmp_path / "p.zip") as archive:
        scan, copy = file_of(b"%PDF", "scan.pdf"), file_of(b"%PDF", "copy.pdf")
        assert archive.read(scan.name) == b"%PDF"
        listed = json.loads(archive.read("datapackage.json"))["crfsmith:files"]
    assert listed == [
        {
            "path": one.name,
            "bytes": 4,
            "hash": f"sha256:{hashlib.sha256(b'%PDF').hexdigest()}",
        }
        for one in (copy, scan)
    ]


def test_two_files_with_one_beginning_are_never_packed_together(tmp_path: Path) -> None:
    one = file_of(b"%PDF", "scan.pdf")
    for other in (
        replace(one, name=one.name + "2", sha256=one.sha256[:16] + "0" * 48),
        replace(one, sha256="0" * 64),
    ):
        with pytest.raises(ValueError, match="named by its hash"):
            write_package(small_study(), [], tmp_path / "p.zip", files=[one, other])
    assert list(tmp_path.iterdir()) == []


def test_a_text_without_a_column_is_told(tmp_path: Path) -> None:
    written = write_package(
        small_study(), [captured("lb SCR", {"gone": "12"})], tmp_path / "p.zip"
    )
    assert [(found.code, found.value) for found in written.findings] == [
        ("text-without-column", "12")
    ]


def test_forms_out_of_order_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="package_order"):
        write_package(small_study(), reversed(clean_forms()), tmp_path / "p.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(FileExistsError):
        write(tmp_path, [])


@settings(max_examples=examples(12, 50))
@given(forms=any_forms())
def test_what_was_captured_comes_back_whatever_it_says(
    forms: list[CapturedForm],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        package = write(Path(folder) / "p.zip", forms)
        with open_package(package) as opened:
            assert list(opened.forms()) == forms


@settings(max_examples=examples(8, 20))
@given(forms=any_forms())
def test_the_same_data_give_the_same_bytes_in_a_zip_and_in_a_folder(
    forms: list[CapturedForm],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        first, second = (
            write(Path(folder) / "a.zip", forms),
            write(Path(folder) / "b.zip", forms),
        )
        assert first.read_bytes() == second.read_bytes()
        root = write(Path(folder) / "c", forms)
        with zipfile.ZipFile(first) as archive:
            for name in archive.namelist():
                assert (root / name).read_bytes() == archive.read(name)


def test_frictionless_alone_passes_a_clean_package(tmp_path: Path) -> None:
    write(tmp_path / "package", clean_forms())
    command = [
        sys.executable,
        "-m",
        "frictionless",
        "validate",
        str(tmp_path / "package" / "datapackage.json"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_frictionless_alone_finds_a_wrong_cell_and_a_row_without_subject(
    tmp_path: Path,
) -> None:
    root = write(tmp_path / "package", clean_forms())
    lb = root / "data" / "lb.csv"
    lb.write_text(lb.read_text().replace("13.5", "12x") + "02,02-777,SCR,0,AB1,1\n")
    command = [
        sys.executable,
        "-m",
        "frictionless",
        "validate",
        "--json",
        str(root / "datapackage.json"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    tasks = {task["name"]: task for task in json.loads(done.stdout)["tasks"]}
    assert {error["type"] for error in tasks["lb"]["errors"]} == {
        "type-error",
        "foreign-key",
        "hash-count",
        "byte-count",
    }
