"""``crfsmith export`` and ``crfsmith import`` as a person runs them."""

from __future__ import annotations

import json
import re
from datetime import date
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result

from forms_spec.model.captured_forms import CapturedForm
from generator.package.example_subjects import read_subjects
from generator.tables import layout
from tests.package_cases import GOOD_VS, captured, write
from tests.soak import in_full
from webapp.commands import main
from webapp.demo.demo_study import demo_study, load_demo, read_texts
from webapp.packages.import_forms import Import, import_forms
from webapp.storage import InstanceKey, Status, list_subjects, load, open_database


@pytest.fixture(scope="module")
def forms() -> tuple[CapturedForm, ...]:
    """The forms of two subjects of the demo; at leisure those of all."""
    texts = read_texts(files("data_dictionary") / "cellkine" / "subjects")
    every = read_subjects(texts, demo_study()).forms
    return tuple(form for form in every if form.subject in TWO or in_full())


@pytest.fixture(scope="module")
def demo(
    tmp_path_factory: pytest.TempPathFactory, forms: tuple[CapturedForm, ...]
) -> Path:
    """The demo's database and its package, made once; no test changes them."""
    folder = tmp_path_factory.mktemp("demo")
    database = open_database(f"sqlite:///{folder}/demo.sqlite")
    study = load_demo(database, subjects=False)
    how = Import(
        study=study,
        user="coordinator",
        source="the example subjects",
        today=date(2024, 5, 31),
    )
    import_forms(database, forms, how)
    database.close()
    assert (
        run(
            "export",
            "--db",
            f"sqlite:///{folder}/demo.sqlite",
            "--out",
            str(folder / "p.zip"),
        ).exit_code
        == 0
    )
    return folder


TWO = ("01-001", "01-007")


def files_of(package: Path) -> dict[str, str]:
    """The SHA-256 of each file of a zip. The log stays out: each database has its own,
    and here one tells of an import where the other tells of saves.
    """
    with ZipFile(package) as opened:
        return {
            name: sha256(opened.read(name)).hexdigest()
            for name in opened.namelist()
            if not name.startswith(layout.LOG)
        }


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_export_says_what_it_wrote(
    demo: Path, forms: tuple[CapturedForm, ...], tmp_path: Path
) -> None:
    done = run(
        "export",
        "--db",
        f"sqlite:///{demo}/demo.sqlite",
        "--out",
        str(tmp_path / "q.zip"),
    )
    assert done.exit_code == 0
    assert f"{len(forms)} forms" in done.output
    assert re.search(
        r"Frictionless alone does not fully check \d+ fields\. .* codebook", done.output
    )
    assert (tmp_path / "q.zip").read_bytes() == (demo / "p.zip").read_bytes()


def test_import_takes_everything_and_finds_nothing_new_the_second_time(
    demo: Path, forms: tuple[CapturedForm, ...], module_url: str, tmp_path: Path
) -> None:
    count = len(forms)
    url = module_url
    first = run("import", str(demo / "p.zip"), "--db", url)
    assert first.exit_code == 0, first.output
    assert f"{count} forms: {count} new" in first.output
    second = run("import", str(demo / "p.zip"), "--db", url)
    assert f"{count} forms: {count} same" in second.output
    again = run("export", "--db", url, "--out", str(tmp_path / "again.zip"))
    assert again.exit_code == 0
    assert files_of(tmp_path / "again.zip") == files_of(demo / "p.zip")


def test_a_dry_run_shows_every_cell_and_keeps_nothing(
    demo: Path, forms: tuple[CapturedForm, ...], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/new.sqlite"
    done = run(
        "import", str(demo / "p.zip"), "--db", url, "--dry-run", "--format", "json"
    )
    said = json.loads(done.output)
    assert (said["dry_run"], said["imported"], said["forms"]["new"]) == (
        True,
        False,
        len(forms),
    )
    cells = [cell for preview in said["previews"] for cell in preview["cells"]]
    assert len(cells) == said["cells"]["new"]
    assert {
        "table": "dm",
        "row": None,
        "field": "brthdat",
        "outcome": "new",
        "old": "",
        "new": "1968-06-15",
    } in cells
    opened = open_database(url)
    assert list_subjects(opened) == ()
    opened.close()


def test_rows_that_fit_nowhere_stop_the_import(demo: Path, tmp_path: Path) -> None:
    done = run(
        "export",
        "--db",
        f"sqlite:///{demo}/demo.sqlite",
        "--out",
        str(tmp_path / "package"),
    )
    assert done.exit_code == 0
    dm = tmp_path / "package" / "data" / "dm.csv"
    dm.write_text(
        dm.read_text(encoding="utf-8").replace("01-001,", "01-777,"), encoding="utf-8"
    )
    url = f"sqlite:///{tmp_path}/new.sqlite"
    done = run("import", str(tmp_path / "package"), "--db", url)
    assert done.exit_code == 1
    assert "Nothing was imported" in done.output
    opened = open_database(url)
    assert list_subjects(opened) == ()
    opened.close()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["import", "none.zip", "--db", "sqlite:///{tmp}/new.sqlite"],
            "no package at none.zip",
        ),
        (
            ["import", "{demo}/p.zip", "--db", "study.sqlite"],
            "write sqlite:///study.sqlite",
        ),
        (
            ["export", "--db", "sqlite:///{tmp}/none.sqlite", "--out", "{tmp}/p.zip"],
            "There is no database",
        ),
        (
            ["export", "--db", "sqlite:///{demo}/demo.sqlite", "--out", "{demo}"],
            "a folder with files in it",
        ),
        (
            ["export", "--db", "sqlite:///{demo}/p.zip", "--out", "{tmp}/q.zip"],
            "cannot be",
        ),
        (
            [
                "export",
                "--db",
                "postgresql://nobody@127.0.0.1:1/none",
                "--out",
                "{tmp}/q.zip",
            ],
            "cannot be opened",
        ),
    ],
)
def test_what_cannot_be_done_is_said_without_a_traceback(
    demo: Path, tmp_path: Path, arguments: list[str], says: str
) -> None:
    done = run(*(argument.format(demo=demo, tmp=tmp_path) for argument in arguments))
    assert done.exit_code == 2, done.output
    assert says in done.output
    assert isinstance(done.exception, SystemExit)


def test_a_complete_form_that_comes_in_as_a_draft_says_why_and_where_to_put_it_right(
    tmp_path: Path,
) -> None:
    forms = [captured("lb SCR", {"hb": "12x"}), captured("vs SCR", GOOD_VS)]
    package, url = write(tmp_path / "p.zip", forms), f"sqlite:///{tmp_path}/new.sqlite"
    tried = run("import", str(package), "--db", url, "--dry-run")
    assert "To do: 1 complete form would become a draft" in tried.output
    done = run("import", str(package), "--db", url)
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    at = next(
        number for number, line in enumerate(lines) if "[import-as-draft]" in line
    )
    assert lines[at + 1].startswith('    hb: "12x" is not a number')
    assert lines[-2:] == [
        (
            "To do: 1 complete form became a draft. Resolve the findings above, then "
            "complete:"
        ),
        "  /subjects/01-001/SCR/lb?check=1",
    ]
    database = open_database(url)
    stored = load(database, InstanceKey("01-001", "lb", "SCR"))
    database.close()
    assert stored is not None
    assert stored.status is Status.DRAFT
    assert stored.reason.endswith(
        "; complete there, a draft here until 1 finding is resolved"
    )


@pytest.mark.parametrize("command", ["export", "import", "serve"])
def test_another_kind_of_database_is_named_and_refused(
    command: str, tmp_path: Path
) -> None:
    url = ["--db", "mysql://root@localhost/study"]
    rest = {
        "export": ["--out", str(tmp_path / "p.zip")],
        "import": ["p.zip"],
        "serve": ["--port", "0"],
    }
    done = run(command, *url, *rest[command])
    assert done.exit_code == 2
    assert "mysql is not a database that crfsmith supports" in done.output
    assert "postgresql://user@host/name" in done.output


@pytest.mark.parametrize("shape", ["redcap", "redcap-eav"])
def test_records_of_redcap_hold_the_forms_that_are_named(
    demo: Path, forms: tuple[CapturedForm, ...], tmp_path: Path, shape: str
) -> None:
    count = len(forms)
    written = run(
        "export",
        "--db",
        f"sqlite:///{demo}/demo.sqlite",
        "--as",
        shape,
        "--out",
        str(tmp_path / "r.csv"),
    )
    assert written.exit_code == 0, written.output
    assert written.output.endswith(f"r.csv: {count} forms.\n")
    assert "who saved each version" in (tmp_path / "r-LOSSES.md").read_text(
        encoding="utf-8"
    )
    url = f"sqlite:///{tmp_path}/new.sqlite"
    cellkine = Path(__file__).parents[3] / "data_dictionary" / "cellkine"
    done = run(
        "import", str(tmp_path / "r.csv"), "--db", url, "--dictionary", str(cellkine)
    )
    assert f"{count} forms: {count} new" in done.output


def test_a_copy_for_a_spreadsheet_has_no_formulas_and_is_no_package(
    tmp_path: Path,
) -> None:
    forms = [
        captured("vs SCR", {**GOOD_VS, "remark": "=HYPERLINK(1)"}),
        captured("lb SCR", {"hb": "-1.5"}),
    ]
    url, copy = f"sqlite:///{tmp_path}/new.sqlite", tmp_path / "copy"
    assert (
        run("import", str(write(tmp_path / "p.zip", forms)), "--db", url).exit_code == 0
    )
    done = run("export", "--db", url, "--as", "spreadsheet", "--out", str(copy))
    assert done.exit_code == 0, done.output
    assert "2 texts now start with an apostrophe" in done.output
    assert "'=HYPERLINK(1)" in (copy / "data" / "vs.csv").read_text(
        encoding="utf-8-sig"
    )
    assert ",-1.5" in (copy / "data" / "lb.csv").read_text(encoding="utf-8-sig")
    assert run("import", str(copy), "--db", url).exit_code == 2
