"""``crfsmith translate``: the file of a language, and the table of a translator."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forms_spec.loader import load_study
from generator.dictionary.folder import read_dictionary
from tests.docs.fences import blocks, commands, matches
from tests.translated_study import PAGE, translated_files
from webapp.commands import main

ES = "translations/es.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in translated_files().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    return tmp_path


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, words)], catch_exceptions=False)


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


def codes(folder: Path) -> list[str]:
    return [item.code for item in load_study(read_dictionary(folder).files).findings]


def test_the_check_of_an_outdated_translation_is_as_shown(folder: Path) -> None:
    edit(folder, ES, "{en: Pain, es: Dolor}", "{en: Pains, es: Dolor}")
    (shown,) = (one for block in blocks(PAGE) for one in commands(block))
    assert matches(shown.shown, run("check", folder).output)


def test_what_is_missing_is_added_and_the_rest_stays_as_it_was_typed(
    folder: Path,
) -> None:
    edit(folder, ES, "texts:\n", "texts:   # by Marta\n")
    edit(folder, ES, "  pain.day.label: {en: Date, es: Fecha}\n", "  # the visit\n")
    before = (folder / ES).read_text(encoding="utf-8").splitlines()
    answer = run("translate", folder, "es")
    after = (folder / ES).read_text(encoding="utf-8").splitlines()
    assert answer.output.splitlines() == [
        f"{ES} changed",
        "Español: 25 texts translated, 1 missing, 0 outdated.",
    ]
    assert [line for line in after if line not in before] == [
        "  pain.day.label: {en: Date, es: null}"
    ]
    assert [line for line in after if line in before] == before


def test_the_first_file_has_every_text(folder: Path) -> None:
    (folder / ES).unlink()
    run("translate", folder, "es")
    assert codes(folder) == ["translation-missing"]
    assert "Español: 0 texts translated, 26 missing, 0 outdated." in (
        run("translate", folder, "es").output
    )


def test_a_table_goes_to_a_translator_and_comes_back(folder: Path) -> None:
    table = folder / "es.csv"
    edit(folder, ES, "es: Fecha", "es: null")
    edit(folder, "forms/pain.yaml", "title: Pain\n", "title: Pains\n")
    edit(folder, "forms/pain.yaml", "label: Pain now", "label: The pain now")
    run("translate", folder, "es", "--out", table)
    edit(folder, "es.csv", "pain.day.label,Date,,missing", "pain.day.label,Date,Día,")
    edit(folder, "es.csv", "Dolor,outdated", "Dolores,outdated")
    answer = run("translate", folder, "es", "--take", table)
    assert "25 texts translated, 0 missing, 1 outdated." in answer.output
    text = (folder / ES).read_text(encoding="utf-8")
    assert "pain.day.label: {en: Date, es: Día}" in text
    assert "pain.title: {en: Pains, es: Dolores}" in text
    # It came back as it was, so nobody has looked at it.
    assert "pain.now.label: {en: Pain now, es: Dolor ahora}" in text


@pytest.mark.parametrize("text", ["=pain", "'=pain", "-pain", "'pain"])
def test_no_text_is_a_formula_in_the_table_or_changed_by_it(
    folder: Path, text: str
) -> None:
    table, quoted = folder / "es.csv", "'" + text.replace("'", "''") + "'"
    edit(folder, "forms/pain.yaml", "title: Pain\n", f"title: {quoted}\n")
    edit(folder, ES, "{en: Pain, es: Dolor}", f"{{en: {quoted}, es: {quoted}}}")
    run("translate", folder, "es", "--out", table)
    with table.open(encoding="utf-8-sig", newline="") as file:
        cells = next(row for row in csv.reader(file) if row[0] == "pain.title")
    assert not cells[1].startswith(("=", "-"))

    edit(folder, ES, f"es: {quoted}", "es: Dolor")
    assert run("translate", folder, "es", "--take", table).exit_code == 0
    again = folder / "again.csv"
    run("translate", folder, "es", "--out", again)
    assert again.read_bytes() == table.read_bytes()


def test_a_table_of_another_time_or_another_study_is_not_taken(folder: Path) -> None:
    table = folder / "es.csv"
    run("translate", folder, "es", "--out", table)
    edit(folder, "forms/pain.yaml", "title: Pain\n", "title: Pains\n")
    answer = run("translate", folder, "es", "--take", table)
    assert (answer.exit_code, "was edited since" in answer.output) == (2, True)
    edit(folder, "es.csv", "pain.title", "pain.tilte")
    assert "There is no text pain.tilte" in (
        run("translate", folder, "es", "--take", table).output
    )


def test_documents_are_written_in_a_language(folder: Path) -> None:
    pages = {}
    for name in ("es.html", "es.csv", "es.docx"):
        file = folder / name
        words = ["paper", "blank"] if name == "es.docx" else ["codebook"]
        format_ = ["--format", "csv"] if name == "es.csv" else []
        done = run(*words, folder, "--out", file, "--lang", "es", *format_)
        assert done.exit_code == 0, done.output
        pages[name] = file.read_bytes()

    with zipfile.ZipFile(folder / "es.docx") as document:
        pages["es.docx"] = document.read("word/document.xml")

    for page in pages.values():
        text = page.decode("utf-8")
        assert "¿Dónde le duele?" in text
        assert "Where does it hurt?" not in text

    assert '<span lang="es">¿Dónde le duele?</span>' in pages["es.html"].decode()
    refused = run("codebook", folder, "--out", folder / "x.html", "--lang", "pt")
    assert (refused.exit_code, "no texts in pt" in refused.output) == (2, True)


def test_redcap_gets_the_first_language_and_a_list_of_what_is_lost(
    folder: Path,
) -> None:
    file = folder / "redcap.csv"
    done = run("convert", folder, "--to", "redcap", "--out", file)
    assert done.exit_code == 0, done.output
    text = file.read_text(encoding="utf-8-sig")
    assert ("Where does it hurt?" in text, "le duele" in text) == (True, False)
    losses = next(folder.glob("*LOSSES.md")).read_text(encoding="utf-8")
    assert "| es |  | translation | REDCap keeps translations" in losses


def test_a_language_that_the_study_does_not_have_is_refused(folder: Path) -> None:
    answer = run("translate", folder, "pt")
    assert (answer.exit_code, "no language pt" in answer.output) == (2, True)
    edit(folder, ES, "Ha tomado {name}", "Ha tomado {nombre}")
    assert run("translate", folder, "es").exit_code == 1
