"""What one subject's answers put into the slots of a form's template."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup

from forms_spec.evaluation import CellState, EvaluatedCell, Judgement
from forms_spec.evaluation.text_slots import NO_WORDS, PageWords
from forms_spec.findings.finding import Severity
from forms_spec.kinds.display import shown_as
from forms_spec.model.captured_data import CellKey, Record, Row
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.text_templates import BLANK as WORDLESS
from generator.pages.answer_text import NO_TEXTS, answer_words, boxed, menu_text
from generator.pages.findings import PageFindings, finding_html
from generator.pages.new_rows import may_hide
from generator.pages.offered_rows import NO_ROW_MENUS, RowMenus
from generator.pages.question_builder import steps

CellOf = Callable[[str], EvaluatedCell | None]
FEW = 2
"""So many rows all stand open; of more, only those that need attention do."""

TITLE_ANSWERS = 4

HIDDEN, MOOT, NOTHING = Markup(" hidden"), Markup(" data-moot"), Markup("")


class _Blank(dict[str, Markup]):
    """Says nothing of most questions; a template asks it about each."""

    def __missing__(self, key: str) -> Markup:
        return NOTHING


class _NoTexts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


class _NoWords(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return WORDLESS


class _NoTicks(dict[str, list[str]]):
    def __missing__(self, key: str) -> list[str]:
        return []


class _NoCodes(dict[str, tuple[str, ...]]):
    def __missing__(self, key: str) -> tuple[str, ...]:
        return ()


@dataclass(slots=True)
class Slots:
    """The slots of a form's own fields, or of one row, by field name.

    ``answers`` are labels of choices, ``unlisted`` texts that are no code of the list,
    ``findings`` HTML (``""``: of the whole row), ``invalid`` fields with an error.
    ``attributes`` are what a question's element says of itself: that it is hidden, or
    answered though it does not apply. ``required`` are fields that a condition requires,
    ``references`` reference ranges, ``shown`` what fields for reading only say,
    ``starts`` what a new row starts with, ``piped`` the answers that stand in texts,
    ``not_offered`` codes whose condition is not met, ``row_labels`` what the rows say
    whose numbers are answers.
    """

    texts: dict[str, str] = dataclasses.field(default_factory=_NoTexts)
    answers: dict[str, str] = dataclasses.field(default_factory=_NoTexts)
    missing_codes: dict[str, str] = dataclasses.field(default_factory=_NoTexts)
    ticked: dict[str, list[str]] = dataclasses.field(default_factory=_NoTicks)
    unlisted: dict[str, str] = dataclasses.field(default_factory=dict)
    findings: dict[str, Markup] = dataclasses.field(default_factory=_Blank)
    invalid: set[str] = dataclasses.field(default_factory=set)
    attributes: dict[str, Markup] = dataclasses.field(default_factory=_Blank)
    required: set[str] = dataclasses.field(default_factory=set)
    references: dict[str, str] = dataclasses.field(default_factory=_NoTexts)
    shown: dict[str, str] = dataclasses.field(default_factory=_NoTexts)
    starts: dict[str, str] = dataclasses.field(default_factory=_NoTexts)
    piped: dict[str, str] = dataclasses.field(default_factory=_NoWords)
    not_offered: dict[str, tuple[str, ...]] = dataclasses.field(
        default_factory=_NoCodes
    )
    row_labels: dict[str, str] = dataclasses.field(default_factory=_NoTexts)
    n: int = 0
    saved: bool = False
    open: bool = True
    title: str = ""
    status: str = ""
    removable: bool = True
    removing: bool = False
    why: str = ""


SLOT_NAMES = tuple(
    slot.name
    for slot in dataclasses.fields(Slots)
    if slot.default_factory is not dataclasses.MISSING
)
"""The slots that a template asks by field name; the others are about a whole row."""


@dataclass(slots=True)
class RowsSlots:
    """The rows of one repeating group, and the number that the next one gets."""

    all: list[Slots]
    next: int
    findings: Markup
    blank: Slots


START = Markup(' data-start="{}"')


def own_slots(
    form: Form,
    record: Record,
    judgement: Judgement,
    page_findings: PageFindings,
    *,
    later: Mapping[str, str] = NO_TEXTS,
    words: PageWords = NO_WORDS,
    menus: RowMenus = NO_ROW_MENUS,
) -> Slots:
    """The slots of the fields that stand once on the form.

    ``later`` are the texts that questions start with which are not asked yet.
    """
    slots = Slots()
    cells = judgement.cells

    def cell_of(name: str) -> EvaluatedCell | None:
        return cells.get(CellKey(form.name, None, name))

    _fill(slots, form.fields, record.texts, cell_of)
    _put_words(slots, form.name, None, words)
    _put_row_labels(slots, form.fields, record.texts, menus)
    _put_later(slots, later)
    _put_findings(slots, form.name, None, record, page_findings)

    return slots


def row_slots(
    group: Group,
    row: Row,
    record: Record,
    judgement: Judgement,
    *,
    page_findings: PageFindings,
    saved: bool,
    removing: str | None,
    starts: Mapping[str, str],
    waiting: Mapping[CellKey, str],
    words: PageWords,
    menus: RowMenus,
) -> Slots:
    """The slots of one row.

    ``starts`` are the texts that a new row starts with, ``waiting`` those of them whose
    questions are not asked yet. ``removing`` is the reason so far, None if nobody
    removes the row.
    """
    cells, number = judgement.cells, row.number
    slots = Slots(
        n=number, saved=saved, removing=removing is not None, why=removing or ""
    )

    def cell_of(name: str) -> EvaluatedCell | None:
        return cells.get(CellKey(group.name, number, name))

    later: dict[str, str] = {}
    for field in group.fields:
        text = waiting.get(CellKey(group.name, number, field.name))
        if text:
            later[field.name] = text

    texts = _without(row.texts, group, later)
    _fill(slots, group.fields, texts, cell_of)
    _put_later(slots, later)
    _put_findings(slots, group.name, number, record, page_findings)
    _put_words(slots, group.name, number, words)
    _put_row_labels(slots, group.fields, texts, menus)

    if not saved:
        slots.starts.update(starts)

    slots.title = row_title(group, replace(row, texts=texts))
    few = len(record.rows.get(group.name, ())) <= FEW
    needs_attention = not saved or slots.removing or bool(slots.findings)
    slots.open = few or needs_attention

    if slots.findings:
        slots.status = "▲ has findings"

    return slots


def blank_slots(group: Group, starts: Mapping[str, str]) -> Slots:
    """The slots of a row that is still to be added.

    What a condition may hide waits until it is asked.
    """
    slots = Slots()
    later: dict[str, str] = {}
    for field in group.fields:
        if field.name in starts and may_hide(group, field):
            later[field.name] = starts[field.name]

    _fill(slots, group.fields, _without(starts, group, later), lambda _name: None)
    slots.attributes.update(dict.fromkeys(later, HIDDEN))
    _put_later(slots, later)
    slots.starts.update(starts)

    return slots


def _without(
    texts: Mapping[str, str], group: Group, later: Mapping[str, str]
) -> dict[str, str]:
    """The texts without those that wait."""
    left = dict(texts)
    # A field that no page shows is never asked, so its text cannot wait.
    unseen = {field.name for field in group.fields if field.entry == "hidden"}

    for name in later:
        if name not in unseen:
            left.pop(name, None)

    return left


def _put_later(slots: Slots, later: Mapping[str, str]) -> None:
    for name, text in later.items():
        is_hidden = slots.attributes.get(name) == HIDDEN
        # An answer stays as it is, whatever the question would start with.
        if is_hidden and not slots.texts[name]:
            slots.attributes[name] += START.format(text)


def group_findings(group: Group, record: Record, page_findings: PageFindings) -> Markup:
    """The findings about a repeating group as a whole: too many rows, one missing, one
    twice.
    """
    of_group = page_findings.of(group.name, None)
    return Markup("").join(finding_html(placed, record) for _, placed in of_group)


def row_title(group: Group, row: Row) -> str:
    """A row in few words: what fixes it, or its first answers."""
    if group.fixed:
        fixing = [field for field in group.fields if field.name in group.fixed]
        words = [answer_words(row.texts.get(field.name, ""), field) for field in fixing]
        return " ".join(words)

    answers = []
    for field in group.fields:
        answer = answer_words(row.texts.get(field.name, ""), field, row.texts)
        if answer:
            answers.append(answer)

    return " · ".join(answers[:TITLE_ANSWERS])


def _fill(
    slots: Slots, fields: Iterable[Field], texts: Mapping[str, str], cell_of: CellOf
) -> None:
    for field in fields:
        name = field.name
        cell = cell_of(name)
        calculated = field.value is not None
        text = texts.get(name, "")

        # The record may hold an older result of the formula.
        if calculated and cell is not None:
            text = cell.text

        if text:
            _put_text(slots, field, text)
        if cell is not None:
            _put_cell(slots, name, cell, typed="" if calculated else text)


def _put_cell(slots: Slots, name: str, cell: EvaluatedCell, *, typed: str) -> None:
    """What the judgement says of a question."""
    if cell.shown is not True:
        _hide(slots, name, cell.shown, typed)

    if cell.required:
        slots.required.add(name)

    if cell.reference:
        slots.references[name] = f"reference {cell.reference}"

    if cell.not_offered:
        slots.not_offered[name] = cell.not_offered

    if cell.state is CellState.INVALID:
        slots.invalid.add(name)


def _hide(slots: Slots, name: str, shown: bool | None, text: str) -> None:
    """A question that does not apply is hidden, one that may not apply yet too; an
    answer never is.
    """
    if not text:
        slots.attributes[name] = HIDDEN
    elif shown is False:
        slots.attributes[name] = MOOT


def _put_words(slots: Slots, table: str, row: int | None, words: PageWords) -> None:
    """The answers in the texts of a table's row, and its notes that are not shown."""
    here = (table, row)
    for (text_table, text_row, name, key), answers in words.words.items():
        if (text_table, text_row) != here:
            continue

        for index, answer in enumerate(answers):
            slots.piped[f"{name} {key} {index}"] = answer

    for note_table, note_row, name in words.hidden:
        if (note_table, note_row) == here:
            slots.attributes[name] = HIDDEN


def _put_row_labels(
    slots: Slots, fields: Iterable[Field], texts: Mapping[str, str], menus: RowMenus
) -> None:
    """What the rows of other forms say whose numbers are answers here."""
    for field in fields:
        label = menus.label(field, texts.get(field.name, ""))
        if label:
            slots.row_labels[field.name] = label


def _put_text(slots: Slots, field: Field, text: str) -> None:
    """A missing code stands in its own menu, so that the box stays free for the value."""
    name = field.name
    if field.entry != "typed" and field.value is None:
        slots.texts[name] = text
        slots.shown[name] = shown_as(text, field)
        return

    for missing in field.missing:
        if missing.code == text:
            slots.missing_codes[name] = text
            return

    slots.texts[name] = boxed(text, field)
    if field.kind.name == "choice":
        slots.answers[name] = menu_text(text, field)

    if field.control == "checkboxes" and field.codelist:
        slots.ticked[name] = text.split(";")

    rest = _beside_choices(field, text)
    if rest:
        slots.unlisted[name] = rest


def _beside_choices(field: Field, text: str) -> str:
    """What of a text has no box or button on the page, so that it is not lost there."""
    if field.control == "checkboxes" and field.codelist:
        known = field.codelist.by_code
        unknown = [code for code in text.split(";") if code not in known]
        return ";".join(unknown)

    if not _fits_no_button(field, text):
        return ""

    return text


def _fits_no_button(field: Field, text: str) -> bool:
    """True for a text that none of the buttons of its question stands for."""
    if field.codelist:
        return text not in field.codelist.by_code
    if field.control == "checkbox":
        return text not in {"true", "false"}
    if field.control == "scale":
        return text not in map(str, steps(field))

    return False


def _put_findings(
    slots: Slots,
    table: str,
    row: int | None,
    record: Record,
    page_findings: PageFindings,
) -> None:
    for name, placed in page_findings.of(table, row):
        slots.findings[name] += finding_html(placed, record)
        must_be_corrected = placed.finding.severity is Severity.ERROR
        if must_be_corrected:
            slots.invalid.add(name)
