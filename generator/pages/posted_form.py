"""What a browser posts, as a record to judge and to store."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from forms_spec.entry.starts import FormOpening, starting_texts
from forms_spec.evaluation import CellState, Judgement
from forms_spec.evaluation.calculated import without_calculated
from forms_spec.model.captured_data import CellKey, Record, Row
from forms_spec.model.fields import Form, Group
from forms_spec.model.study import Study
from generator.pages.forms import TableForm, table_form
from generator.pages.input_names import (
    DROP,
    FORM_PREFIX,
    KEPT_PREFIX,
    MISSING_PREFIX,
    REASON_PREFIX,
    REMOVE_PREFIX,
    ROWS_PREFIX,
    SHOWN,
    START_PREFIX,
    cell_name,
    cell_of,
    row_prefix,
)
from generator.pages.reasons import is_reason

MOST_DIGITS = 15
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


class FormData(Protocol):
    """A multi-dictionary, as Werkzeug gives it."""

    def getlist(self, key: str) -> list[str]: ...

    def keys(self) -> Iterable[str]: ...


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
    on_page = frozenset(_first(data, SHOWN).split())
    dropped = frozenset(data.getlist(DROP))
    own = table_form(study, form)(data, stored.texts, prefix=FORM_PREFIX, today=today)
    texts = _merged(
        own, stored.texts, {name for name in own.unbound if name in on_page}, dropped
    )
    texts |= _taken_out(data, FORM_PREFIX, on_page - form.by_name.keys())
    removed: dict[tuple[str, int], str] = {}
    unexplained: dict[tuple[str, int], str] = {}
    rows = _rows_taken_out(form, data, stored, on_page)

    for group in form.row_groups:
        kept = []
        built = table_form(study, form, group.name)
        names = {name for name in built.unbound if f"{group.name}.{name}" in on_page}
        gone = _fields_on_page(on_page, group.name) - {
            field.name for field in group.fields
        }
        starts = starting_texts(group.fields, opening) if opening is not None else {}
        page = _RowsOnPage(
            made=built,
            names=names,
            gone=gone,
            dropped=dropped,
            today=today,
            starts=starts,
        )

        for row in page.rows(group, data, stored):
            marked, reason = _removal(data, group, row.number)
            if marked:
                (removed if is_reason(reason) else unexplained)[
                    group.name, row.number
                ] = reason

            if not marked or not reason.strip():
                kept.append(row)

        rows[group.name] = _with_untouched(kept, group, data, stored)

    rows = {name: value for name, value in rows.items() if value}
    kept_warnings = _kept_elsewhere(form, data, stored, rows, on_page) | _kept(
        form, data
    )
    record = Record(texts=texts, rows=rows, kept=kept_warnings)

    return Posted(
        record=record if record == stored else without_calculated(form, record),
        removed=removed,
        unexplained=unexplained,
    )


def _with_untouched(
    kept: list[Row], group: Group, data: FormData, stored: Record
) -> tuple[Row, ...]:
    """The rows of the page, and those stored ones that it did not show: only a reason
    removes a row.
    """
    on_page = set(_numbers(data.getlist(ROWS_PREFIX + group.name)))
    untouched = [
        row for row in stored.rows.get(group.name, ()) if row.number not in on_page
    ]
    if not untouched:
        return tuple(kept)
    return tuple(sorted((*kept, *untouched), key=lambda row: row.number))


def without_hidden_rows(form: Form, record: Record, judgement: Judgement) -> Record:
    """The record without fixed rows that nothing was asked in: a hidden table has no
    rows.
    """
    rows = dict(record.rows)
    for group in form.row_groups:
        if group.rows and group.rows.fixed and group.name in rows:
            asked = [
                f.name
                for f in group.fields
                if f.collected and f.name not in group.rows.fixed
            ]
            rows[group.name] = tuple(
                row
                for row in rows[group.name]
                if not _nothing_asked(group.name, row, asked, judgement)
            )

    return Record(
        texts=record.texts, rows={g: r for g, r in rows.items() if r}, kept=record.kept
    )


def _nothing_asked(
    table: str, row: Row, asked: list[str], judgement: Judgement
) -> bool:
    if any(row.texts.get(name) for name in asked):
        return False
    cells = [judgement.cells.get(CellKey(table, row.number, name)) for name in asked]
    return all(cell is not None and cell.state is CellState.HIDDEN for cell in cells)


def _first(data: FormData, name: str) -> str:
    return "".join(data.getlist(name)[:1])


def _merged(
    form: TableForm,
    stored: Mapping[str, str],
    on_page: set[str],
    dropped: frozenset[str],
) -> dict[str, str]:
    """Texts of the questions on the page from the post, all others as stored."""
    posted = form.texts()
    texts = {name: text for name, text in stored.items() if name not in on_page}
    for name in form.unbound:
        if (
            name in on_page
            and name in posted
            and form._fields[name].name not in dropped
        ):
            texts[name] = posted[name]

    return texts


def _taken_out(data: FormData, prefix: str, names: Iterable[str]) -> dict[str, str]:
    """What was typed into questions that the dictionary lost while the page was open,
    as it was typed.
    """
    results = {}
    for name in filter(NAME.fullmatch, names):
        typed = ";".join(filter(None, data.getlist(prefix + name))).replace(
            "\r\n", "\n"
        )
        text = typed or _first(data, MISSING_PREFIX + prefix + name)
        if text:
            results[name] = text

    return results


def _fields_on_page(on_page: frozenset[str], group: str) -> set[str]:
    return {
        name.removeprefix(f"{group}.")
        for name in on_page
        if name.startswith(f"{group}.")
    }


def _rows_taken_out(
    form: Form, data: FormData, stored: Record, on_page: frozenset[str]
) -> dict[str, tuple[Row, ...]]:
    """The rows of groups that the dictionary lost: as stored, with what was typed into
    them since.
    """
    known = {group.name for group in form.row_groups}
    rows = {
        name: {row.number: row.texts for row in value}
        for name, value in stored.rows.items()
    }
    for name in {name.partition(".")[0] for name in on_page if "." in name} - known:
        if not NAME.fullmatch(name):
            continue
        setdefault = rows.setdefault(name, {})
        for number in _numbers(data.getlist(ROWS_PREFIX + name)):
            typed = _taken_out(
                data, row_prefix(name, number), _fields_on_page(on_page, name)
            )
            if typed or number in setdefault:
                setdefault[number] = {**setdefault.get(number, {}), **typed}

    return {
        name: tuple(Row(number=number, texts=texts) for number, texts in value.items())
        for name, value in rows.items()
        if name not in known
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class _RowsOnPage:
    """How the rows of one group are read: by its class, and only the questions that
    were on the page.

    ``gone`` are questions that were on the page and are no longer in the dictionary.
    """

    made: type[TableForm]
    names: set[str]
    gone: set[str]
    dropped: frozenset[str]
    today: date
    starts: Mapping[str, str]

    def rows(self, group: Group, data: FormData, stored: Record) -> list[Row]:
        """The rows on the page; a new row that holds nothing but what it started with
        is none.
        """
        before = {row.number: row.texts for row in stored.rows.get(group.name, ())}
        fixed = group.rows.fixed if group.rows else ()
        results = []

        for number in dict.fromkeys(_numbers(data.getlist(ROWS_PREFIX + group.name))):
            value = before.get(number, self.unseen_starts())
            prefix = row_prefix(group.name, number)
            row = self.made(data, value, prefix=prefix, today=self.today)
            texts = _merged(row, value, self.names, self.dropped) | _taken_out(
                data, prefix, self.gone
            )
            if number in before or fixed or self.typed(texts, prefix, data):
                results.append(Row(number=number, texts=texts))

        return results

    def unseen_starts(self) -> dict[str, str]:
        """What the fields start with that are not on the page."""
        return {
            name: text for name, text in self.starts.items() if name not in self.names
        }

    def typed(self, texts: Mapping[str, str], prefix: str, data: FormData) -> bool:
        """Whether somebody typed something that the row did not start with."""
        starts = {
            name: _first(data, START_PREFIX + prefix + name) for name in self.names
        }
        return any(
            text != starts.get(name, self.starts.get(name, ""))
            for name, text in texts.items()
        )


def _numbers(texts: list[str]) -> list[int]:
    return [
        int(text)
        for text in texts
        if text.isascii()
        and text.isdecimal()
        and len(text) <= MOST_DIGITS
        and int(text) > 0
    ]


def _removal(data: FormData, group: Group, number: int) -> tuple[bool, str]:
    prefix = row_prefix(group.name, number)
    return bool(data.getlist(REMOVE_PREFIX + prefix)), _first(
        data, REASON_PREFIX + prefix
    )


def _kept(form: Form, data: FormData) -> dict[tuple[CellKey, str], str]:
    """Reasons why warnings are kept.

    One whose finding is gone is no longer on the page.
    """
    kept = {}
    for name in data.keys():  # noqa: SIM118 (a multi-dictionary's own iteration differs)
        if not name.startswith(KEPT_PREFIX):
            continue
        input_name, _, code = name.removeprefix(KEPT_PREFIX).partition(":")
        cell, reason = cell_of(input_name, form), _first(data, name).strip()
        if cell is not None and code and reason:
            kept[cell, code] = reason

    return kept


def _kept_elsewhere(
    form: Form,
    data: FormData,
    stored: Record,
    rows: Mapping[str, tuple[Row, ...]],
    on_page: frozenset[str],
) -> dict[tuple[CellKey, str], str]:
    """The stored reasons of answers that were not on the page, and of questions that
    the dictionary lost.
    """
    tables = {
        form.name: form.fields,
        **{group.name: group.fields for group in form.row_groups},
    }
    asked = {
        (table, field.name): field.value is None
        for table, fields in tables.items()
        for field in fields
    }
    on_rows = {name: set(_numbers(data.getlist(ROWS_PREFIX + name))) for name in rows}
    results = {}

    for (cell, code), reason in stored.kept.items():
        if cell.row is None:
            there = shown = True
            name = cell.field
        else:
            there = any(row.number == cell.row for row in rows.get(cell.table, ()))
            shown = cell.row in on_rows.get(cell.table, ())
            name = f"{cell.table}.{cell.field}"

        is_input = asked.get((cell.table, cell.field))
        shown = shown and is_input is not None and (name in on_page or not is_input)
        if there and not shown:
            results[cell, code] = reason

    return results


def removal_reasons(form: Form, removed: Mapping[tuple[str, int], str]) -> str:
    """What the history says of removed rows."""
    titles = {group.name: group.title or form.title for group in form.row_groups}
    return "; ".join(
        f"{titles[group]}, row {number} removed: {why.strip()}"
        for (group, number), why in removed.items()
    )


def posted_names(form: Form, record: Record) -> list[tuple[str, str]]:
    """The inputs that post a record as it is: names and texts."""
    names = [
        (cell_name(CellKey(form.name, None, f)), text)
        for f, text in record.texts.items()
    ]
    for group, rows in record.rows.items():
        for row in rows:
            names.append((ROWS_PREFIX + group, str(row.number)))
            names += [
                (cell_name(CellKey(group, row.number, f)), text)
                for f, text in row.texts.items()
            ]

    for (cell, code), reason in record.kept.items():
        names.append((f"{KEPT_PREFIX}{cell_name(cell)}:{code}", reason))
    return names
