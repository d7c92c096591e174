"""A package that means harm: nothing is unpacked without end, and no path leads out of
it.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from generator.validation.validate import validate_package
from tests.generator.validation.test_validate import LB, change, codes, package
from tests.package_cases import clean_forms, write

__all__ = ["package"]


def test_a_zip_bomb_is_not_opened(tmp_path: Path) -> None:
    path = write(tmp_path / "p.zip", clean_forms())
    size = (70 * 2**30).to_bytes(8, "little")
    with zipfile.ZipFile(path, "a") as archive:
        bomb = zipfile.ZipInfo("data/bomb.csv")
        archive.writestr(bomb, b"x")
        archive.infolist()[-1].file_size = int.from_bytes(size, "little")
        archive._didModify = True
    report = validate_package(path)
    assert (codes(report), report.readable) == ({"package-too-large"}, False)


def test_a_zip_of_nothing_but_blanks_is_not_opened(tmp_path: Path) -> None:
    path = write(tmp_path / "p.zip", clean_forms())
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("data/b.csv", "w") as bomb,
    ):
        for _ in range(70):
            bomb.write(bytes(2**20))
    assert codes(validate_package(path)) == {"package-too-large"}


@pytest.mark.parametrize(
    "name",
    [
        "../../escape.csv",
        "/etc/escape.csv",
        "data\\..\\..\\escape.csv",
        "C:/escape.csv",
    ],
)
def test_no_path_leads_out_of_the_package(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "p.zip", clean_forms())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, b"x")
    assert codes(validate_package(path)) == {"unsafe-path"}
    assert [one.name for one in tmp_path.iterdir()] == ["p.zip"]


def test_a_resource_cannot_ask_for_a_file_elsewhere(
    package: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    change(package / "datapackage.json", b'"data/lb.csv"', b'"../secret.csv"')
    assert "unsafe-path" in codes(validate_package(package))


def test_a_link_out_of_the_folder_is_not_followed(
    package: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (package / LB).unlink()
    (package / LB).symlink_to(tmp_path / "secret.csv")
    assert {"unsafe-path", "missing-file"} <= codes(validate_package(package))
