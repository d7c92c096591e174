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
    """Everything that stands on the pages of a PDF of typst, without blanks.

    pypdf reads the same in six times as long, because it works out places too.
    """
    maps: dict[int, CharacterMap] = {}
    pages = reader_of(content).pages
    return squeezed("".join(part for page in pages for part in _shown(page, maps)))


CharacterMap = dict[int, str]
"""The text of each glyph of a font."""
_FLAT = rb"\((?:[^\\()]|\\.)*\)"
_STRING = rb"\((?:[^\\()]|\\.|%b)*\)" % _FLAT
"""Brackets inside that are a pair are written without a backslash."""
_SHOWING = re.compile(
    rb"/(?P<font>\w+) [\d.]+ Tf|(?P<texts>%b|\[(?:%b|[-\d. \n])*\]) ?T[jJ]"
    % (_STRING, _STRING),
    re.DOTALL,
)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_SIGNS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b""}
_CODES = re.compile(rb"<([0-9a-fA-F]+)>")


def _shown(page: Any, maps: dict[int, CharacterMap]) -> Iterator[str]:
    fonts = page["/Resources"].get("/Font", {})
    characters: CharacterMap = {}
    for operator in _SHOWING.finditer(page.get_contents().get_data()):
        if operator["font"]:
            stream = fonts[f"/{operator['font'].decode()}"]["/ToUnicode"]
            number = stream.indirect_reference.idnum
            if number not in maps:
                maps[number] = _character_map(stream.get_data())
            characters = maps[number]
            continue

        for text in re.findall(_STRING, operator["texts"], re.DOTALL):
            glyphs = _ESCAPE.sub(_unescaped, text[1:-1])
            for first, second in zip(glyphs[::2], glyphs[1::2], strict=True):
                yield characters[first << 8 | second]


def _unescaped(escape: re.Match[bytes]) -> bytes:
    sign = escape[1]
    if sign.isdigit():
        return bytes([int(sign, 8)])

    return _SIGNS.get(sign, sign)


def _character_map(stream: bytes) -> CharacterMap:
    """The glyphs of a ``ToUnicode`` stream, which typst lists one by one or in ranges."""
    characters: CharacterMap = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", stream, re.DOTALL):
        codes = _CODES.findall(block)
        for glyph, text in zip(codes[::2], codes[1::2], strict=True):
            characters[int(glyph, 16)] = _utf_16(text)

    for block in re.findall(rb"beginbfrange(.*?)endbfrange", stream, re.DOTALL):
        codes = _CODES.findall(block)
        for low, high, text in zip(codes[::3], codes[1::3], codes[2::3], strict=True):
            for number in range(int(low, 16), int(high, 16) + 1):
                start = _utf_16(text)
                step = number - int(low, 16)
                characters[number] = start[:-1] + chr(ord(start[-1]) + step)

    return characters


def _utf_16(code: bytes) -> str:
    return bytes.fromhex(code.decode()).decode("utf-16-be")


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
