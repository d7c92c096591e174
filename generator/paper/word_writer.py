"""Writes a document for Word with python-docx, to be changed there or filled in by hand.

What is drawn in a PDF is written with signs here: a box for a character is ``[_]``.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from generator.heavy_libraries import docx
from generator.paper.layout import (
    Block,
    Chapter,
    CharacterBoxes,
    Contents,
    HeadEntry,
    LabelledTexts,
    NotByHand,
    Paper,
    PaperQuestion,
    PaperQuestions,
    Paragraph,
    PrintedAnswers,
    PrintedHeading,
    PrintedTable,
    Ruler,
    SignaturePlace,
    SignOff,
    Tick,
    TickMatrix,
    Ticks,
    Words,
    WritingLines,
    WritingSpace,
    WritingTable,
)
from generator.paper.printable import is_hidden, sign_name
from generator.paper.typst_writer import WrittenPaper, need_library

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table

WIDTH = 174
"""Millimetres between the margins."""
ONE, MANY = "○", "☐"
_SHEETS = {"a4": (210, 297), "us-letter": (216, 279)}
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_COLOURS = {
    "plain": "000000",
    "strong": "000000",
    "quiet": "4D5560",
    "warning": "8A3B00",
}
_SIZES = (8, 8.5, 9.5, 10)
_LETTERS = 46
"""Characters of a line that takes the whole width of an answer."""


def write_word(paper: Paper) -> WrittenPaper:
    """The document as ``.docx``; the same document is the same bytes.

    Raises ``PaperFailed`` where the library is not installed.
    """
    need_library("docx")
    writing = _WordDocument(document=docx.Document())
    writing.paper(paper)
    stream = io.BytesIO()
    writing.document.save(stream)

    return WrittenPaper(
        content=_with_fixed_dates(stream.getvalue()),
        replaced=dict(sorted(writing.replaced.items())),
    )


def _with_fixed_dates(content: bytes) -> bytes:
    """The same file without the time at which it was zipped."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(stream, "w") as target,
    ):
        # In their own order: Word wants the list of contents first.
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))

    return stream.getvalue()


def _boxes(space: CharacterBoxes) -> str:
    text = "".join(map(_box, space.pattern))
    return f"{text}  {space.hint}".rstrip()


def _box(letter: str) -> str:
    """One character of a pattern: ``_`` is an empty box, a letter says what goes in."""
    if letter == "_":
        return "[ ]"
    if letter.isalpha():
        return f"[{letter}]"

    return f" {letter} "


def _ticks(space: Ticks) -> str:
    sign = MANY if space.several else ONE
    between = "    " if space.across else "\n"
    ticks = [_tick(option, sign) for option in space.options]
    text = between.join(ticks)

    if space.ends is None:
        return text

    low, high = space.ends
    return f"{low}   {text}   {high}"


def _tick(option: Tick, sign: str = ONE) -> str:
    code = ""
    if option.code:
        code = f" ({option.code})"

    note = ""
    if option.note:
        note = f", {option.note}"

    return f"{sign}\u00a0{option.label}{code}{note}"


def _lines(space: WritingLines) -> str:
    line = "_" * max(8, _LETTERS * space.share // 100)
    return "\n".join([line] * space.count)


_SPACES: Mapping[type, Callable[[Any], str]] = MappingProxyType(
    {
        WritingLines: _lines,
        CharacterBoxes: _boxes,
        Ticks: _ticks,
        Ruler: lambda space: f"{space.ends[0]} |{'_' * 40}| {space.ends[1]}",
        NotByHand: lambda space: f"[{space.text}]" if space.text else "",
    }
)
if holes := set(WritingSpace.__args__) ^ set(_SPACES):
    raise ImportError(f"Word cannot write {sorted(hole.__name__ for hole in holes)}")


def answer_text(question: PaperQuestion) -> str:
    """The space of a question with everything beside it, in lines."""
    write_space = _SPACES[type(question.space)]
    signs = [
        *map(_tick, question.comparators),
        write_space(question.space),
        question.unit,
        *map(_tick, question.units),
    ]
    lines = ["  ".join(filter(None, signs))]

    if question.missing:
        reasons = "   ".join(map(_tick, question.missing))
        lines.append(f"or  {reasons}")

    return "\n".join(lines)


@dataclass
class _WordDocument:
    """A document that is being written. ``replaced`` counts what XML cannot hold or
    nobody could see.
    """

    document: Document
    replaced: Counter[str] = field(default_factory=Counter)
    styled: dict[tuple[str, float], str] = field(default_factory=dict)
    style_ids: dict[str, str] = field(default_factory=dict)

    def text(self, text: str) -> str:
        # Most texts are: to look at each sign takes longer than to write all.
        if text.isascii() and text.isprintable():
            return text

        shown = []
        for sign in text:
            if sign == "\n" or not is_hidden(sign):
                shown.append(sign)
                continue

            self.replaced[sign] += 1
            shown.append(f"⟦U+{ord(sign):04X}⟧")

        return "".join(shown)

    # ---- the document

    def paper(self, paper: Paper) -> None:
        moment = paper.moment.astimezone(UTC).replace(tzinfo=None)
        properties = self.document.core_properties
        properties.title = self.text(paper.title)
        properties.author = "crfsmith"
        properties.comments = ""
        properties.language = paper.language
        properties.created = properties.modified = moment
        self.styles()

        for index, chapter in enumerate(paper.chapters):
            section = self.document.sections[0]
            if index:
                start = docx.enum.section.WD_SECTION.NEW_PAGE
                section = self.document.add_section(start)
                section.header.is_linked_to_previous = False
                section.footer.is_linked_to_previous = False

            self.section(section, paper, chapter)
            self.chapter(chapter)

        if self.replaced:
            self.replaced_note()

    def styles(self) -> None:
        styles = self.document.styles
        styles["Normal"].font.name = "Calibri"
        styles["Normal"].font.size = docx.shared.Pt(10)
        styles["Normal"].paragraph_format.space_after = docx.shared.Pt(3)

        for tone in _COLOURS:
            for size in _SIZES:
                self.styled[tone, size] = self.style(tone, size)

    def section(self, section: Any, paper: Paper, chapter: Chapter) -> None:
        """The sheet, its margins, and the head and the foot of each page."""
        width, height = _SHEETS[paper.sheet]
        section.page_width, section.page_height = map(docx.shared.Mm, (width, height))
        side = docx.shared.Mm(18)
        section.left_margin = section.right_margin = side
        section.top_margin = section.bottom_margin = docx.shared.Mm(22)
        head = "      ".join(map(self.head_entry, chapter.head))
        section.header.paragraphs[0].text = head

        foot = section.footer.paragraphs[0]
        foot.text = f"{self.text(paper.foot)}   Page "
        self.page_field(foot, "PAGE")
        foot.add_run(" of ")
        self.page_field(foot, "NUMPAGES")

        for run in foot.runs:
            run.font.size = docx.shared.Pt(8)

    def head_entry(self, entry: HeadEntry) -> str:
        words = entry.text
        if isinstance(entry.space, CharacterBoxes):
            words = _boxes(entry.space)
        elif entry.space is not None:
            words = "_" * 22

        return self.text(f"{entry.label} {words}".strip())

    def page_field(self, paragraph: Any, name: str) -> None:
        """A number that Word works out."""
        # Only Word knows where its pages end.
        run = paragraph.add_run()
        for kind, text in (("begin", ""), ("", name), ("end", "")):
            if kind:
                part = docx.oxml.OxmlElement("w:fldChar")
                part.set(docx.oxml.ns.qn("w:fldCharType"), kind)
            else:
                part = docx.oxml.OxmlElement("w:instrText")
                part.text = text

            run._r.append(part)

    def chapter(self, chapter: Chapter) -> None:
        self.heading(chapter.title, 1, chapter.names)
        if chapter.note:
            self.paragraph(chapter.note, "quiet")

        for block in chapter.blocks:
            _BLOCKS[type(block)](self, block)

    def replaced_note(self) -> None:
        """What could not be written as it is, at the end of the document."""
        rows = tuple(
            (Words(text=sign_name(sign)), Words(text=str(times)))
            for sign, times in sorted(self.replaced.items())
        )
        self.heading("Characters that could not be printed", 1, ())
        self.paragraph("Each is shown as its code point where it was typed.", "plain")
        self.printed_table(
            PrintedTable(head=("Character", "Times"), rows=rows, widths=(80, 20))
        )

    # ---- texts

    def heading(self, text: str, depth: int, names: Sequence[str]) -> None:
        paragraph = self.document.add_paragraph(self.text(text))
        paragraph._p.style = self.style_id(f"Heading {min(depth, 9)}")
        if names:
            self.paragraph("   ".join(names), "quiet")

    def paragraph(self, text: str, tone: str) -> None:
        self.run(self.document.add_paragraph(), text, tone)

    def run(self, paragraph: Any, text: str, tone: str, size: float = 10) -> None:
        run = paragraph.add_run(self.text(text))
        # By its id: a look-up of each style takes more time than the text.
        run._r.style = self.styled[tone, size]

    def style(self, tone: str, size: float) -> str:
        """Makes the style of a tone and a size, and gives its id."""
        kind = docx.enum.style.WD_STYLE_TYPE.CHARACTER
        style = self.document.styles.add_style(f"Paper {tone} {size:g}", kind)
        style.font.size = docx.shared.Pt(size)
        style.font.color.rgb = docx.shared.RGBColor.from_string(_COLOURS[tone])
        style.font.bold = tone in ("strong", "warning")
        style.font.italic = tone == "quiet"
        style_id: str = style.style_id

        return style_id

    def style_id(self, name: str) -> str:
        """The id of a style of Word, looked up once: each look-up searches all styles."""
        if name not in self.style_ids:
            self.style_ids[name] = self.document.styles[name].style_id

        return self.style_ids[name]

    def cell(self, cell: Any, parts: Sequence[Words], size: float = 10) -> None:
        """Fills a cell: the first part is its text, smaller ones follow below it."""
        if not parts:
            return

        # Word gives every cell a first paragraph.
        first, *others = parts
        self.run(cell.paragraphs[0], first.text, first.tone, size)
        for words in others:
            self.run(cell.add_paragraph(), words.text, words.tone, 8)

    # ---- tables

    def table(self, widths: Sequence[int], head: Sequence[str]) -> Table:
        """A table; its head, where it has one, is repeated on each page."""
        table: Table = self.document.add_table(rows=0, cols=len(widths))
        table._tbl.tblStyle_val = self.style_id("Table Grid")
        table.autofit = False
        total = sum(widths)

        for column, width in zip(table.columns, widths, strict=True):
            column.width = docx.shared.Mm(WIDTH * width / total)

        if any(head):
            row: Any = table.add_row()  # type: ignore[no-untyped-call]
            for cell, text in zip(row.cells, head, strict=True):
                self.cell(cell, [Words(text=text, tone="strong")], 8.5)

            properties = row._tr.get_or_add_trPr()
            properties.append(docx.oxml.OxmlElement("w:tblHeader"))

        return table

    def row(
        self, table: Table, cells: Sequence[Sequence[Words]], size: float = 10
    ) -> None:
        row: Any = table.add_row()  # type: ignore[no-untyped-call]
        for cell, column, parts in zip(row.cells, table.columns, cells, strict=True):
            cell.width = column.width
            self.cell(cell, parts, size)

        row._tr.get_or_add_trPr().append(docx.oxml.OxmlElement("w:cantSplit"))

    def labelled_texts(self, block: LabelledTexts) -> None:
        table = self.table((22, 78), ("", ""))
        for name, text in block.items:
            self.row(table, [[Words(text=name, tone="quiet")], [Words(text=text)]])

        self.document.add_paragraph()

    def contents(self, _block: Contents) -> None:
        self.paragraph(
            "Use the navigation pane of Word: every form is a heading there.", "quiet"
        )

    def questions(self, block: PaperQuestions) -> None:
        table = self.table((41, 59), ("Question", "Answer"))
        for question in block.questions:
            answer = [Words(text=answer_text(question))]
            answer += [Words(text=text, tone="quiet") for text in question.limits]
            self.row(table, [question_words(question), answer])

        self.document.add_paragraph()

    def writing_table(self, block: WritingTable) -> None:
        head = (block.row_title, *(column.label for column in block.columns))
        table = self.table(block.widths, head)

        about = [_about_column(column) for column in block.columns]
        says_something = any(words.text for words in chain.from_iterable(about))
        if says_something:
            self.row(table, [_NO_WORDS, *about], 8)

        for name in block.rows:
            answers = [[Words(text=answer_text(column))] for column in block.columns]
            self.row(table, [[Words(text=name)], *answers], 8)

        self.document.add_paragraph()

    def tick_matrix(self, block: TickMatrix) -> None:
        options = [_option_words(option) for option in block.options]
        share = 55 // len(options)
        widths = (45, *([share] * len(options)))
        table = self.table(widths, ("Question", *options))

        for question, offered in zip(block.questions, block.offered, strict=True):
            signs = [ONE if is_offered else "–" for is_offered in offered]
            ticks = [[Words(text=sign)] for sign in signs]
            self.row(table, [question_words(question), *ticks])

        self.document.add_paragraph()

    def printed_answers(self, block: PrintedAnswers) -> None:
        table = self.table((42, 58), ("Question", "Answer"))
        for answer in block.answers:
            self.row(
                table, [[Words(text=answer.label)], [answer.answer, *answer.notes]]
            )

        self.document.add_paragraph()

    def printed_table(self, block: PrintedTable) -> None:
        table = self.table(block.widths, block.head)
        size = 8 if block.small else 9.5

        for row in block.rows:
            cells = [[words] for words in row]
            self.row(table, cells, size)

        self.document.add_paragraph()

    def sign_off(self, block: SignOff) -> None:
        self.document.add_paragraph("  ".join(map(self.head_entry, block.entries)))

    def signature_place(self, block: SignaturePlace) -> None:
        if not block.signatures:
            self.paragraph("Electronic signature: none recorded", "quiet")

        for item in block.signatures:
            words = f"{item.name}, {item.meaning}, {item.moment}"
            self.paragraph(f"Electronic signature: {words}", "plain")


def question_words(question: PaperQuestion) -> list[Words]:
    """The label and what stands below it."""
    star = " *" if question.required else ""
    parts = [Words(text=f"{question.label}{star}")]
    parts += [Words(text=text, tone="quiet") for text in question.conditions]

    if question.help:
        parts.append(Words(text=question.help, tone="quiet"))

    if question.names:
        names = "   ".join(question.names)
        parts.append(Words(text=names, tone="strong"))

    return parts


_NO_WORDS = [Words(text="")]


def _about_column(column: PaperQuestion) -> list[Words]:
    """What stands below the label of a column."""
    parts: list[Words] = []
    if column.required:
        parts.append(Words(text="*"))

    # The label itself stands in the head.
    parts += question_words(column)[1:]
    parts += [Words(text=text, tone="quiet") for text in column.limits]

    return parts or _NO_WORDS


def _option_words(option: Tick) -> str:
    if not option.code:
        return option.label

    return f"{option.label} ({option.code})"


_BLOCKS: Mapping[type, Callable[[_WordDocument, Any], None]] = MappingProxyType(
    {
        PrintedHeading: lambda writing, block: writing.heading(
            block.text, block.depth, [*block.names, *filter(None, [block.note])]
        ),
        Paragraph: lambda writing, block: writing.paragraph(block.text, block.tone),
        LabelledTexts: _WordDocument.labelled_texts,
        Contents: _WordDocument.contents,
        PaperQuestions: _WordDocument.questions,
        WritingTable: _WordDocument.writing_table,
        TickMatrix: _WordDocument.tick_matrix,
        PrintedAnswers: _WordDocument.printed_answers,
        PrintedTable: _WordDocument.printed_table,
        SignOff: _WordDocument.sign_off,
        SignaturePlace: _WordDocument.signature_place,
    }
)
if missing := set(Block.__args__) ^ set(_BLOCKS):
    raise ImportError(f"Word cannot write {sorted(lack.__name__ for lack in missing)}")
