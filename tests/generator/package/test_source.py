"""What people hand in for a zip: one that a file manager made, and what is none at all."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from generator.validation.validate import validate_package
from tests.package_cases import clean_forms, write


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "p.zip is empty."),
        (
            b"PK\x03\x04 and no more",
            "p.zip cannot be read as a zip file: its end is missing.",
        ),
        (b"plain text", "p.zip is not a zip file."),
    ],
)
def test_what_is_no_zip_cannot_be_read(
    tmp_path: Path, content: bytes, says: str
) -> None:
    (tmp_path / "p.zip").write_bytes(content)
    report = validate_package(tmp_path / "p.zip")
    assert [one.finding.message for one in report.findings] == [says]
    assert not report.readable


@pytest.mark.parametrize(
    "beside",
    [
        (),
        ("__MACOSX/._made", "__MACOSX/made/._datapackage.json", ".DS_Store"),
        ("Thumbs.db",),
    ],
)
def test_a_folder_that_was_zipped_is_read_whatever_the_computer_put_beside_it(
    tmp_path: Path, beside: tuple[str, ...]
) -> None:
    package, path = write(tmp_path / "package", clean_forms()), tmp_path / "made.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(one for one in package.rglob("*") if one.is_file()):
            archive.write(file, f"made/{file.relative_to(package)}")
        for name in beside:
            archive.writestr(name, b"\0")
    report = validate_package(path)
    assert (report.valid, report.findings) == (True, ())
