"""After a form, a visit, a site or a field left the dictionary: said, not refused, and
nothing is lost.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from forms_spec.findings.finding import Severity
from forms_spec.model.captured_data import LOG, Record, Row
from generator.validation import open_package
from generator.validation.open_package import Engine
from generator.validation.validate import validate_package
from tests.round_trips.law import Outcome, check, run
from tests.studies import FILES, small_study, study_of
from webapp.storage import (
    Database,
    InstanceKey,
    Role,
    SaveRequest,
    Status,
    add_subject,
    add_user,
    load,
    open_database,
    save,
    use_dictionary,
)

VISITS = FILES["visits.yaml"]
AMENDED = {
    "form": {name: text for name, text in FILES.items() if name != "forms/lb.yaml"}
    | {"visits.yaml": VISITS.replace("  lb:      X   .\n", "")},
    "visit": FILES
    | {
        "visits.yaml": "visits:\n  UNS: {title: Unscheduled, type: unscheduled, "
        "repeats: true}\n"
        "schedule:\n  columns: UNS\n  vs:      o\n  lb:      o\n"
    },
    "site": FILES
    | {
        "study.yaml": FILES["study.yaml"]
        .replace("sites: {'01': Ghent, ", "sites: {")
        .replace("example: 01-001", "example: 02-001")
    },
    "visit that repeats": FILES
    | {
        "visits.yaml": VISITS.replace(
            "UNS: {title: Unscheduled, type: unscheduled, repeats: true}",
            "UNS: {title: Week 1}",
        )
    },
    "visit that took place once": FILES
    | {"visits.yaml": VISITS.replace("SCR: {title: ", "SCR: {repeats: true, title: ")},
    "form of a visit into the log": FILES
    | {
        "visits.yaml": VISITS.replace("  lb:      X   .\n", ""),
        "forms/lb.yaml": FILES["forms/lb.yaml"].replace(
            "form: lb\n", "form: lb\nlog: true\n"
        ),
    },
    "form of the log to a visit": FILES
    | {
        "visits.yaml": VISITS + "  ae:      X   .\n",
        "forms/ae.yaml": FILES["forms/ae.yaml"].replace("log: true\n", ""),
    },
    "form to another visit": FILES
    | {"visits.yaml": VISITS.replace("  lb:      X   .\n", "  lb:      .   X\n")},
    "field": FILES
    | {"forms/lb.yaml": FILES["forms/lb.yaml"].replace("lbcode:", "sample:")},
    "subject": FILES
    | {
        "study.yaml": FILES["study.yaml"].replace(
            "'\\d{2}-\\d{3}', example: 01-001", "'\\d{2}-\\d{4}', example: 01-0001"
        )
    },
}
FOUND = {
    "form": {"form-retired": 1},
    "visit": {"form-retired": 2},
    "visit that repeats": {"visit-repeated": 1},
    "visit that took place once": {"visit-repeats-now": 2},
    "form of a visit into the log": {"form-retired": 1},
    "form of the log to a visit": {"form-retired": 1},
    "form to another visit": {"form-not-in-schedule": 1},
    "site": {"site-retired": 1},
    "field": {},
    "subject": {"subject-number-retired": 1},
}


def filled(url: str) -> Database:
    """A subject with four forms: at two visits with rows, in the laboratory, and in a
    log.
    """
    study = small_study()
    database = open_database(url)
    use_dictionary(database, study)
    add_user(
        database,
        username="nurse",
        name="Nurse",
        role=Role.COORDINATOR,
        password="a long password",
    )
    add_subject(database, subjid="01-001", site="01", user="nurse")
    vs = Record(
        texts={"vsperf": "N"}, rows={"reading": (Row(number=1, texts={"pulse": "70"}),)}
    )
    keep(database, InstanceKey("01-001", "vs", "SCR"), vs)
    keep(database, InstanceKey("01-001", "vs", "UNS", 1), vs)
    keep(
        database,
        InstanceKey("01-001", "lb", "SCR"),
        Record(texts={"lbcode": "AB12", "hb": "13.5"}),
    )
    fall = Record(rows={"ae": (Row(number=1, texts={"aeterm": "Fall"}),)})
    keep(database, InstanceKey("01-001", "ae", LOG), fall)
    return database


def keep(database: Database, key: InstanceKey, record: Record, base: int = 0) -> None:
    request = SaveRequest(
        key=key, base_version=base, record=record, status=Status.COMPLETE, user="nurse",
        save_id=f"{key} {base}", dictionary_hash=small_study().hash,
    )  # fmt: skip
    save(database, request)


@dataclass(frozen=True, kw_only=True)
class Amended:
    """A database after an amendment, which tests only read, and what the law of the way
    out and back says of it; its package lies in ``folder / "first"``.
    """

    what: str
    url: str
    folder: Path
    outcome: Outcome


@pytest.fixture(scope="module", params=list(AMENDED))
def amended(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Amended:
    folder = tmp_path_factory.mktemp("amended")
    url = f"sqlite:///{folder}/here.sqlite"
    database, study = filled(url), study_of(AMENDED[request.param])
    use_dictionary(database, study)
    database.close()
    outcome = check(url, study, folder)
    return Amended(what=request.param, url=url, folder=folder, outcome=outcome)


def test_the_own_export_says_what_is_of_the_past_and_comes_back_whole(
    amended: Amended,
) -> None:
    assert amended.outcome.wrong == []
    package = amended.folder / "first"
    for engine in (Engine.REFERENCE, Engine.EMBEDDED):
        for large in (0, 10**9):
            report = validate_package(package, engine=engine, large=large)
            assert not report.counts.by_severity.get(Severity.ERROR.value)
            expected = FOUND[amended.what]
            assert dict(report.counts.by_code) == expected, (engine, large)


def test_an_export_after_an_amendment_succeeds_and_lists_what_has_no_column(
    amended: Amended, tmp_path: Path
) -> None:
    done = run("export", "--db", amended.url, "--out", str(tmp_path / "package"))
    assert done.exit_code == 0, done.output
    without_column = amended.what in {"form", "field"}
    assert ("[text-without-column]" in done.output) == without_column


def test_frictionless_alone_passes_what_is_of_the_past(amended: Amended) -> None:
    from frictionless import Package

    descriptor = amended.folder / "first" / "datapackage.json"
    report = Package(str(descriptor)).validate()
    assert report.valid, report.flatten(["type", "note"])


def test_a_subject_number_that_no_dictionary_had_is_found(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/here.sqlite"
    database = filled(url)
    add_subject(database, subjid="1-1", site="01", user="nurse")
    database.close()
    check(url, small_study(), tmp_path)
    report = validate_package(tmp_path / "first")
    assert dict(report.counts.by_code) == {"subject-number": 1}


def test_what_has_no_column_stays_when_a_package_comes_in_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/here.sqlite"
    database = filled(url)
    use_dictionary(database, study_of(AMENDED["field"]))
    database.close()
    check(url, study_of(AMENDED["field"]), tmp_path)
    table = tmp_path / "first" / "data" / "lb.csv"
    table.write_text(
        table.read_text(encoding="utf-8").replace("13.5", "14.5"),
        encoding="utf-8",
        newline="",
    )
    assert (
        run("import", str(tmp_path / "first"), "--db", url, "--take-changes").exit_code
        == 0
    )
    database = open_database(url)
    stored = load(database, InstanceKey("01-001", "lb", "SCR"))
    database.close()
    assert stored is not None
    assert (stored.version, stored.saved_by) == (2, "import")
    assert stored.record.texts == {"lbcode": "AB12", "hb": "14.5"}


@pytest.mark.parametrize(
    ("column", "text"),
    [("saved_by", "boss"), ("saved_at", "2020-01-01T00:00:00Z"), ("version", "7")],
)
@pytest.mark.parametrize("small", [0, 10**9])
def test_a_stamp_that_is_not_that_of_the_save_is_found_though_its_hash_fits(
    column: str, text: str, small: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, package = f"sqlite:///{tmp_path}/here.sqlite", tmp_path / "p"
    filled(url).close()
    assert run("export", "--db", url, "--out", str(package)).exit_code == 0
    forms = package / "data" / "forms.csv"
    header, *rows = [
        line.split(",") for line in forms.read_text(encoding="utf-8").split("\n")
    ]
    saved, rows[1][header.index(column)] = rows[1][header.index(column)], text
    forms.write_text(
        "\n".join(map(",".join, [header, *rows])), encoding="utf-8", newline=""
    )
    _fit_hash(package, forms)
    monkeypatch.setattr(open_package, "SMALL", small)
    for engine in (Engine.REFERENCE, Engine.EMBEDDED):
        [found] = validate_package(package, engine=engine).findings
        assert (found.finding.code, found.row, found.field) == (
            "cell-differs",
            3,
            column,
        )
        assert f"contains {text}, but {saved} was saved last" in found.finding.message


def _fit_hash(package: Path, table: Path) -> None:
    """Lets the descriptor say the hash and the size that a table has now."""
    path, content = package / "datapackage.json", table.read_bytes()
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    for resource in descriptor["resources"]:
        if resource["path"] == table.relative_to(package).as_posix():
            resource["hash"] = f"sha256:{hashlib.sha256(content).hexdigest()}"
            resource["bytes"] = len(content)
    path.write_text(json.dumps(descriptor), encoding="utf-8")


def test_a_table_that_was_changed_after_the_export_is_one_more_version(
    tmp_path: Path,
) -> None:
    url, there = (
        f"sqlite:///{tmp_path}/here.sqlite",
        f"sqlite:///{tmp_path}/other.sqlite",
    )
    filled(url).close()
    assert run("export", "--db", url, "--out", str(tmp_path / "p")).exit_code == 0
    table = tmp_path / "p" / "data" / "lb.csv"
    table.write_text(
        table.read_text(encoding="utf-8").replace("13.5", "14.5"),
        encoding="utf-8",
        newline="",
    )
    done = run(
        "import",
        str(tmp_path / "p"),
        "--db",
        there,
        "--operator",
        "Maria",
        "--take-changes",
    )
    assert "[import-not-as-saved]" in done.output
    database = open_database(there)
    stored = load(database, InstanceKey("01-001", "lb", "SCR"))
    database.close()
    assert stored is not None
    assert (stored.version, stored.saved_by, stored.record.texts["hb"]) == (
        2,
        "import",
        "14.5",
    )
    assert stored.reason.startswith("Imported from p by Maria: version 1 of nurse")
