"""A printed document as data: chapters, what stands in them, and where one writes.

Whoever lays out a study makes these; ``typst_writer`` and ``word_writer`` write them.
All texts are plain: nothing in them is markup.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, Literal

NO_DATE = datetime(1980, 1, 1, tzinfo=UTC)
"""The date of a document whose data have none; PDF/A refuses a document without a date,
and a zip knows no earlier one.
"""

Tone = Literal["plain", "quiet", "strong", "warning"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """A text and how it is shown: ``quiet`` is no answer, ``warning`` is wrong or doubtful."""

    text: str
    tone: Tone = "plain"


# ---- where one writes


@dataclass(frozen=True, kw_only=True, slots=True)
class WritingLines:
    """Lines for text. ``share`` is the part of the width that they take, in percent."""

    count: int = 1
    share: int = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class CharacterBoxes:
    """Boxes for single characters. In ``pattern`` a letter is a box with that letter as
    its hint, ``_`` a box without one, and any other sign stands between boxes.
    """

    pattern: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tick:
    """An answer to tick."""

    code: str
    label: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticks:
    """Answers to tick: one of them, or ``several``. ``across``: side by side."""

    options: tuple[Tick, ...]
    several: bool = False
    across: bool = True
    ends: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruler:
    """A line of 100 mm to mark, between the words for its two ends."""

    ends: tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class NotByHand:
    """Nothing is written here; ``text`` says why."""

    text: str


WritingSpace = WritingLines | CharacterBoxes | Ticks | Ruler | NotByHand


@dataclass(frozen=True, kw_only=True, slots=True)
class HeadEntry:
    """A part of a line, such as the head of each page: a text, or boxes or a line to
    write on.
    """

    label: str
    text: str = ""
    space: CharacterBoxes | WritingLines | None = None


# ---- blocks of a chapter


@dataclass(frozen=True, kw_only=True, slots=True)
class PrintedHeading:
    """``depth`` 2 and 3 stand below the chapter's own. ``note`` stands at its end."""

    text: str
    depth: int = 2
    anchor: str = ""
    note: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Paragraph:
    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelledTexts:
    """Short facts: a label and a text on each line."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """The chapters and forms with their pages."""

    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperQuestion:
    """A question and the space for its answer.

    ``units`` and ``comparators`` are ticked beside the number, ``missing`` instead of an
    answer. ``limits`` say what is accepted. ``names`` are those of the dictionary and of
    the standards, where the document shows them.
    """

    label: str
    space: WritingSpace
    help: str = ""
    conditions: tuple[str, ...] = ()
    required: bool = False
    unit: str = ""
    units: tuple[Tick, ...] = ()
    comparators: tuple[Tick, ...] = ()
    missing: tuple[Tick, ...] = ()
    limits: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperQuestions:
    questions: tuple[PaperQuestion, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class WritingTable:
    """Rows to fill in. ``rows`` are their names, empty for those without one; ``widths``
    are shares of the page, the first that of the rows' names.
    """

    title: str
    row_title: str
    columns: tuple[PaperQuestion, ...]
    rows: tuple[str, ...]
    widths: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TickMatrix:
    """Questions that share their answers: one on each line, the answers as columns.

    ``offered`` has for each question whether it takes the answer of each column.
    """

    questions: tuple[PaperQuestion, ...]
    options: tuple[Tick, ...]
    offered: tuple[tuple[bool, ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PrintedAnswer:
    """A question and its answer; ``notes`` are findings, reasons and reference ranges."""

    label: str
    answer: Words
    notes: tuple[Words, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PrintedAnswers:
    answers: tuple[PrintedAnswer, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PrintedTable:
    """A table whose head is repeated on each page. ``widths`` are shares of the page."""

    head: tuple[str, ...]
    rows: tuple[tuple[Words, ...], ...]
    widths: tuple[int, ...]
    small: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SignOff:
    """Where the person who filled in a form signs it by hand, on one line."""

    entries: tuple[HeadEntry, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ElectronicSignature:
    """Who signed what a document shows (21 CFR 11.50): printed name, meaning and moment.

    ``moment`` is in the study's time and names its zone.
    """

    name: str
    meaning: str
    moment: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SignaturePlace:
    """Where signatures stand: a heading whose name inside the document is ``anchor``."""

    anchor: str
    depth: int = 3
    signatures: tuple[ElectronicSignature, ...] = ()


Block = (
    PrintedHeading
    | Paragraph
    | LabelledTexts
    | Contents
    | PaperQuestions
    | WritingTable
    | TickMatrix
    | PrintedAnswers
    | PrintedTable
    | SignOff
    | SignaturePlace
)


# ---- the document


@dataclass(frozen=True, kw_only=True, slots=True)
class Chapter:
    """What begins on a new page; ``head`` stands at the head of each of its pages."""

    title: str
    anchor: str
    head: tuple[HeadEntry, ...]
    blocks: tuple[Block, ...]
    note: str = ""
    names: tuple[str, ...] = ()


Sheet = Literal["a4", "us-letter"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """A whole document. ``moment`` is the date of its data; ``foot`` stands on each page.

    ``language`` is that of most of its words, as a tag.
    """

    title: str
    moment: datetime
    foot: str
    chapters: tuple[Chapter, ...]
    sheet: Sheet = "a4"
    language: str = "en"


def as_data(item: Any) -> Any:
    """The document as JSON has it; every part says in ``is`` what it is."""
    # Most words are plain, and the document is large.
    if isinstance(item, Words) and item.tone == "plain":
        return item.text

    if is_dataclass(item):
        data: dict[str, Any] = {"is": type(item).__name__}
        for field in fields(item):
            data[field.name] = as_data(getattr(item, field.name))

        return data

    if isinstance(item, tuple | list):
        return [as_data(part) for part in item]

    if isinstance(item, Mapping):
        return {key: as_data(part) for key, part in item.items()}

    if isinstance(item, datetime):
        moment = item.astimezone(UTC)
        return [*moment.timetuple()[:6]]

    return item
