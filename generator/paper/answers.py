"""The answers of one captured form as blocks: nothing that was typed is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from forms_spec.evaluation.form_result import CellState, EvaluatedCell, Judgement
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import CellKey, Record, Row
from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.study import Study
from generator.paper.answer_words import cell_words, coded
from generator.paper.layout import (
    Block,
    Paragraph,
    PrintedAnswer,
    PrintedAnswers,
    PrintedHeading,
    PrintedTable,
    Words,
)
from generator.paper.widths import fits_page, text_width

NUMBER_WIDTH = 10
"""Millimetres of the column with the numbers of rows."""


@dataclass(frozen=True, kw_only=True)
class FormAnswers:
    """One form with what the judge says of it.

    ``unkept`` is what the judge would say if no warning had been confirmed.
    """

    study: Study
    form: Form
    captured: CapturedForm
    judgement: Judgement
    unkept: Judgement | None

    @property
    def record(self) -> Record:
        return self.captured.record

    def blocks(self) -> Iterator[Block]:
        notes = self.notes()
        for group in self.form.groups:
            # A group of rows without a title is known by the name of its table.
            title = group.title
            if not title and group.rows:
                title = group.name

            if title:
                yield PrintedHeading(text=title, depth=3)

            if group.rows is None:
                yield from self.answers(group, None, self.record.texts, notes)
            else:
                yield from self.rows(group, notes)

        yield from _leftover(self.form, self.record)

        # What belongs to no single answer, or to one that is not shown.
        for words in chain.from_iterable(notes.values()):
            yield Paragraph(text=words.text, tone=words.tone)

    def notes(self) -> dict[CellKey | None, list[Words]]:
        """By cell: the findings that are open, and those that were confirmed and why."""
        notes: dict[CellKey | None, list[Words]] = {}
        for finding in self.judgement.findings:
            words = f"Open {finding.severity.value}: {finding.message}"
            note = Words(text=words, tone="warning")
            notes.setdefault(_cell_of(finding), []).append(note)

        # A rule may have changed since the warning was confirmed: the reason stays.
        messages = {}
        for finding in self.unkept.findings if self.unkept else ():
            messages[_cell_of(finding), finding.code] = finding.message

        for (cell, code), reason in self.record.kept.items():
            message = messages.get((cell, code), f"{code}, which does not arise now")
            words = f"Confirmed: {message} Reason: “{reason}”"
            notes.setdefault(cell, []).append(Words(text=words, tone="quiet"))

        return notes

    def answers(
        self,
        group: Group,
        row: int | None,
        texts: Mapping[str, str],
        notes: dict[CellKey | None, list[Words]],
    ) -> Iterator[Block]:
        """The questions of a group, or of one of its rows, below each other."""
        printed = []
        for field in _asked(group):
            key = CellKey(group.table, row, field.name)
            cell = self.judgement.cells[key]
            of_cell = [*_about(cell, field, texts), *notes.pop(key, ())]
            printed.append(
                PrintedAnswer(
                    label=field.label,
                    answer=cell_words(cell, field, texts),
                    notes=tuple(of_cell),
                )
            )

        if printed:
            yield PrintedAnswers(answers=tuple(printed))

    def rows(
        self, group: Group, notes: dict[CellKey | None, list[Words]]
    ) -> Iterator[Block]:
        """Rows as a table where they fit the page, else below each other."""
        rows = self.record.rows.get(group.name, ())
        if not rows:
            yield Paragraph(text="no rows", tone="quiet")
            return

        fields = _asked(group)
        lines = [self.row_words(group, fields, row) for row in rows]
        widths = [NUMBER_WIDTH]

        for index, field in enumerate(fields):
            widths.append(
                text_width([field.label, *(line[index].text for line in lines)])
            )

        # A row that does not fit is read downwards, never cut off.
        if not fits_page(widths):
            for row in rows:
                yield PrintedHeading(text=f"Row {row.number}", depth=4)
                yield from self.answers(group, row.number, row.texts, notes)

            return

        yield PrintedTable(
            head=("Row", *(field.label for field in fields)),
            rows=tuple(
                (Words(text=str(row.number)), *line)
                for row, line in zip(rows, lines, strict=True)
            ),
            widths=tuple(widths),
        )
        yield from self.row_notes(group, fields, rows, notes)

    def row_words(
        self, group: Group, fields: tuple[Field, ...], row: Row
    ) -> tuple[Words, ...]:
        return tuple(
            cell_words(
                self.judgement.cells[CellKey(group.table, row.number, field.name)],
                field,
                row.texts,
            )
            for field in fields
        )

    def row_notes(
        self,
        group: Group,
        fields: tuple[Field, ...],
        rows: tuple[Row, ...],
        notes: dict[CellKey | None, list[Words]],
    ) -> Iterator[Block]:
        """Below a table: what is to be said of its cells."""
        for row in rows:
            for field in fields:
                key = CellKey(group.table, row.number, field.name)
                about = _about(self.judgement.cells[key], field, row.texts)
                for words in (*about, *notes.pop(key, ())):
                    text = f"Row {row.number}, {field.label}: {words.text}"
                    yield Paragraph(text=text, tone=words.tone)


def _cell_of(finding: Finding) -> CellKey | None:
    """The cell that a finding is about; None where it is about more, or about none."""
    place = finding.data
    if place is None:
        return None
    if place.table is None or place.field is None:
        return None

    return CellKey(place.table, place.row, place.field)


def _asked(group: Group) -> tuple[Field, ...]:
    """The fields with an answer of their own: a chosen unit stands behind its number."""
    units = {field.unit_field for field in group.fields}
    asked = []
    for field in group.fields:
        is_unit = field.name in units
        if field.collected and not is_unit:
            asked.append(field)

    return tuple(asked)


def _about(
    cell: EvaluatedCell, field: Field, texts: Mapping[str, str]
) -> Iterator[Words]:
    """What else there is to say of an answer."""
    if cell.state is CellState.ANSWERED:
        yield from _about_value(cell, field, texts)

    unit = texts.get(field.unit_field or "", "")
    if not unit:
        return

    # A unit that is no choice, or of a hidden number, is not in the answer's words.
    known = {choice.code for choice in field.unit_choices}
    is_in_words = unit in known and cell.state is not CellState.HIDDEN
    if not is_in_words:
        yield Words(text=f"unit: “{unit}”", tone="warning")


def _about_value(
    cell: EvaluatedCell, field: Field, texts: Mapping[str, str]
) -> Iterator[Words]:
    if cell.reference:
        yield Words(text=f"Reference range {cell.reference}", tone="quiet")

    if field.value is None:
        return

    yield Words(text="calculated", tone="quiet")
    # Other data may bring a result that is not what the formula gives.
    given = texts.get(field.name, "")
    if given not in ("", cell.text):
        yield Words(text=f"came with the data as “{given}”", tone="warning")


def _leftover(form: Form, record: Record) -> Iterator[Block]:
    """Texts of fields and groups that the dictionary does not have any more."""
    yield from _bare(record.texts, _collected(form.fields), "")

    names_by_group = {group.name: _collected(group.fields) for group in form.row_groups}
    for name, rows in record.rows.items():
        names = names_by_group.get(name)
        for row in rows:
            yield from _bare(row.texts, names or set(), f"{name}, row {row.number}: ")
            # A row of a lost group stands nowhere else.
            is_unseen = names is None and not row.texts
            if is_unseen:
                yield Paragraph(text=f"{name}, row {row.number}: empty", tone="quiet")


def _collected(fields: Iterable[Field]) -> set[str]:
    """The names of the fields that take an answer."""
    return {field.name for field in fields if field.collected}


def _bare(texts: Mapping[str, str], known: set[str], before: str) -> Iterator[Block]:
    answers = []
    for name, text in texts.items():
        if text and name not in known:
            label = f"{before}{name}"
            answers.append(PrintedAnswer(label=label, answer=Words(text=text)))

    if not answers:
        return

    yield Paragraph(
        text="No longer in the dictionary, as it was typed:", tone="warning"
    )
    yield PrintedAnswers(answers=tuple(answers))


def unknown_answers(form: Form | None, record: Record) -> Iterator[Block]:
    """A form that today's dictionary does not have: by its old questions, if they are
    known.
    """
    fields: dict[str, Field] = {}
    groups: dict[str, Group] = {}
    if form is not None:
        fields = {field.name: field for field in form.fields}
        groups = {group.name: group for group in form.row_groups}

    yield from _typed(fields, record.texts)

    for name, rows in record.rows.items():
        title = name
        of_group: dict[str, Field] = {}
        group = groups.get(name)
        if group is not None:
            title = group.title or name
            of_group = {field.name: field for field in group.fields}

        for row in rows:
            yield PrintedHeading(text=f"{title}, row {row.number}", depth=3)
            yield from _typed(of_group, row.texts)

    for (cell, code), reason in record.kept.items():
        words = f"Confirmed: {code} of {cell.table}.{cell.field}. Reason: “{reason}”"
        yield Paragraph(text=words, tone="quiet")


def _typed(fields: Mapping[str, Field], texts: Mapping[str, str]) -> Iterator[Block]:
    """All texts, and the questions without one."""
    printed = []
    for name in dict.fromkeys((*fields, *texts)):
        field = fields.get(name)
        text = texts.get(name, "")
        if field is not None and not field.collected:
            continue

        label = name
        # Without its question, a text is printed as it was typed.
        shown = text
        if field is not None:
            label = field.label
            shown = coded(text, field) if text else ""

        answer = Words(text="no answer", tone="quiet")
        if text:
            answer = Words(text=shown)

        printed.append(PrintedAnswer(label=label, answer=answer))

    if printed:
        yield PrintedAnswers(answers=tuple(printed))
