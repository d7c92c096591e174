"""Blank and annotated forms: every field of every dictionary stands in all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest

from forms_spec.model.codes import Codelist
from forms_spec.model.study import Study
from generator.paper.blank import blank_forms
from generator.paper.layout import (
    Chapter,
    PaperQuestion,
    PaperQuestions,
    TickMatrix,
    WritingTable,
)
from generator.paper.typst_writer import write_pdf
from generator.paper.widths import PAGE_WIDTH
from generator.paper.word_writer import write_word
from tests.generator.paper.documents import (
    RIGHT_MARGIN,
    paper_text,
    pdf_of,
    pdf_text,
    reader_of,
    right_edge,
    squeezed,
    wide_study,
    word_text,
)
from tests.generator.targets.studies import STUDIES
from tests.reference_study import reference_study
from tests.studies import small_study, study_of


def labels(study: Study) -> list[str]:
    """What a person has to find: every title, and every question that is asked."""
    titles = [study.title]
    for form in study.forms.values():
        titles.append(form.title)
        for group in form.groups:
            units = {field.unit_field for field in group.fields}
            titles += [group.title or ""]
            titles += [
                field.label
                for field in group.fields
                if field.name not in units and field.part_of is None
            ]
    return [squeezed(title) for title in titles]


def field_names(study: Study) -> list[str]:
    """Every field of every form, units and parts of numbers included."""
    return [
        field.name
        for form in study.forms.values()
        for group in form.groups
        for field in group.fields
    ]


def codes(study: Study) -> list[str]:
    lists: list[Codelist] = [
        field.codelist
        for table in study.tables.values()
        for field in table.fields
        if field.codelist and len(field.codelist.codes) <= 400
    ]
    return [squeezed(code.label) for codelist in lists for code in codelist.codes]


@pytest.mark.parametrize("name", STUDIES)
def test_every_field_stands_in_the_pages(name: str) -> None:
    study = STUDIES[name]().study
    blank = paper_text(blank_forms(study))
    annotated = paper_text(blank_forms(study, annotated=True))
    for words in (*labels(study), *codes(study)):
        assert words in blank
        assert words in annotated
    for field in field_names(study):
        assert field in annotated


@cache
def forms_text(name: str, annotated: bool) -> str:
    paper = blank_forms(STUDIES[name]().study, annotated=annotated)
    return pdf_text(pdf_of(paper))


@pytest.mark.parametrize(
    ("name", "annotated"), [("small", False), ("small", True), ("cellkine", True)]
)
def test_every_field_stands_in_the_pdf_and_in_word(name: str, annotated: bool) -> None:
    study = STUDIES[name]().study
    paper = blank_forms(study, annotated=annotated)
    pdf, word = forms_text(name, annotated), word_text(write_word(paper).content)
    wanted = [*labels(study), *codes(study)]
    if annotated:
        wanted += field_names(study)
    for words in wanted:
        assert words in word
        assert words in pdf


def test_a_pdf_is_read_as_pypdf_reads_it() -> None:
    content = pdf_of(blank_forms(small_study(), annotated=True))
    pages = reader_of(content).pages
    assert pdf_text(content) == squeezed("".join(p.extract_text() for p in pages))


def test_annotations_have_the_names_of_the_standards() -> None:
    study = STUDIES["cellkine"]().study
    text = forms_text("cellkine", True)
    for table in study.tables.values():
        for field in table.fields:
            if field.cdash:
                assert f"CDASH{field.cdash}" in text
            if field.sdtm:
                assert f"SDTM{field.sdtm}" in text


def test_a_pdf_is_tagged_archivable_and_has_an_outline() -> None:
    study = small_study()
    since = datetime(2024, 4, 18, 12, tzinfo=UTC)
    reader = reader_of(pdf_of(blank_forms(study, moment=since)))
    metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert reader.metadata is not None
    assert reader.metadata.title == "Blank case report forms: Small"
    assert reader.metadata.creation_date == since
    outline = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert outline == [
        "Blank case report forms", "Vital signs", "Laboratory", "Adverse events",
    ]  # fmt: skip


def test_the_blank_forms_of_cellkine_are_all_there() -> None:
    """Their questions are those of the annotated forms, which are read word by word."""
    study = STUDIES["cellkine"]().study
    blank, annotated = (blank_forms(study, annotated=how) for how in (False, True))
    assert [unnamed(c) for c in blank.chapters[1:]] == [
        unnamed(c) for c in annotated.chapters[1:]
    ]
    reader = reader_of(pdf_of(blank))
    titles = {entry.title for entry in reader.outline if not isinstance(entry, list)}
    assert {form.title for form in study.forms.values()} <= titles
    words = word_text(write_word(blank).content)
    for label in labels(study):
        assert label in words


def unnamed(chapter: Chapter) -> list[str]:
    """The labels of all questions of a chapter, without annotations."""
    questions: list[PaperQuestion] = []
    for block in chapter.blocks:
        if isinstance(block, PaperQuestions | TickMatrix):
            questions += block.questions
        elif isinstance(block, WritingTable):
            questions += block.columns
    return [chapter.title, *(question.label for question in questions)]


def test_every_page_says_whose_it_is_and_where_it_belongs() -> None:
    study = small_study()
    reader = reader_of(pdf_of(blank_forms(study)))
    count = len(reader.pages)
    for number, page in enumerate(reader.pages, start=1):
        text = squeezed(page.extract_text())
        assert f"Page{number}of{count}" in text
        assert f"dictionary{study.hash[:12]}" in text
        if number > 1:
            assert "Subject" in text
            assert "Visit" in text


def test_conditions_stand_in_words() -> None:
    text = paper_text(blank_forms(small_study()))
    assert squeezed("Only if “Were vital signs taken?” is Yes.") in text


def test_the_same_study_gives_the_same_bytes_in_every_process() -> None:
    study = small_study()
    again = study_of(dict(study.files))
    first, second = write_pdf(blank_forms(study)), write_pdf(blank_forms(again))
    assert first.content == second.content == pdf_of(blank_forms(study))
    words = write_word(blank_forms(study)), write_word(blank_forms(again))
    assert words[0].content == words[1].content


def test_the_sheet_of_paper_can_be_chosen() -> None:
    reader = reader_of(pdf_of(blank_forms(small_study(), sheet="us-letter")))
    assert reader.pages[0].mediabox[2:] == [612, 792]


def test_all_tables_have_a_head() -> None:
    reader = reader_of(pdf_of(blank_forms(reference_study())))
    heads, tables = count_tags(reader)
    assert tables
    assert heads >= tables


def count_tags(reader: object) -> tuple[int, int]:
    """How many tables there are, and how many cells that head a column."""
    seen = {"/TH": 0, "/Table": 0}
    waiting = [reader.trailer["/Root"]["/StructTreeRoot"]]  # type: ignore[attr-defined]
    while waiting:
        node = waiting.pop()
        if not hasattr(node, "get"):
            continue
        if node.get("/S") in seen:
            seen[node["/S"]] += 1
        children = node.get("/K", [])
        children = children if isinstance(children, list) else [children]
        waiting += [child.get_object() for child in children]
    return seen["/TH"], seen["/Table"]


@pytest.mark.parametrize("columns", [3, 8, 9, 40, 320])
def test_a_table_never_runs_off_the_page(columns: int) -> None:
    study = wide_study(columns)
    paper = blank_forms(study, annotated=True)
    blocks = [block for chapter in paper.chapters for block in chapter.blocks]
    for table in blocks:
        if isinstance(table, WritingTable):
            assert sum(table.widths) <= PAGE_WIDTH
    content = pdf_of(paper)
    text = pdf_text(content)
    for number in range(columns):
        assert f"Column{number}" in text
    assert right_edge(content) <= RIGHT_MARGIN


def test_a_shared_list_becomes_a_matrix() -> None:
    study = STUDIES["cellkine"]().study
    blocks = [b for c in blank_forms(study).chapters for b in c.blocks]
    matrices = [block for block in blocks if isinstance(block, TickMatrix)]
    assert len(matrices) >= 10
    for matrix in matrices:
        for offered in matrix.offered:
            assert len(offered) == len(matrix.options)
            assert any(offered)


def test_what_must_be_answered_is_marked() -> None:
    by_label: dict[str, PaperQuestion] = {
        question.label: question
        for chapter in blank_forms(small_study()).chapters
        for block in chapter.blocks
        if isinstance(block, PaperQuestions)
        for question in block.questions
    }
    assert by_label["Were vital signs taken?"].required
    assert not by_label["Remark"].required


def test_markup_is_text() -> None:
    evil = '#panic("x") *b* $x$ \\ <l> @r // c \\u{41} `r` = h #[ ] }}'
    study = small_study()
    form = study.forms["vs"]
    renamed = replace(form, title=evil)
    paper = blank_forms(replace(study, forms={**study.forms, "vs": renamed}))
    assert squeezed(evil) in pdf_text(pdf_of(paper))
    assert squeezed(evil) in word_text(write_word(paper).content)
