"""A cluster that cannot be used is said in one sentence with what to do, and exit code
2.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.package_cases import clean_forms, write
from webapp.commands import main


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return write(tmp_path / "package", clean_forms())


def said(package: Path, master: str) -> str:
    ran = CliRunner().invoke(
        main, ["validate", str(package), "--engine", "spark", "--master", master]
    )
    assert (ran.exit_code, ran.stdout) == (2, "")
    return ran.stderr


def test_nobody_answers_at_the_address(package: Path) -> None:
    assert "No Spark master answers at spark://127.0.0.1:1 (" in said(
        package, "spark://127.0.0.1:1"
    )
    assert "Is it running" in said(package, "spark://127.0.0.1:port")


def test_what_is_no_address_of_a_cluster(package: Path) -> None:
    assert "give spark://HOST:7077" in said(package, "http://cluster")


def test_java_is_not_there(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert f"JAVA_HOME is {tmp_path}, and there is no java in it" in said(
        package, "local[1]"
    )
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt-get install default-jre-headless" in said(package, "local[1]")


def test_spark_is_not_installed(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    assert "pip install 'crfsmith[spark]'" in said(package, "local[1]")


def test_a_zip_is_no_folder_that_workers_see(tmp_path: Path) -> None:
    package = write(tmp_path / "package.zip", clean_forms())
    assert "Unpack it into a folder that every worker of the cluster can read" in said(
        package, "local[1]"
    )


def test_a_folder_that_is_no_package(tmp_path: Path) -> None:
    ran = CliRunner().invoke(main, ["validate", str(tmp_path), "--engine", "spark"])
    assert (ran.exit_code, "datapackage.json" in ran.stdout) == (2, True)
