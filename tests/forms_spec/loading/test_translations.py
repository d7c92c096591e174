"""Texts in several languages: what is wrong with a translation, and what it changes."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from forms_spec.evaluation import judge
from forms_spec.findings.finding import Finding
from forms_spec.loader import load_study, read_study
from forms_spec.loading.translated_study import study_in
from forms_spec.model.captured_data import Context, Record
from forms_spec.model.languages import direction, is_language_tag
from forms_spec.model.study import Study
from generator.dictionary.folder import read_dictionary
from generator.dictionary.text_language import in_its_language
from generator.dictionary.translation_file import (
    HEADER,
    translated_texts,
    with_translations,
)
from generator.editor.dictionary_session import DictionarySession
from generator.editor.renaming import edited as renamed_texts
from generator.editor.renaming import rename, renamed_symbol
from generator.workbook.convert import read_workbook
from generator.workbook.write_workbook import write_workbook
from tests.generator.workbook.sheets import Book, edited, put
from tests.translated_study import translated_files, translated_study

ES = "translations/es.yaml"
GASTRA = Path(__file__).parents[3] / "data_dictionary" / "gastra"


def findings(file: str, old: str, new: str) -> tuple[Finding, ...]:
    """What is wrong after a text of the study was edited."""
    text = translated_files()[file]
    assert old in text
    return load_study({**translated_files(), file: text.replace(old, new)}).findings


def test_every_text_of_the_study_has_an_address_and_a_translation() -> None:
    loaded = read_study(translated_files()).loaded
    assert loaded is not None
    assert loaded.parts.translations is not None
    assert list(loaded.parts.translations.texts) == list(
        loaded.parts.translations.by_language["es"]
    )


def test_a_person_reads_the_study_in_spanish() -> None:
    study = study_in(translated_study(), "es")
    form = study.forms["pain"]
    drug, worst, temp = (form.by_name[name] for name in ("drug", "worst", "temp"))
    assert (study.title, study.language) == ("Dolor después de la cirugía", "es")
    assert study.missing["REF"].label == "El paciente se negó"
    assert study.visits["DAY1"].title == "El día siguiente"
    assert (form.title, form.help) == ("Dolor", "Pregunte al paciente.")
    assert form.by_name["took"].label == "¿Ha tomado [name] un analgésico?"
    assert [code.label for code in form.by_name["took"].offered] == ["Sí", "No"]
    assert [code.label for code in drug.offered] == [
        "Paracetamol",
        "Ibuprofeno",
        "Otro",
    ]
    assert worst.anchors == ("Sin dolor", "El peor dolor imaginable")
    assert [unit.label for unit in temp.unit_choices] == [
        "grados Celsius",
        "grados Fahrenheit",
    ]
    (rows,) = form.row_groups
    assert rows.rows is not None
    assert (rows.title, rows.rows.add_label) == ("Ataques de dolor", "Añadir un ataque")
    assert study.rules["P1"].message == "El dolor ahora no supera el peor dolor."


TEXTS = frozenset(
    {"title", "titles", "label", "help", "placeholder", "message", "add_label"}
    | {"anchors", "wordings", "language"}
)
"""The attributes of a study that hold texts."""


def test_nothing_but_texts_differs_between_the_languages() -> None:
    study = translated_study()
    other = study_in(study, "es")
    assert (other.hash, dict(other.files)) == (study.hash, dict(study.files))
    assert study_in(study, "es") is other
    assert study_in(study, "fr") is study
    assert other_than_texts(study, other) == []


def test_a_whole_study_is_the_same_in_an_invented_language() -> None:
    """GASTRA has arms, copies of forms, tables and much else that names texts."""
    files = dict(read_dictionary(GASTRA).files)
    files["study.yaml"] = files["study.yaml"].replace(
        "\ntitle:", "\nlanguages: {en: English, eo: Esperanto}\ntitle:"
    )
    translations = read_study(files).loaded.parts.translations  # type: ignore[union-attr]
    assert translations is not None
    rows = [
        [*row[:2], f"Ĝ {row[1]}", ""] for row in translated_texts(translations, "eo")
    ]
    table = StringIO()
    csv.writer(table).writerows([HEADER, *rows])
    files |= with_translations(files, translations, "eo", table.getvalue())
    loaded = load_study(files)
    assert loaded.findings == ()
    assert loaded.study is not None
    other = study_in(loaded.study, "eo")
    assert other_than_texts(loaded.study, other) == []
    labels = [
        field.label
        for form in other.forms.values()
        for group in form.groups
        for field in group.fields
    ]
    assert [label for label in labels if not label.startswith("Ĝ ")] == []


def other_than_texts(first: Study, second: Study) -> list[str]:
    """What differs between two studies beside their texts."""
    plain = [dataclasses.replace(study, text_languages={}) for study in (first, second)]
    paths = set(differences(*plain, "study"))
    return [path for path in paths if not TEXTS & {*path.split(".")}]


def differences(first: Any, second: Any, path: str) -> Iterator[str]:
    """The attributes that differ, by their path."""
    if dataclasses.is_dataclass(first):
        for field in dataclasses.fields(first):
            inner = (getattr(item, field.name) for item in (first, second))
            yield from differences(*inner, f"{path}.{field.name}")
    elif hasattr(first, "items"):
        assert list(first) == list(second)
        for key, value in first.items():
            yield from differences(value, second[key], path)
    elif isinstance(first, tuple) and not all(isinstance(item, str) for item in first):
        assert len(first) == len(second)
        for items in zip(first, second, strict=True):
            yield from differences(*items, path)
    elif first != second:
        yield path


RECORDS = (
    {},
    {"day": "2024-05-01", "took": "Y", "worst": "3", "now": "9"},
    {"day": "tomorrow", "took": "Sí", "drug": "Otro", "temp": "39,5"},
    {"day": "REF", "took": "N", "drug": "PARA", "temp": "101.5", "tempu": "F"},
)


@pytest.mark.parametrize("texts", RECORDS)
def test_the_verdict_is_the_same_in_every_language(texts: dict[str, str]) -> None:
    assert verdict(translated_study(), texts) == verdict(
        study_in(translated_study(), "es"), texts
    )


def verdict(study: Study, texts: dict[str, str]) -> object:
    context = Context(subject="01-007", visit="DAY1", today=date(2024, 5, 31))
    record = Record(texts=texts)
    judged = judge(study, study.forms["pain"], record, context, completing=True)
    cells = {key: (cell.value, cell.shown) for key, cell in judged.cells.items()}
    found = [
        (item.code, item.severity, item.data, item.rule) for item in judged.findings
    ]
    return cells, found, judged.may_complete


def test_an_edited_text_makes_its_translation_outdated() -> None:
    (finding,) = findings("forms/pain.yaml", "label: Date,", "label: Day of the visit,")
    line = (
        translated_files()[ES]
        .splitlines()
        .index("  pain.day.label: {en: Date, es: Fecha}")
    )
    assert (finding.code, finding.text and finding.text.line) == (
        "translation-outdated",
        line + 1,
    )
    assert finding.message == (
        'This translates "Date", but the text is now "Day of the visit".'
    )
    assert [place.file for place in finding.related] == ["forms/pain.yaml"]


def test_the_page_shows_the_text_itself_until_its_translation_is_right() -> None:
    files = dict(translated_files())
    files["forms/pain.yaml"] = files["forms/pain.yaml"].replace(
        "label: Date,", "label: Day of the visit,"
    )
    study = load_study(files).study
    assert study is not None
    spanish = study_in(study, "es")
    assert spanish.forms["pain"].by_name["day"].label == "Day of the visit"
    assert spanish.language_of("Day of the visit") == "en"
    assert spanish.language_of("Nombre") == "es"


OTHER = "  pain.drug.codes.OTHER: {en: Another one, es: Otro}"


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        (ES, "es: Fecha", "es: null", "translation-missing"),
        (ES, "  pain.day.label: {en: Date, es: Fecha}\n", "", "translation-missing"),
        (ES, "pain.day.label", "pain.dya.label", "translation-unknown"),
        (ES, "Ha tomado {name}", "Ha tomado {nombre}", "translation-answers"),
        (ES, "Ha tomado {name}", "Ha tomado", "translation-answers"),
        (ES, "es: Sí", "es: 'no'", "translated-label-twice"),
        (ES, "es: Otro", "es: para", "translated-label-twice"),
        (
            ES,
            f"es: Ibuprofeno}}\n{OTHER}",
            "es: another one}",
            "translated-label-twice",
        ),
        (ES, "translations: es", "translations: pt", "translation-language"),
        ("study.yaml", "es: Español", "español: Español", "language-tag"),
        (ES, "{en: Date, es: Fecha}", "{en: Date, fr: Date}", "unknown-key"),
        (ES, "{en: Date, es: Fecha}", "{es: Fecha}", "missing-key"),
        (ES, "{en: Date, es: Fecha}", "Fecha", "not-a-mapping"),
    ],
)
def test_a_fault_of_a_translation_is_found(
    file: str, old: str, new: str, code: str
) -> None:
    assert code in {finding.code for finding in findings(file, old, new)}


def test_one_finding_counts_all_texts_that_are_not_translated() -> None:
    files = {name: text for name, text in translated_files().items() if name != ES}
    (finding,) = load_study(files).findings
    assert finding.code == "translation-missing"
    assert finding.message.startswith("26 of 26 texts are not translated into Español")
    assert str(finding.text) == "study.yaml:3:26"


def test_a_form_like_another_one_is_translated_with_it() -> None:
    files = dict(translated_files())
    files["forms/left.yaml"] = "form: left\nlike: pain\ntitle: Pain on the left\n"
    files["visits.yaml"] += "  left:    X\n"
    study = load_study(files).study
    assert study is not None
    form = study_in(study, "es").forms["left"]
    assert (form.title, form.by_name["day"].label) == ("Pain on the left", "Fecha")


def test_tags_and_directions() -> None:
    assert all(map(is_language_tag, ("es", "pt-BR", "zh-Hans-CN", "sr-Latn", "es-419")))
    assert not any(map(is_language_tag, ("", "ES", "spanish", "es_MX", "x-own", "e")))
    assert [direction(tag) for tag in ("ar", "he-IL", "es", "ks-Arab", "az-Latn")] == [
        "rtl",
        "rtl",
        "ltr",
        "rtl",
        "ltr",
    ]


def test_a_workbook_takes_translations_and_gives_them_back() -> None:
    files = translated_files()
    assert read_workbook("t.xlsx", write_workbook(files)).files == files
    key = ("es", "pain.day.label")
    changed = edited(
        files, lambda book: put(book, "translations", key, "translation", "Día")
    )
    result = read_workbook("t.xlsx", changed)
    assert result.files == {**files, ES: files[ES].replace("es: Fecha", "es: Día")}
    new = ["pt", "pain.day.label", "Date", "Data"]

    def in_portuguese(book: Book) -> None:
        put(book, "study", ("study", "languages"), "value", "{en: E, es: S, pt: P}")
        book["translations"].append(new)

    result = read_workbook("t.xlsx", edited(files, in_portuguese))
    study = load_study(result.files).study
    assert study is not None
    assert study_in(study, "pt").forms["pain"].by_name["day"].label == "Data"


def test_a_field_is_renamed_in_its_translations_too(tmp_path: Path) -> None:
    for name, text in translated_files().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    session = DictionarySession(tmp_path)
    analysis = session.analysis()
    lines = translated_files()["forms/pain.yaml"].splitlines()
    line = next(i for i, text in enumerate(lines) if text.startswith("  name:"))
    occurrence = analysis.occurrences.at("forms/pain.yaml", line + 1, 4)
    symbol = renamed_symbol(analysis, occurrence)
    after = renamed_texts(
        analysis, rename(analysis, symbol, "first", session.analysis_of)
    )
    spanish = after[ES]
    assert "pain.first.label: {en: First name, es: Nombre}" in spanish
    assert "es: '¿Ha tomado {first} un analgésico?'" in spanish
    assert load_study(after).findings == ()


def test_a_text_says_its_language_and_its_direction() -> None:
    files = {
        name: text.replace("es: Español", "ar: العربية")
        .replace("translations: es", "translations: ar")
        .replace("es: Fecha", "ar: التاريخ")
        .replace(", es: ", ", ar: ")
        for name, text in translated_files().items()
    }
    study = load_study(files).study
    assert study is not None
    arabic = study_in(study, "ar")
    label = arabic.forms["pain"].by_name["day"].label
    assert in_its_language(arabic, label) == '<span lang="ar" dir="rtl">التاريخ</span>'
    assert in_its_language(study, "Date") == "Date"
    assert in_its_language(arabic, "Save") == "Save"
