"""Documents to print, from the pages and from the command line."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from shutil import copy

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from tests.generator.paper.documents import pdf_text, squeezed, word_text
from tests.studies import FILES
from tests.webapp.pages import app_over as cellkine_over
from tests.webapp.pages import filled_once
from tests.webapp.small_site import app_over, client_of, database_of, page_data
from webapp.commands import main
from webapp.packages.package_log import WITHOUT_DATA
from webapp.storage import EventKind, find_events
from webapp.storage.events import head_before


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('paper')}/study.sqlite"


@pytest.fixture(scope="module")
def app(url: str) -> Flask:
    """Pages over a subject whose form was saved, corrected, and confirmed."""
    made = app_over(url)
    client = client_of(made, "coordinator")
    address = "/subjects/01-001/SCR/vs"
    first = {
        "f-vsperf": "Y", "f-vsdat": "2024-04-15", "f-sysbp": "100", "f-remark": "first",
    }  # fmt: skip
    second = first | {"f-sysbp": "110", "f-remark": "中 #panic()"}
    for typed in (first, second):
        data = {**page_data(client, address), **typed, "action": "draft"}
        assert client.post(address, data=data).status_code == 303
    return made


def test_the_casebook_has_a_link_and_contains_what_was_saved(app: Flask) -> None:
    client = client_of(app, "monitor")
    assert "/subjects/01-001/casebook.pdf" in client.get("/subjects/01-001").text
    answer = client.get("/subjects/01-001/casebook.pdf")
    assert answer.content_type == "application/pdf"
    text = pdf_text(answer.data)
    for words in (
        "110 mmHg", "Version 1", "Version 2", "U+4E2D", "#panic()", "15-Apr-2024",
        "Coordinator (coordinator)", "by Monitor", "printed by Monitor",
        "18-Apr-2024 12:00:00 UTC",
    ):  # fmt: skip
        assert squeezed(words) in text


def test_the_first_page_has_the_head_of_the_log(app: Flask) -> None:
    client = client_of(app, "monitor")
    # The newest line that changed data: signing in and printing change none.
    with database_of(app).read() as connection:
        head = head_before(connection, WITHOUT_DATA)
    assert head.number
    text = pdf_text(client.get("/subjects/01-001/casebook.pdf").data)
    assert f"{head.sha256}(line{head.number:,})" in text


def test_the_log_says_who_printed_what(app: Flask, url: str, tmp_path: Path) -> None:
    client_of(app, "monitor").get("/subjects/01-002/casebook.pdf")
    how = ("--printed-by", "Milan", "--out", tmp_path / "x.pdf")
    assert run("casebook", "--db", url, "01-002", *how).exit_code == 0

    command, page = find_events(
        database_of(app), subject="01-002", kinds=[EventKind.PRINTED], most=2
    )
    assert (page.username, page.details) == ("monitor", {"document": "casebook"})
    assert (command.username, command.details["operator"]) == ("", "Milan")
    assert command.origin.startswith("command line")
    page_of_history = client_of(app, "monitor").get("/subjects/01-002/history").text
    assert "Printed" in page_of_history


def test_a_subject_without_forms_can_be_printed(app: Flask) -> None:
    answer = client_of(app).get("/subjects/01-002/casebook.pdf")
    assert squeezed("Nothing was saved.") in pdf_text(answer.data)


def test_blank_forms_are_there_for_everybody_who_signs_in(app: Flask) -> None:
    client = client_of(app, "coordinator")
    page = client.get("/subjects").text
    for kind in ("pdf", "docx"):
        assert f"/forms/blank.{kind}" in page
    for name in ("blank", "annotated"):
        pdf = pdf_text(client.get(f"/forms/{name}.pdf").data)
        word = word_text(client.get(f"/forms/{name}.docx").data)
        for text in (pdf, word):
            assert squeezed("Were vital signs taken?") in text
            # The version of the dictionary, and since when it is in use.
            assert squeezed("of 18-Apr-2024") in text
            assert ("vsperf" in text) is (name == "annotated")


def test_the_designer_finds_them_beside_the_codebook(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    copy(filled_once(tmp_path_factory), tmp_path / "study.sqlite")
    client = client_of(cellkine_over(f"sqlite:///{tmp_path}/study.sqlite"), "designer")
    page = client.get("/dictionary").text
    for name in ("blank.pdf", "blank.docx", "annotated.pdf", "annotated.docx"):
        assert f"/forms/{name}" in page
    assert client.get("/subjects/01-001/casebook.pdf").status_code == 403


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["paper", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_blank_and_annotated_forms_of_a_folder(folder: Path) -> None:
    for name in ("blank", "annotated"):
        for suffix in ("pdf", "docx"):
            file = folder / f"{name}.{suffix}"
            ran = run(name, folder, "--out", file, "--date", "2024-04-15")
            assert ran.exit_code == 0, ran.output
            read = pdf_text if suffix == "pdf" else word_text
            assert squeezed("of 15-Apr-2024") in read(file.read_bytes())


def test_a_broken_dictionary_gives_its_findings_and_no_forms(folder: Path) -> None:
    (folder / "forms" / "lb.yaml").write_text("form: lb\ntitle: L\nfields: {a: 3}\n")
    ran = run("blank", folder, "--out", folder / "out.pdf")
    assert ran.exit_code == 1
    assert "No forms were written" in ran.output
    assert not (folder / "out.pdf").exists()


def test_what_cannot_be_written_is_said_in_a_sentence(
    folder: Path, url: str, app: Flask
) -> None:
    assert database_of(app)
    out = folder / "out.txt"
    for arguments, words in (
        (("blank", folder, "--out", out), "neither FILE.pdf nor FILE.docx"),
        (("casebook", "--db", url, "01-001", "--out", out), "neither FILE.pdf nor FILE.zip"),
        (("casebook", "--db", url, "--out", folder / "x.pdf"), "Name a subject"),
        (("casebook", "--db", url, "01-999", "--out", folder / "x.pdf"), "no subject 01-999"),
        (("casebook", "--db", url, "--all", "--out", folder / "x.pdf"), "Give FILE.zip"),
        (("blank", folder, "--out", folder / "x.pdf", "--fonts", folder / "no"), "no folder of fonts"),
    ):  # fmt: skip
        ran = run(*arguments)
        assert ran.exit_code == 2
        assert words in ran.output


def test_many_casebooks_are_zipped_and_the_same_again(
    folder: Path, url: str, app: Flask
) -> None:
    assert database_of(app)
    how = ("--printed-by", "Milan", "--printed-at", "2026-01-02T03:04+00:00")
    files = [folder / "1.zip", folder / "2.zip"]
    for file in files:
        ran = run("casebook", "--db", url, "--all", "--out", file, *how)
        assert ran.exit_code == 0, ran.output
        assert "could not be printed" in ran.output
    assert files[0].read_bytes() == files[1].read_bytes()
    with zipfile.ZipFile(io.BytesIO(files[0].read_bytes())) as zipped:
        assert zipped.namelist() == ["casebook-01-001.pdf", "casebook-01-002.pdf"]
        text = pdf_text(zipped.read("casebook-01-001.pdf"))
    assert squeezed("printed by Milan, 02-Jan-2026 03:04:00 UTC") in text
    assert squeezed("110 mmHg") in text
