"""A repaired package: what is beyond doubt is as it was exported, the rest is listed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator.validation.validate import validate_package
from tests.generator.validation.returned.test_returned import as_r
from tests.returned_package import TRUE_FINDINGS, edit, rewrite, write_before
from webapp.commands.repair import command


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_before(tmp_path_factory.mktemp("before") / "package")


@pytest.fixture
def package(exported: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(exported, tmp_path / "package"))


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(one) for one in arguments])


def test_what_duckdb_did_is_undone_to_the_last_byte(
    exported: Path, package: Path, tmp_path: Path
) -> None:
    rewrite(
        package,
        {"vstim": lambda text: f"{text}:00", "side": lambda text: {"F": "false"}[text]},
    )
    before = files(package)
    result = run(package, "--out", tmp_path / "new")
    assert result.exit_code == 0, result.output
    assert (
        "data/vs.csv vstim: 3 restored; times gained seconds (09:30 became 09:30:00)\n"
        in result.output
    )
    assert files(tmp_path / "new") == files(exported)
    assert files(package) == before, "never in place"


def test_what_r_lost_is_left_and_listed(package: Path, tmp_path: Path) -> None:
    rewrite(package, as_r())
    result = run(package, "--out", tmp_path / "new.zip")
    assert result.exit_code == 1
    assert (
        "data/lab.csv clinic: 3 restored; leading zeros are gone (01 became 1)\n"
        in result.output
    )
    assert "Remaining differences: 3\n" in result.output
    assert (
        "  data/lab.csv:4 barcode: The cell contains 1e+19, but "
        "10000000000000000001 was saved"
    ) in result.output
    report = validate_package(tmp_path / "new.zip")
    assert report.counts.by_code == {
        "cell-lost": 3,
        "column-rewritten": 1,
        "saved-by-program": 1,
    } | {code: 1 for code, *_ in TRUE_FINDINGS}


def test_the_trail_puts_everything_back(
    exported: Path, package: Path, tmp_path: Path
) -> None:
    rewrite(package, as_r())
    edit(package, "data/vs.csv", ",120,", ",130,", with_hash=False)
    result = run(package, "--out", tmp_path / "new", "--from-audit")
    assert result.exit_code == 0, result.output
    assert files(tmp_path / "new") == files(exported)


def test_a_package_that_is_right_is_copied(exported: Path, tmp_path: Path) -> None:
    result = run(exported, "--out", tmp_path / "new")
    assert result.exit_code == 0
    assert result.output.startswith("0 files rewritten")
    assert files(tmp_path / "new") == files(exported)


def test_nothing_is_written_over(exported: Path, package: Path) -> None:
    for target in (exported, package):
        result = run(exported, "--out", target)
        assert result.exit_code == 2
        assert "Give" in result.output or "give" in result.output


def test_what_is_no_package_is_said_to_be_none(tmp_path: Path) -> None:
    result = run(tmp_path / "nothing.zip", "--out", tmp_path / "new")
    assert result.exit_code == 2
    assert "[no-package]" in result.output
    assert not (tmp_path / "new").exists()


def test_a_row_that_stands_twice_is_left_to_settle(
    package: Path, tmp_path: Path
) -> None:
    line = "01,0102,V1,0,2024-04-16,10:00,120,82.5,NA\r\n"
    edit(package, "data/vs.csv", line, line + line)
    result = run(package, "--out", tmp_path / "new")
    assert result.exit_code == 1
    assert "data/vs.csv: 1 row is repeated." in result.output
