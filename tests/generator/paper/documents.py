"""What tests read of a document that was written."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import docx
import pypdf

from forms_spec.model.captured_forms import Subject
from forms_spec.model.study import Study
from generator.paper.captured_subject import PrintRun, SubjectCasebook
from generator.paper.layout import Paper, as_data
from generator.paper.typst_process import compile_pdf
from tests.generator.targets.studies import Captured
from tests.studies import study_of

RIGHT_MARGIN = 595 - 40
"""Points from the left of an A4 sheet, where texts no longer begin."""
RUN = PrintRun(by="Milan Monitor", moment=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))


def pdf_of(paper: Paper) -> bytes:
    """The PDF, made in this process."""
    return compile_pdf(as_data(paper), "")[0]


def reader_of(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


def squeezed(text: str) -> str:
    """The text without anything that a line break of the page may add or take."""
    return re.sub(r"[\s\u200b\xa0]+", "", text)


def pdf_text(content: bytes) -> str:
    """Everything that stands on the pages, without blanks."""
    return squeezed("".join(page.extract_text() for page in reader_of(content).pages))


def word_text(content: bytes) -> str:
    """Everything that stands in a document of Word, without blanks."""
    document = docx.Document(io.BytesIO(content))
    body = "".join(part.text or "" for part in document.element.body.iter())
    heads = "".join(
        paragraph.text
        for section in document.sections
        for paragraph in (*section.header.paragraphs, *section.footer.paragraphs)
    )
    return squeezed(body + heads)


def paper_text(paper: Paper) -> str:
    """Every text of the pages as data, without blanks."""
    return squeezed("\n".join(_texts(as_data(paper))))


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, list):
        for part in data:
            yield from _texts(part)
    elif isinstance(data, dict):
        for part in data.values():
            yield from _texts(part)


def casebooks_of(captured: Captured) -> Iterator[SubjectCasebook]:
    """The casebook of each subject, without a history."""
    study: Study = captured.study
    for subject in dict.fromkeys((form.site, form.subject) for form in captured.forms):
        forms = tuple(
            form for form in captured.forms if (form.site, form.subject) == subject
        )
        yield SubjectCasebook(study=study, subject=Subject(*subject), forms=forms)


def wide_study(columns: int) -> Study:
    fields = "".join(
        f"      f{number}: {{label: Column {number}, type: integer, range: [0, 9]}}\n"
        for number in range(columns)
    )
    return study_of(
        {
            "study.yaml": "study: W\ntitle: Wide\nshort: Wide\nsubject: "
            "{pattern: '\\d{2}', example: '01'}\n",
            "forms/w.yaml": "form: w\ntitle: Wide\nlog: true\ngroups:\n  wide:\n"
            f"    title: Rows\n    rows: {{max: 5}}\n    fields:\n{fields}",
        }
    )


def right_edge(content: bytes) -> float:
    """How far to the right a text begins, in points."""
    furthest = 0.0

    def look(_text: str, matrix: list[float], where: list[float], *_: object) -> None:
        nonlocal furthest
        furthest = max(furthest, where[4] or matrix[4])

    for page in reader_of(content).pages:
        page.extract_text(visitor_text=look)
    return furthest
