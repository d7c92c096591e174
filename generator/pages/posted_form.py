"""What a browser posts, as a record to judge and to store."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from forms_spec.entry.starts import FormOpening, starting_texts
from forms_spec.evaluation import CellState, Judgement
from forms_spec.evaluation.calculated import without_calculated
from forms_spec.model.captured_data import CellKey, Record, Row
from forms_spec.model.fields import Form, Group
from forms_spec.model.study import Study
from generator.pages.forms import TableForm, table_form
from generator.pages.input_names import (
    FORM_PREFIX,
    KEPT_PREFIX,
    ROWS_PREFIX,
    START_PREFIX,
    cell_name,
    cell_of,
    row_prefix,
)
from generator.pages.posted_data import NAME, FormData, PostedData
from generator.pages.reasons import is_reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Posted:
    """What was posted. ``removed`` rows are gone from the record; ``unexplained`` ones
    lack a reason.

    Both map (group, row number) to the reason given.
    """

    record: Record
    removed: Mapping[tuple[str, int], str]
    unexplained: Mapping[tuple[str, int], str]


def read_post(
    study: Study,
    form: Form,
    data: FormData,
    *,
    stored: Record,
    today: date,
    opening: FormOpening | None = None,
) -> Posted:
    """The record that a post means, on top of what is stored, or of what a new form
    starts with.

    Fields that are not shown keep what is stored; in a new row they start as
    ``opening`` says.

    Only questions that were on the page are changed: one that a newer dictionary has
    added stays as it is, and one that a newer dictionary has taken out keeps what was
    typed, as typed. A question on the page without an input in the post (nothing
    ticked) is cleared. A stored row that the post does not name stays, and so do the
    reasons of kept warnings whose question was not on the page. A result that came in
    with other data goes with the first change: from then on the formula says it.
    """
    post = PostedData(data)
    own = table_form(study, form)(data, stored.texts, prefix=FORM_PREFIX, today=today)
    asked = own.unbound.keys() & post.on_page
    texts = _merged(own, stored.texts, asked, post.dropped)
    texts |= post.texts_as_typed(FORM_PREFIX, post.on_page - form.by_name.keys())

    rows = _rows_of_lost_groups(form, post, stored)
    removals = _Removals()
    for group in form.row_groups:
        starts = starting_texts(group.fields, opening) if opening is not None else {}
        reader = _RowReader(
            group=group,
            row_form=table_form(study, form, group.name),
            post=post,
            today=today,
            starts=starts,
        )
        kept = list(removals.sift(group.name, reader.rows(stored), post))
        rows[group.name] = _with_rows_off_page(kept, group, post, stored)

    rows = {name: of_group for name, of_group in rows.items() if of_group}
    kept_warnings = _kept_off_page(form, post, stored, rows) | _kept_on_page(form, post)

    record = Record(texts=texts, rows=rows, kept=kept_warnings)
    # An unchanged record keeps the results that came in with it.
    if record != stored:
        record = without_calculated(form, record)

    return Posted(
        record=record, removed=removals.removed, unexplained=removals.unexplained
    )


@dataclass(frozen=True, kw_only=True)
class _Removals:
    """The rows that are to go, by group and number, each with the reason given."""

    removed: dict[tuple[str, int], str] = dataclasses.field(default_factory=dict)
    unexplained: dict[tuple[str, int], str] = dataclasses.field(default_factory=dict)

    def sift(self, group: str, rows: Iterable[Row], post: PostedData) -> Iterator[Row]:
        """The rows that stay; the others are noted."""
        for row in rows:
            reason = post.removal(group, row.number)
            if reason is None:
                yield row
                continue

            reasons = self.removed if is_reason(reason) else self.unexplained
            reasons[group, row.number] = reason
            # Without any text the row stays, so that the page can ask for a reason.
            if not reason.strip():
                yield row


def _with_rows_off_page(
    kept: list[Row], group: Group, post: PostedData, stored: Record
) -> tuple[Row, ...]:
    """The rows of the page, and those stored ones that it did not show: only a reason
    removes a row.
    """
    on_page = set(post.row_numbers(group.name))
    stored_rows = stored.rows.get(group.name, ())

    off_page = [row for row in stored_rows if row.number not in on_page]
    if not off_page:
        return tuple(kept)

    by_number = sorted((*kept, *off_page), key=lambda row: row.number)
    return tuple(by_number)


def without_hidden_rows(form: Form, record: Record, judgement: Judgement) -> Record:
    """The record without fixed rows that nothing was asked in: a hidden table has no
    rows.
    """
    rows = dict(record.rows)
    for group in form.row_groups:
        if not group.laid_down or group.name not in rows:
            continue

        rows[group.name] = tuple(
            row for row in rows[group.name] if not _nothing_asked(group, row, judgement)
        )

    rows = {name: of_group for name, of_group in rows.items() if of_group}
    return Record(texts=record.texts, rows=rows, kept=record.kept)


def _nothing_asked(group: Group, row: Row, judgement: Judgement) -> bool:
    for field in group.fields:
        # What says which row it is was laid down, not answered.
        if not field.collected or field.name in group.identifying:
            continue

        if row.texts.get(field.name):
            return False

        cell = judgement.cells.get(CellKey(group.name, row.number, field.name))
        is_hidden = cell is not None and cell.state is CellState.HIDDEN
        if not is_hidden:
            return False

    return True


def _merged(
    form: TableForm,
    stored: Mapping[str, str],
    asked: AbstractSet[str],
    dropped: frozenset[str],
) -> dict[str, str]:
    """Texts of the questions on the page from the post, all others as stored."""
    texts = {name: text for name, text in stored.items() if name not in asked}
    for name, text in form.texts().items():
        was_dropped = form.input_name(name) in dropped
        if name in asked and not was_dropped:
            texts[name] = text

    return texts


def _rows_of_lost_groups(
    form: Form, post: PostedData, stored: Record
) -> dict[str, tuple[Row, ...]]:
    """The rows of groups that the dictionary lost: as stored, with what was typed into
    them since.
    """
    known = {group.name for group in form.row_groups}
    lost: dict[str, dict[int, Mapping[str, str]]] = {}
    for name, rows in stored.rows.items():
        if name not in known:
            lost[name] = {row.number: row.texts for row in rows}

    # A post may name anything: only what can be the name of a group is one.
    for name in filter(NAME.fullmatch, post.groups_on_page() - known):
        texts_by_row = lost.setdefault(name, {})
        fields = post.fields_on_page(name)
        for number in post.row_numbers(name):
            typed = post.texts_as_typed(row_prefix(name, number), fields)
            if typed or number in texts_by_row:
                texts_by_row[number] = {**texts_by_row.get(number, {}), **typed}

    return {name: _as_rows(texts_by_row) for name, texts_by_row in lost.items()}


def _as_rows(texts_by_row: Mapping[int, Mapping[str, str]]) -> tuple[Row, ...]:
    return tuple(
        Row(number=number, texts=texts) for number, texts in texts_by_row.items()
    )


@dataclass(frozen=True, kw_only=True)
class _RowReader:
    """How the rows of one group are read: by its class, and only the questions that
    were on the page.
    """

    group: Group
    row_form: type[TableForm]
    post: PostedData
    today: date
    starts: Mapping[str, str]

    @cached_property
    def asked(self) -> AbstractSet[str]:
        """The questions that were on the page."""
        return self.row_form.unbound.keys() & self.post.fields_on_page(self.group.name)

    @cached_property
    def lost(self) -> AbstractSet[str]:
        """Questions that were on the page and are no longer in the dictionary."""
        fields = {field.name for field in self.group.fields}
        return self.post.fields_on_page(self.group.name) - fields

    def rows(self, stored: Record) -> Iterator[Row]:
        """The rows on the page; a new row that holds nothing but what it started with
        is none.
        """
        group = self.group
        before = {row.number: row.texts for row in stored.rows.get(group.name, ())}

        # A browser may post a row twice.
        for number in dict.fromkeys(self.post.row_numbers(group.name)):
            texts = self.texts(number, before.get(number))
            must_stay = number in before or group.laid_down
            if must_stay or self.is_typed(texts, number):
                yield Row(number=number, texts=texts)

    def texts(self, number: int, before: Mapping[str, str] | None) -> dict[str, str]:
        """The texts of a row; ``before`` are the stored ones, None for a new row."""
        prefix = row_prefix(self.group.name, number)
        if before is None:
            before = self.starts_off_page

        form = self.row_form(self.post.data, before, prefix=prefix, today=self.today)
        texts = _merged(form, before, self.asked, self.post.dropped)
        return texts | self.post.texts_as_typed(prefix, self.lost)

    @cached_property
    def starts_off_page(self) -> Mapping[str, str]:
        """What is not on the page can only start here; the page has the rest."""
        return {
            name: text for name, text in self.starts.items() if name not in self.asked
        }

    def is_typed(self, texts: Mapping[str, str], number: int) -> bool:
        """Whether somebody typed something that the row did not start with."""
        prefix = START_PREFIX + row_prefix(self.group.name, number)
        for name, text in texts.items():
            start = self.starts.get(name, "")
            if name in self.asked:
                start = self.post.first(prefix + name)
            if text != start:
                return True

        return False


def _kept_on_page(form: Form, post: PostedData) -> dict[tuple[CellKey, str], str]:
    """Reasons why warnings are kept.

    One whose finding is gone is no longer on the page.
    """
    kept = {}
    for input_name, code, reason in post.kept_reasons():
        cell = cell_of(input_name, form)
        if cell is not None:
            kept[cell, code] = reason

    return kept


def _kept_off_page(
    form: Form,
    post: PostedData,
    stored: Record,
    rows: Mapping[str, tuple[Row, ...]],
) -> dict[tuple[CellKey, str], str]:
    """The stored reasons of answers that were not on the page, and of questions that
    the dictionary lost.
    """
    calculated = {
        (group.table, field.name): field.value is not None
        for group in form.groups
        for field in group.fields
    }
    rows_left: dict[str, set[int]] = {}
    rows_on_page: dict[str, set[int]] = {}

    for table, of_group in rows.items():
        rows_left[table] = {row.number for row in of_group}
        rows_on_page[table] = set(post.row_numbers(table))

    kept = {}
    for (cell, code), reason in stored.kept.items():
        table, name = cell.table, cell.field
        is_row_shown = True
        if cell.row is not None:
            # A row that is gone takes its reasons along.
            if cell.row not in rows_left.get(table, ()):
                continue

            is_row_shown = cell.row in rows_on_page[table]
            name = f"{table}.{name}"

        # A calculated value is on every page of its form, though it has no input.
        is_calculated = calculated.get((table, cell.field))
        is_known = is_calculated is not None

        is_question_shown = is_known and (is_calculated or name in post.on_page)
        if not is_row_shown or not is_question_shown:
            kept[cell, code] = reason

    return kept


def removal_reasons(form: Form, removed: Mapping[tuple[str, int], str]) -> str:
    """What the history says of removed rows."""
    titles = {group.name: group.title or form.title for group in form.row_groups}
    sentences = []
    for (group, number), reason in removed.items():
        sentence = f"{titles[group]}, row {number} removed: {reason.strip()}"
        sentences.append(sentence)

    return "; ".join(sentences)


def posted_names(form: Form, record: Record) -> list[tuple[str, str]]:
    """The inputs that post a record as it is: names and texts."""
    inputs = []
    for name, text in record.texts.items():
        cell = CellKey(form.name, None, name)
        inputs.append((cell_name(cell), text))

    for group, rows in record.rows.items():
        for row in rows:
            # Without its number, a row would count as one that the page did not show.
            inputs.append((ROWS_PREFIX + group, str(row.number)))
            for name, text in row.texts.items():
                cell = CellKey(group, row.number, name)
                inputs.append((cell_name(cell), text))

    for (cell, code), reason in record.kept.items():
        inputs.append((f"{KEPT_PREFIX}{cell_name(cell)}:{code}", reason))

    return inputs
