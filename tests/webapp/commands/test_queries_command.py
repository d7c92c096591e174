"""``crfsmith queries open``: a report becomes queries in one action, after a dry run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.webapp.small_site import app_over, client_of, database_of, page_data
from webapp.commands import main
from webapp.storage import Database, Role, add_user, list_queries, open_database
from webapp.storage.query_lists import QueryFilter

COLUMNS = (
    "severity,code,file,line,table,field,siteid,subjid,visitid,unsno,rowno,value,"
    "message,remedy,rule"
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database with the vital signs of one subject at screening."""
    url = f"sqlite:///{tmp_path}/study.sqlite"
    app = app_over(url)
    nurse = client_of(app)
    data = page_data(nurse, "/subjects/01-001/SCR/vs")
    data |= {"f-vsperf": ["Y"], "f-sysbp": ["172"], "action": ["draft"]}
    nurse.post("/subjects/01-001/SCR/vs", data=data)
    database_of(app).close()
    return url


def finding(**changed: Any) -> dict[str, Any]:
    line = {
        "code": "above-expected",
        "severity": "warning",
        "table": "vs",
        "row": 2,
        "key": {"siteid": "01", "subjid": "01-001", "visitid": "SCR", "unsno": 0},
        "field": "sysbp",
        "message": "172 is outside the expected 90 to 160.",
        "remedy": "Check the value.",
    }
    key = {**line["key"], **changed.pop("key", {})}  # type: ignore[dict-item]
    return {**line, **changed, "key": key}


def report(folder: Path, *findings: dict[str, Any]) -> Path:
    path = folder / "report.json"
    path.write_text(json.dumps({"valid": False, "findings": findings}))
    return path


def run(url: str, path: Path, *options: str, person: str = "monitor") -> Result:
    arguments = ["queries", "open", str(path), "--db", url, "--as", person, *options]
    return CliRunner().invoke(main, arguments)


def queries(url: str) -> list[tuple[str, str, str]]:
    database: Database = open_database(url)
    _, listed = list_queries(database, QueryFilter(), first=0, most=1_000)
    database.close()
    return [
        (item.query.place.subject, item.query.place.field, item.text) for item in listed
    ]


def test_a_report_becomes_queries_that_say_where_they_come_from(
    url: str, tmp_path: Path
) -> None:
    result = run(url, report(tmp_path, finding()), "--for", "investigator")

    assert (result.exit_code, result.output) == (0, "1 query opened: 1 to 1.\n")
    text = "172 is outside the expected 90 to 160. Check the value."
    assert queries(url) == [("01-001", "sysbp", text)]
    database = open_database(url)
    _, (listed,) = list_queries(database, QueryFilter(), first=0, most=9)
    database.close()
    query = listed.query
    assert (query.opened_by, query.assigned_role) == ("monitor", "investigator")
    assert query.code == "above-expected"
    assert query.source.startswith("report.json (")


def test_queries_go_out_with_a_package_and_come_back_with_it(
    url: str, tmp_path: Path
) -> None:
    run(url, report(tmp_path, finding()))
    first, second = str(tmp_path / "first"), str(tmp_path / "second")
    there = f"sqlite:///{tmp_path}/there.sqlite"
    for command in (
        ["export", "--db", url, "--out", first],
        ["audit", "verify", first],
        ["import", first, "--db", there],
        ["export", "--db", there, "--out", second],
    ):
        result = CliRunner().invoke(main, command)
        assert result.exit_code == 0, result.output

    assert queries(there) == queries(url)
    name = "query-entries.csv"
    written = (tmp_path / "first" / name).read_bytes()
    assert written == (tmp_path / "second" / name).read_bytes()

    # What has subjects has a history of its own: it takes no queries, and says so.
    again = CliRunner().invoke(main, ["import", first, "--db", there])
    assert "1 query is not imported: this database has subjects" in again.output
    changed = written.replace(b"172 is outside", b"17 is outside")
    (tmp_path / "first" / name).write_bytes(changed)
    verified = CliRunner().invoke(main, ["audit", "verify", first])
    assert "[package-file-differs]" in verified.output


def test_a_dry_run_opens_nothing(url: str, tmp_path: Path) -> None:
    result = run(url, report(tmp_path, finding()), "--dry-run")
    assert result.output == "1 query would be opened. Nothing was changed.\n"
    assert queries(url) == []


def test_what_is_skipped_is_listed_with_the_reason(url: str, tmp_path: Path) -> None:
    path = report(
        tmp_path,
        finding(),
        finding(),
        finding(key={"subjid": "01-009"}),
        finding(field="nothing"),
        finding(key={"visitid": "M99"}),
        finding(table="lb", field="hb"),
        finding(table="", key={"subjid": None}),
    )
    result = run(url, path)

    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "skipped finding 2 (01-001 SCR vs sysbp): listed twice in this report",
        "skipped finding 3 (01-009 SCR vs sysbp): there is no subject 01-009",
        "skipped finding 4 (01-001 SCR vs nothing): its place is not in the dictionary",
        "skipped finding 5 (01-001 M99 vs sysbp): its place is not in the dictionary",
        "skipped finding 6 (01-001 SCR lb hb): the form has not been started",
        "skipped finding 7 (SCR sysbp): about no subject",
        "1 query opened: 1 to 1.",
        "6 skipped: 1 listed twice in this report, 1 of no known subject, 2 its place is"
        " not in the dictionary, 1 the form has not been started, 1 about no subject.",
    ]
    again = run(url, path)
    assert "(01-001 SCR vs sysbp): already open as query 1" in again.output
    assert "No query was opened." in again.output
    assert len(queries(url)) == 1


def test_a_report_as_csv_is_read_too(url: str, tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    row = 'warning,above-expected,data/vs.csv,2,vs,sysbp,01,01-001,SCR,0,,172,"172, why?",Check.,'
    path.write_text(f"{COLUMNS}\r\n{row}\r\n", newline="")
    assert run(url, path).exit_code == 0
    assert queries(url) == [("01-001", "sysbp", "172, why? Check.")]


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ("nurse", "A query is opened by monitors and data managers"),
        ("nobody", "There is no account nobody."),
    ],
)
def test_only_those_who_may_open_queries_open_many(
    url: str, tmp_path: Path, person: str, words: str
) -> None:
    result = run(url, report(tmp_path, finding()), person=person)
    assert result.exit_code == 2
    assert words in result.output
    assert queries(url) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe", "is not text in UTF-8"),
        (b"{", "is not valid JSON"),
        (b"{}", "has no list of findings"),
        (b"a,b\n1,2\n", "has no column code"),
    ],
)
def test_what_is_no_report_is_refused_in_words(
    url: str, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "report"
    path.write_bytes(content)
    result = run(url, path)
    assert result.exit_code == 2
    assert words in result.output


def test_subjects_of_another_site_are_skipped(url: str, tmp_path: Path) -> None:
    database = open_database(url)
    add_user(
        database,
        username="other",
        name="Olga Other",
        role=Role.MONITOR,
        password="secret",
        sites=frozenset({"02"}),
    )
    database.close()
    result = run(url, report(tmp_path, finding()), person="other")
    assert "there is no subject 01-001" in result.output
    assert queries(url) == []
