"""A study that names no sites: neither its package nor its import asks for one."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator.validation.open_package import Engine
from generator.validation.validate import validate_package
from webapp.commands import main
from webapp.storage import InstanceKey, load, open_database

STUDY = {
    "study.yaml": "study: PAIN\ntitle: Pain\nsubject: {pattern: '\\d{3}', example: '107'}\n",
    "visits.yaml": "visits:\n  V1: {title: Visit 1}\nschedule:\n  columns: V1\n  nrs: X\n",
    "nrs.yaml": (
        "form: nrs\ntitle: Pain\nfields:\n  pain: {label: Pain, type: scale, "
        "required: true}\n"
    ),
}
RECORDS = "record_id,pain,nrs_complete\n107,5,2\n108,3,0\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("no-sites")
    (folder / "study").mkdir()
    for name, text in STUDY.items():
        (folder / "study" / name).write_text(text, encoding="utf-8")
    (folder / "records.csv").write_text(RECORDS, encoding="utf-8")
    url = f"sqlite:///{folder}/x.sqlite"
    records = run(
        "import",
        f"{folder}/records.csv",
        "--db",
        url,
        "--dictionary",
        f"{folder}/study",
    )
    assert records.exit_code == 0, records.output
    assert run("export", "--db", url, "--out", f"{folder}/p").exit_code == 0
    return folder / "p"


@pytest.mark.parametrize("engine", [Engine.REFERENCE, Engine.EMBEDDED])
@pytest.mark.parametrize("large", [0, 10**9])
def test_its_package_is_valid(package: Path, engine: Engine, large: int) -> None:
    report = validate_package(package, engine=engine, large=large)
    assert (report.valid, report.counts.findings, report.counts.forms) == (True, 0, 2)


def test_its_package_is_valid_for_frictionless_alone(package: Path) -> None:
    from frictionless import Package

    report = Package(str(package / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "note"])


def test_its_package_comes_in_again(package: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/y.sqlite"
    assert run("import", str(package), "--db", url).exit_code == 0
    database = open_database(url)
    stored = load(database, InstanceKey("107", "nrs", "V1"))
    database.close()
    assert stored is not None
    assert stored.record.texts == {"pain": "5"}
