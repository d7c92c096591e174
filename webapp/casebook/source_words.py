"""The cells that a condition, a formula or a finding read, as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from forms_spec.evaluation.form_result import CellState
from forms_spec.evaluation.lacking_values import Lack, Lacking
from forms_spec.evaluation.read_trace import AnswerSource
from forms_spec.model.captured_data import (
    LOG,
    Casebook,
    CellKey,
    FormKey,
    Record,
    row_at,
)
from forms_spec.model.fields import Field
from generator.pages.answer_text import answer_words
from generator.pages.input_names import cell_name
from webapp.presentation.form_address import form_address
from webapp.services import services

NO_VALUE: Mapping[CellState, str] = MappingProxyType(
    {
        CellState.ANSWERED: "",
        CellState.MISSING: "",
        CellState.BLANK: "not answered",
        CellState.HIDDEN: "not asked",
        CellState.INVALID: "not a valid answer",
    }
)
if NO_VALUE.keys() != set(CellState):
    raise TypeError("a state of a cell has no words")


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceShown:
    """A value that was read.

    ``note`` says what is wrong with it; ``grave`` that it matters.
    """

    label: str
    value: str
    note: str
    grave: bool
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """The values of one form, or of one row of it."""

    title: str
    sources: tuple[SourceShown, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceWords:
    """Puts the cells of one subject into words."""

    subjid: str
    casebook: Casebook

    def address(self, key: FormKey) -> str:
        return form_address(self.subjid, key.visit, key.unsno, key.form)

    def places(
        self, sources: Iterable[AnswerSource], lacking: Iterable[Lacking] = ()
    ) -> tuple[Place, ...]:
        """The sources form by form and row by row; those that leave something open say
        so.
        """
        lacks = {item.source: item.why for item in lacking}
        by_place: dict[str, list[SourceShown]] = {}
        for source in _in_order((*sources, *lacks)):
            shown = by_place.setdefault(self.title(source), [])
            if not _names_its_row(source):
                shown.append(self.shown(source, lacks.get(source)))

        return tuple(
            Place(title=title, sources=tuple(own)) for title, own in by_place.items()
        )

    def title(self, source: AnswerSource) -> str:
        study = services().study
        key, row = source.key, source.row
        title = study.forms[key.form].title
        if key.visit != LOG:
            title += f", {key.visit}"
        if key.unsno:
            title += f" {key.unsno}"
        if row is not None:
            title += f", {self.row(source, row)}"

        return title

    def row(self, source: AnswerSource, number: int) -> str:
        """A row by what it is about where that is fixed, else by its number."""
        group = services().study.tables[source.table].group
        if group is None or group.rows is None or not group.rows.fixed:
            return f"row {number}"

        texts = self.texts(source)
        words = []
        for field in group.fields:
            if field.name in group.rows.fixed:
                words.append(answer_words(texts.get(field.name, ""), field))

        return " ".join(words)

    def texts(self, source: AnswerSource) -> Mapping[str, str]:
        """What was captured beside a source, in its row or its form."""
        record = self.casebook.record(source.key) or Record()
        if source.row is None:
            return record.texts

        row = row_at(record, source.table, source.row)
        return row.texts if row else record.texts

    def shown(self, source: AnswerSource, lack: Lack | None) -> SourceShown:
        table = services().study.tables[source.table]
        field = next((item for item in table.fields if item.name == source.field), None)
        if field is None:
            group = table.group.title if table.group else None
            note = "none" if source.captured else "not started"
            address = self.address(source.key)
            label = group or table.form.title

            return SourceShown(
                label=label,
                value="",
                note=note,
                grave=lack is not None,
                address=address,
            )

        cell = cell_name(CellKey(source.table, source.row, field.name))

        return SourceShown(
            label=field.label,
            value=self.words(source, field),
            note=_note(source, lack),
            grave=lack is not None,
            address=f"{self.address(source.key)}#{cell}",
        )

    def words(self, source: AnswerSource, field: Field) -> str:
        """The value with its unit."""
        if source.state in (CellState.BLANK, CellState.HIDDEN):
            return ""
        return answer_words(source.text, field, self.texts(source))


def _names_its_row(source: AnswerSource) -> bool:
    """True for what stands in the title of a fixed row."""
    group = services().study.tables[source.table].group
    if group is None or group.rows is None:
        return False
    return source.field in group.rows.fixed


def _in_order(sources: Iterable[AnswerSource]) -> list[AnswerSource]:
    """Each source once; those of a form, or of a row, together."""
    kept = list(dict.fromkeys(sources))
    first: dict[tuple[FormKey, int | None], int] = {}
    for index, item in enumerate(kept):
        first.setdefault((item.key, item.row), index)

    return sorted(kept, key=lambda entry: first[entry.key, entry.row])


def _note(source: AnswerSource, lack: Lack | None) -> str:
    if lack is not None and source.state is CellState.ANSWERED:
        return lack.value
    return NO_VALUE[source.state]
