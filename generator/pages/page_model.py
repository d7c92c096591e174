"""A form as its page shows it: sections of questions, how they are arranged and what
they are named.

They are made from the dictionary (``question_builder``); the texts of a subject come
later (``template_context``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import chain
from types import MappingProxyType

from markupsafe import Markup, escape

from forms_spec.model.captured_data import CellKey
from forms_spec.model.fields import OfferedRows, Repetition
from forms_spec.model.text_templates import Wording
from forms_spec.rules import Expression
from generator.pages.file_links import size_words
from generator.pages.input_names import cell_name, row_prefix
from generator.pages.limit_text import Limit

MENUS = frozenset({"list", "typeahead"})
GROUPED = frozenset({"radio", "checkboxes", "checkbox", "scale"})
TABLE_WIDTH = 62  # rem: a row wider than this is asked as a card


WIDTHS = MappingProxyType(
    {"w6": 5, "w10": 8, "w13": 11, "w20": 12, "w30": 14, "w40": 16, "full": 22}
)


Steps = tuple[tuple[int, str], ...]
"""Upper limits in ascending order, each with a word."""

MENU_WIDTHS: Steps = ((6, "w6"), (12, "w10"), (24, "w20"))


def fitting(size: int, steps: Steps, beyond: str) -> str:
    """The word of the first step that is large enough, or the word for more."""
    for limit, word in steps:
        if size <= limit:
            return word

    return beyond


def quoted(text: str) -> Markup:
    """A text inside a quoted string of a template, safe whatever it holds."""
    return Markup("".join(map(_quoted_sign, text)))


def _quoted_sign(sign: str) -> str:
    if sign.isascii() and sign.isalnum():
        return sign

    return f"\\U{ord(sign):08x}"


def fixed(value: object) -> Markup:
    """A text of the dictionary as HTML that a template engine leaves alone."""
    if isinstance(value, Markup):
        return value

    # A brace of a label would begin an expression of the template that is written.
    return Markup(str(escape(value)).replace("{", "&#123;"))


def row_menu(rows: OfferedRows) -> str:
    """The id of a list of rows, the same for all questions that offer the same."""
    digest = sha256(repr((rows.rows, rows.label)).encode()).hexdigest()
    return f"codes-rows-{digest[:10]}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One code to choose."""

    code: str
    label: str
    exclusive: bool = False
    offered: bool = True
    conditional: bool = False

    @property
    def quoted(self) -> Markup:
        return quoted(self.code)


def pieces(
    question: Question | Section, key: str, text: str
) -> Iterator[tuple[str, str]]:
    """A text in pieces: words, and the names of the answers that stand between them."""
    if key not in question.wordings:
        yield text, ""
        return

    index = 0
    for part in question.wordings[key]:
        if isinstance(part, str):
            yield part, ""
        else:
            yield "", f"{question.spot} {key} {index}"
            index += 1


@dataclass(frozen=True, kw_only=True)
class Question:
    """One field as it is asked.

    ``number`` is what the protocol calls a criterion: ``INCL01``.
    """

    name: str
    kind: str
    label: str
    help: str | None
    control: str
    width: str
    inputmode: str
    codes: tuple[Option, ...]
    reasons: tuple[Option, ...]
    limits: tuple[Limit, ...]
    unit: str | None
    unit_choices: tuple[Option, ...]
    companion: str | None
    required: bool | Expression
    conditional: bool
    ends: tuple[str, str] | None
    accept: str
    largest: int
    reference: bool = False
    beside: bool = False
    placeholder: str | None = None
    read_only: bool = False
    starts: bool = False
    number: str = ""
    rows: OfferedRows | None = None
    wordings: Mapping[str, Wording]

    @property
    def spot(self) -> str:
        return self.name

    @property
    def row_menu(self) -> str:
        """The id of the list of rows that it offers."""
        assert self.rows is not None
        return row_menu(self.rows)

    @property
    def grouped(self) -> bool:
        """True for several inputs under one legend."""
        return self.control in GROUPED

    @property
    def most(self) -> str:
        """How large a file may be, in words."""
        return size_words(self.largest)

    @property
    def tag(self) -> str:
        return "fieldset" if self.grouped else "div"

    @property
    def clearable(self) -> bool:
        """A chosen radio button cannot be taken back without a way to say so."""
        return self.control in {"radio", "scale"}

    @property
    def long(self) -> bool:
        """A question too long to stand in the narrow column of labels."""
        return len(self.label) > 60 and self.control == "radio"

    @property
    def optional(self) -> bool:
        """True for a question that may stay without an answer, and says so."""
        if self.required is not False:
            return False

        return self.control not in {"calculated", "note", "reading"}

    @property
    def asked(self) -> bool:
        """True when it depends on other answers whether this one is required."""
        return not isinstance(self.required, bool)

    @property
    def asked_by_menu(self) -> bool:
        return self.control in MENUS

    @property
    def menu(self) -> str:
        """The id of the menu's list, the same for all questions that offer the same
        answers.
        """
        offered = repr([(code.code, code.label) for code in self.offered])
        digest = sha256(offered.encode("utf-8", "surrogatepass")).hexdigest()
        return f"codes-{digest[:10]}"

    @property
    def offered(self) -> tuple[Option, ...]:
        """The codes that are still to be chosen: a retired one is not."""
        return tuple(code for code in self.codes if code.offered)

    @property
    def menu_width(self) -> str:
        """As wide as the longest answer, within reason."""
        return fitting(self.longest_label, MENU_WIDTHS, "w30")

    @property
    def longest_label(self) -> int:
        """Characters of the longest answer."""
        return max((len(code.label) for code in self.codes), default=0)

    @property
    def first(self) -> str:
        """The first code that is offered: its button carries the question's id."""
        if not self.offered:
            return ""

        return self.offered[0].code

    @property
    def arrangement(self) -> str:
        """Short answers stand side by side, long ones below each other."""
        # A button and the space around it take as much as five characters.
        total = sum(len(code.label) + 5 for code in self.codes)
        fits_few_lines = total <= 150 and self.longest_label <= 45

        return "across" if fits_few_lines else "down"

    def unit_name(self, name: str) -> Markup:
        """The name of the unit's inputs beside this question's own."""
        return Markup(name.removesuffix(self.name) + (self.companion or ""))

    @property
    def columns(self) -> float:
        """How many rem the question needs as a column of a table."""
        if self.control in {"checkboxes", "textarea", "scale", "vas", "file"}:
            return 22.0

        missing = 1.8 if self.reasons else 0.0
        if self.control == "radio":
            buttons = sum(len(code.label) * 0.5 + 2.2 for code in self.codes)
            return buttons + missing

        return self.box_width + 0.6 + missing

    @property
    def box_width(self) -> float:
        """How many rem the box needs."""
        if self.control == "calculated":
            return 5.0

        # A menu may be narrower than its answers: the list below it is not.
        if self.asked_by_menu:
            return min(WIDTHS[self.menu_width], 9.0)

        return WIDTHS[self.width]

    def is_about(self, other: Question) -> bool:
        """Whether this question judges or follows from the value of another."""
        if other.control != "text":
            return False
        if self.control not in {"radio", "list", "calculated"}:
            return False

        stem, underscore, _ = self.name.partition("_")
        if not underscore:
            return False

        return other.name.startswith(f"{stem}_")

    def in_row(self) -> Question:
        """The same question in a row, where only a short choice has room for buttons."""
        letters = sum(len(code.label) for code in self.codes)
        has_room = letters <= 8
        if self.control != "radio" or has_room:
            return self

        return replace(self, control="list")


@dataclass(frozen=True, kw_only=True)
class Section:
    """One group as it stands on the page."""

    name: str
    title: str | None
    help: str | None
    asked: tuple[Question, ...]
    fixed: tuple[Question, ...]
    unseen: tuple[str, ...]
    rows: Repetition | None
    layout: str
    conditional: bool
    long: bool
    wordings: Mapping[str, Wording]

    @property
    def spot(self) -> str:
        return f"@{self.name}"

    @property
    def lines(self) -> list[list[Question]]:
        """The questions line by line: a choice or a calculation beside the value that
        it is about.

        They belong together when their names begin alike: ``sodium_lborres``,
        ``sodium_lbclsig``.
        """
        lines: list[list[Question]] = []
        for question in self.asked:
            if lines and question.is_about(lines[-1][0]):
                lines[-1].append(replace(question.in_row(), beside=True))
            else:
                lines.append([question])

        return lines

    @property
    def as_laid_out(self) -> Iterator[Question]:
        """The questions with the controls that they have on the page."""
        if self.repeats:
            yield from self.asked
            return

        # A question that stands beside another may have become a menu.
        yield from chain.from_iterable(self.lines)

    @property
    def repeats(self) -> bool:
        return self.rows is not None

    @property
    def is_empty(self) -> bool:
        """True for a group of which the page holds nothing: it is left out."""
        return not (self.asked or self.repeats or self.unseen)

    @property
    def as_table(self) -> bool:
        """True when a row fits on one line of a wide screen."""
        return sum(question.columns for question in self.asked) <= TABLE_WIDTH

    @property
    def starting(self) -> tuple[Question, ...]:
        """The questions of a row that start with a text."""
        return tuple(question for question in self.asked if question.starts)

    def unseen_name(self, name: str) -> Markup:
        """The name of the input that carries a field which is not shown."""
        if self.repeats:
            # The row's number is filled in when the page is made.
            return Markup(row_prefix(self.name, "{{ n }}") + name)

        return Markup(cell_name(CellKey("", None, name)))

    @property
    def look(self) -> str:
        if self.repeats:
            return "repeats"
        if self.long:
            return f"{self.layout} long-labels"

        return self.layout

    @property
    def grows(self) -> bool:
        """Whether people add rows."""
        if not self.rows:
            return False

        return not self.rows.fixed and self.rows.carried is None

    @property
    def add_label(self) -> str:
        if not self.rows:
            return ""

        return self.rows.add_label

    @property
    def maximum(self) -> int:
        return self.rows.maximum if self.rows else 0

    @property
    def fixed_title(self) -> str:
        return ", ".join(question.label for question in self.fixed)

    def input_name(self, question: Question) -> Markup:
        """The name of a question's input; in a row it holds the row's number."""
        return self.unseen_name(question.name)


@dataclass(frozen=True, kw_only=True)
class Page:
    """One form as it stands on the page."""

    name: str
    title: str
    groups: tuple[Section, ...]

    @property
    def has_files(self) -> bool:
        questions = chain.from_iterable(section.asked for section in self.groups)
        return any(question.control == "file" for question in questions)

    @property
    def menus(self) -> Mapping[str, tuple[Option, ...]]:
        """The lists of the page's menus by id, each once."""
        options: dict[str, tuple[Option, ...]] = {}
        for section in self.groups:
            for question in section.as_laid_out:
                if question.asked_by_menu:
                    options.setdefault(question.menu, question.offered)

        return options

    @property
    def row_menus(self) -> tuple[str, ...]:
        """The ids of the lists of rows of other forms, each once."""
        menus: dict[str, None] = {}
        for section in self.groups:
            for question in section.asked:
                if question.control == "row":
                    menus[question.row_menu] = None

        return tuple(menus)

    @property
    def on(self) -> str:
        """The names of all questions of this page, so that what was not on it is not
        cleared.
        """
        names: list[str] = []
        for section in self.groups:
            prefix = ""
            if section.repeats:
                prefix = f"{section.name}."

            for question in (*section.asked, *section.fixed):
                names.append(prefix + question.name)
                # The unit is chosen within the question of its number.
                if question.companion:
                    names.append(prefix + question.companion)

        return " ".join(names)
