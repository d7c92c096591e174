"""Uploaded files out as a package and in again: the same bytes, or a finding; never
another file's.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from forms_spec.kinds.file import file_text
from forms_spec.model.captured_data import Record, Row
from generator.validation.open_package import open_package
from generator.validation.validate import validate_package
from tests.webapp.file_study import file_study, filled
from webapp.packages.export import export_package
from webapp.packages.import_forms import (
    FormPreview,
    Import,
    Imported,
    ImportOutcome,
    import_forms,
)
from webapp.storage import (
    Database,
    InstanceKey,
    SaveRequest,
    Status,
    add_attachment,
    get_attachment,
    load,
    open_database,
    save,
    use_dictionary,
)

STUDY = file_study()
KEY = InstanceKey("01-001", "mri", "SCR")
PDF, LEFT = b"%PDF-1.7 a report", b"left"


def text_of(content: bytes, name: str) -> str:
    return file_text(hashlib.sha256(content).hexdigest(), name)


SCAN, PICTURE, COPY = (
    text_of(PDF, "scan.pdf"),
    text_of(LEFT, "left.jpg"),
    text_of(PDF, "copy.pdf"),
)
CAPTURED = Record(
    texts={"reader": "Dr Wood", "scan": SCAN},
    rows={
        "image": (
            Row(number=1, texts={"level": "L4", "picture": PICTURE}),
            Row(number=2, texts={"picture": COPY}),
        )
    },
)


def database_at(path: Path) -> Database:
    filled(f"sqlite:///{path}")
    database = open_database(f"sqlite:///{path}")
    use_dictionary(database, STUDY)
    return database


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Database]:
    database = database_at(tmp_path / "here.sqlite")
    keep(database, CAPTURED, (PDF, LEFT))
    yield database
    database.close()


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Database]:
    database = database_at(tmp_path / "there.sqlite")
    yield database
    database.close()


@pytest.fixture
def package(here: Database, tmp_path: Path) -> Path:
    """The package as a folder."""
    assert export_package(here, STUDY, tmp_path / "package").findings == ()
    return tmp_path / "package"


def keep(
    database: Database, record: Record, files: tuple[bytes, ...], *, base: int = 0
) -> None:
    save(
        database,
        SaveRequest(
            key=KEY, base_version=base, record=record, status=Status.DRAFT, user="nurse",
            save_id=f"save-{base}", dictionary_hash=STUDY.hash, files=files,
        ),
    )  # fmt: skip


def bring_in(database: Database, package: Path) -> tuple[Imported, list[FormPreview]]:
    seen: list[FormPreview] = []
    with open_package(package) as opened:
        how = Import(
            study=STUDY, user="nurse", source="p.zip", today=date(2024, 4, 18),
            file=opened.file, on_form=seen.append,
        )  # fmt: skip
        return import_forms(database, opened.forms(), how), seen


def located(package: Path) -> list[tuple[str, str | None, str | None, str | None]]:
    return [
        (one.finding.code, one.file, one.field, one.finding.value)
        for one in validate_package(package).findings
    ]


def test_files_go_out_and_come_in_byte_for_byte(
    here: Database, there: Database, package: Path, tmp_path: Path
) -> None:
    assert located(package) == []
    _, previews = bring_in(there, package)
    assert not any(preview.findings for preview in previews)
    stored = load(there, KEY)
    assert stored is not None
    assert stored.record == CAPTURED
    for content in (PDF, LEFT):
        kept = get_attachment(there, hashlib.sha256(content).hexdigest())
        assert kept is not None
        assert kept.bytes == content
    for database, name in ((here, "one.zip"), (here, "two.zip")):
        export_package(database, STUDY, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        files = sorted(name for name in archive.namelist() if name.startswith("files/"))
        assert files == sorted([SCAN, PICTURE, COPY])


def test_the_descriptor_has_the_whole_hash_and_plain_frictionless_agrees(
    package: Path,
) -> None:
    listed = json.loads((package / "datapackage.json").read_text())["crfsmith:files"]
    hashes = {one["path"]: one["hash"] for one in listed}
    assert hashes[SCAN] == f"sha256:{hashlib.sha256(PDF).hexdigest()}"
    ran = subprocess.run(
        [Path(sys.executable).parent / "frictionless", "validate", "datapackage.json"],
        cwd=package, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout


def test_a_file_that_is_gone_or_changed_is_found_at_its_cell(package: Path) -> None:
    (package / PICTURE).unlink()
    (package / SCAN).write_bytes(b"another report")
    assert located(package) == [
        ("upload-changed", "data/mri.csv", "scan", SCAN),
        ("upload-missing", "data/image.csv", "picture", PICTURE),
    ]


def test_a_change_that_keeps_the_first_digits_shows_by_the_descriptor(
    package: Path,
) -> None:
    path = package / "datapackage.json"
    listed = path.read_text().replace(
        hashlib.sha256(PDF).hexdigest(), hashlib.sha256(PDF).hexdigest()[:16] + "0" * 48
    )
    path.write_text(listed)
    assert ("upload-changed", "data/mri.csv", "scan", SCAN) in located(package)


def test_a_file_that_no_cell_names_is_an_orphan(package: Path) -> None:
    lost = text_of(b"lost", "lost.pdf")
    (package / lost).parent.mkdir()
    (package / lost).write_bytes(b"lost")
    assert located(package) == [("upload-orphaned", lost, None, lost)]


def test_a_replaced_file_stays_here_and_out_of_the_package(
    here: Database, tmp_path: Path
) -> None:
    keep(here, Record(texts={"scan": text_of(b"new", "new.pdf")}), (b"new",), base=1)
    export_package(here, STUDY, tmp_path / "p.zip")
    with zipfile.ZipFile(tmp_path / "p.zip") as archive:
        files = [name for name in archive.namelist() if name.startswith("files/")]
        assert files == [text_of(b"new", "new.pdf")]
        assert SCAN in archive.read("audit.csv").decode()
    assert get_attachment(here, hashlib.sha256(PDF).hexdigest()) is not None


def test_an_import_leaves_out_what_is_missing_or_changed_and_says_so(
    there: Database, package: Path
) -> None:
    (package / PICTURE).unlink()
    (package / SCAN).write_bytes(b"another report")
    _, (preview,) = bring_in(there, package)
    assert [(found.code, found.value) for found in preview.findings] == [
        ("import-file-changed", SCAN),
        ("import-file-missing", PICTURE),
    ]
    stored = load(there, KEY)
    assert stored is not None
    assert stored.record == CAPTURED
    assert get_attachment(there, hashlib.sha256(b"another report").hexdigest()) is None


def test_what_an_import_lacked_is_told_again_by_the_next_export(
    there: Database, package: Path, tmp_path: Path
) -> None:
    (package / PICTURE).unlink()
    bring_in(there, package)
    written = export_package(there, STUDY, tmp_path / "again.zip")
    assert [(found.code, found.value) for found in written.findings] == [
        ("export-file-missing", PICTURE)
    ]


def test_a_second_import_brings_the_file_that_the_first_one_lacked(
    there: Database, package: Path
) -> None:
    content = (package / SCAN).read_bytes()
    (package / SCAN).unlink()
    bring_in(there, package)
    (package / SCAN).write_bytes(content)
    counted, _ = bring_in(there, package)
    assert counted.forms == {ImportOutcome.SAME: 1}
    assert get_attachment(there, SCAN.split("/")[1]) is not None


def test_a_file_that_could_be_taken_for_another_keeps_its_form_out(
    there: Database, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No two such files are known, so one that is kept is given the hash of another."""
    add_attachment(there, b"somebody else's", user="nurse")
    kept = hashlib.sha256(b"somebody else's").hexdigest()
    alike = SCAN.split("/")[1] + kept[16:]
    from webapp.storage import snapshots

    real = snapshots.find_attachment_head
    monkeypatch.setattr(
        snapshots, "find_attachment_head",
        lambda connection, prefix: snapshots.AttachmentHead(sha256=alike, size=1)
        if prefix == SCAN.split("/")[1] else real(connection, prefix),
    )  # fmt: skip
    counted, (preview,) = bring_in(there, package)
    assert counted.forms == {ImportOutcome.REFUSED: 1}
    assert [found.code for found in preview.findings] == ["import-file-alike"]
    assert load(there, KEY) is None
