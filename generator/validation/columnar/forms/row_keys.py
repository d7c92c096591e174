"""Whose rows fit together: every form and row as a number, and the subjects with rows
that do not fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import polars as pl

from forms_spec.model.captured_data import LOG
from forms_spec.model.captured_forms import FormStatus
from forms_spec.model.fields import Table
from forms_spec.model.study import Study
from generator.tables import layout
from generator.validation.columnar.forms.column_names import LINE
from generator.validation.columnar.forms.value_columns import Array, code_type

FormOf = tuple[str, str, int, str]
"""Subject, visit, number of the visit, form."""
STEP = 1_000
"""Numbers of unscheduled visits stay below it; larger ones are left to the judge."""
NOWHERE = -1


def visit_numbers(study: Study) -> Mapping[str, int]:
    """Every visit, and the log after them."""
    return {name: index for index, name in enumerate((*study.visits, LOG))}


@dataclass(frozen=True, kw_only=True)
class Keys:
    """Numbers the keys of some subjects: ``(subject * visits + visit) * STEP + unsno``.

    ``names`` are the subjects, sorted.
    """

    study: Study
    names: Sequence[str]

    @property
    def visits(self) -> int:
        return len(self.study.visits) + 1

    def of(self, subject: Array, visit: Array, unsno: Array) -> Array:
        """NOWHERE where a part is no number of a key."""
        fits = (subject >= 0) & (visit >= 0) & (unsno >= 0) & (unsno < STEP)
        return np.where(fits, (subject * self.visits + visit) * STEP + unsno, NOWHERE)

    def one(self, subject: str, visit: str, unsno: int) -> Array:
        """The key of one form, as an array of one."""
        places = (
            self._places[subject],
            visit_numbers(self.study).get(visit, NOWHERE),
            unsno,
        )

        return self.of(*map(np.atleast_1d, places))

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {name: index for index, name in enumerate(self.names)}

    def subject(self, key: Array) -> Array:
        """The number of the subject in each key."""
        return key // (self.visits * STEP)

    def parts(self, key: int) -> tuple[int, int, int]:
        """Subject, visit and number of the visit."""
        return key // (self.visits * STEP), key // STEP % self.visits, key % STEP

    def subjects(self, texts: pl.Series) -> Array:
        return numbered(texts, self.names)

    def visit(self, texts: pl.Series) -> Array:
        return numbered(texts, list(visit_numbers(self.study)))


def numbered(texts: pl.Series, names: Sequence[str]) -> Array:
    """The place of each text among some names, NOWHERE for others."""
    if not names:
        return np.full(len(texts), NOWHERE)

    places = texts.cast(pl.Enum(names), strict=False).to_physical()

    return places.cast(pl.Int64).fill_null(NOWHERE).to_numpy()


class CellTexts(NamedTuple):
    """The cells of a column: ``texts[codes[row]]``."""

    codes: Array
    texts: pl.Series


@dataclass(frozen=True, kw_only=True)
class TableRows:
    """The rows of one table, in the order of their keys, with their cells by field.
    ``rowno`` is None outside repeating groups.
    """

    key: Array
    line: Array
    rowno: Array | None
    cells: Mapping[str, CellTexts]

    def where(self, kept: Array | slice) -> TableRows:
        """Some of the rows, or all in another order."""
        return TableRows(
            key=self.key[kept],
            line=self.line[kept],
            rowno=None if self.rowno is None else self.rowno[kept],
            cells={
                name: CellTexts(cell.codes[kept], cell.texts)
                for name, cell in self.cells.items()
            },
        )


@dataclass(frozen=True, kw_only=True)
class FormHeads:
    """The lines of forms.csv of one form, in the order of their keys."""

    key: Array
    line: Array
    complete: Array

    def where(self, kept: Array) -> FormHeads:
        return FormHeads(
            key=self.key[kept], line=self.line[kept], complete=self.complete[kept]
        )


@dataclass(kw_only=True)
class Structure:
    """The forms and rows of some subjects. ``faulty`` are the subjects that only the
    judge can put together.

    ``tables`` and ``heads`` have those of the others alone; ``sites`` are the subjects'
    sites, ``kept`` the forms with warnings that were kept.
    """

    keys: Keys
    kept: Sequence[FormOf]
    sites: Sequence[str]
    faulty: Array
    heads: Mapping[str, FormHeads]
    tables: Mapping[str, TableRows]


def structure(
    keys: Keys, read: Callable[[str], pl.DataFrame], kept: Sequence[FormOf]
) -> Structure:
    """Puts the rows of some subjects together: ``read`` gives those of a table.

    ``kept`` are the forms with warnings that were kept.
    """
    faulty = np.zeros(len(keys.names), bool)
    sites = _Sites(keys, read(layout.SUBJECTS), faulty)
    heads = _heads(keys, read(layout.FORMS), sites, faulty)
    tables = {}

    for name, table in keys.study.tables.items():
        value = _held(keys, read(name), sites, faulty, table)
        _compare(keys, value, heads[table.form.name], faulty)
        tables[name] = value

    _compare_kept(keys, kept, heads, faulty)
    # What does not fit together is left to the judge as a whole.
    if faulty.any():
        heads = {
            name: head.where(~faulty[keys.subject(head.key)])
            for name, head in heads.items()
        }
        tables = {
            name: item.where(_sound(keys, item, faulty))
            for name, item in tables.items()
        }

    return Structure(
        keys=keys,
        kept=kept,
        sites=sites.names(),
        faulty=faulty,
        heads=heads,
        tables=tables,
    )


def _sound(keys: Keys, value: TableRows, faulty: Array) -> Array:
    return (value.key != NOWHERE) & ~faulty[keys.subject(value.key)]


def _compare_kept(
    keys: Keys, kept: Sequence[FormOf], heads: Mapping[str, FormHeads], faulty: Array
) -> None:
    """Every form with a warning that was kept is there."""
    for subject, visit, unsno, form in kept:
        key = keys.one(subject, visit, unsno)
        is_there = form in heads and places_of(heads[form].key, key)[0] != NOWHERE
        if not is_there:
            faulty[keys.subjects(pl.Series([subject]))] = True


class _Sites:
    """Whether a row is of the site that its subject is of."""

    def __init__(self, keys: Keys, subjects: pl.DataFrame, faulty: Array) -> None:
        self._kind = pl.Categorical(pl.Categories.random())
        self._held = subjects["site"].cast(self._kind)
        self._of = np.full(len(keys.names), NOWHERE)
        self._faulty = faulty
        places = keys.subjects(subjects["subject"])
        self._of[places] = _physical(self._held)
        faulty |= np.bincount(places, minlength=len(keys.names)) > 1

    def compare(self, subject: Array, sites: pl.Series) -> None:
        self._faulty[
            subject[self._of[subject] != _physical(sites.cast(self._kind))]
        ] = True

    def names(self) -> Sequence[str]:
        """The site of each subject; of one that has none any."""
        names = (
            _texts(self._kind, int(self._of.max(initial=0)) + 1).to_list()
            if len(self._held)
            else [""]
        )

        return [names[index] for index in self._of.tolist()]


def encoded(texts: pl.Series) -> CellTexts:
    """Each different text once."""
    kind = pl.Categorical(pl.Categories.random())
    entry = texts.cast(kind)
    codes = entry.to_physical().to_numpy()
    size = int(codes.max(initial=0)) + 1 if len(codes) else 0

    return CellTexts(codes.astype(code_type(size)), _texts(kind, size))


def _physical(series: pl.Series) -> Array:
    return series.to_physical().to_numpy().astype(np.int64)


def _texts(kind: pl.Categorical, size: int) -> pl.Series:
    """The first texts of a kind, which lives as long as a series that is of it."""
    return pl.Series(np.arange(size, dtype=np.uint32)).cat.to(kind).cast(pl.String)


def _heads(
    keys: Keys, forms: pl.DataFrame, sites: _Sites, faulty: Array
) -> Mapping[str, FormHeads]:
    subject, visit = keys.subjects(forms["subject"]), keys.visit(forms["visit"])
    unsno, names = forms["unsno"].to_numpy(), list(keys.study.forms)
    form, line = numbered(forms["form"], names), forms["line"].to_numpy()
    complete = forms["status"].to_numpy() == int(FormStatus.COMPLETE)
    sites.compare(subject, forms["site"])
    key = keys.of(subject, visit, unsno)
    allowed, repeats = _allowed(keys.study)
    sound = (
        (key != NOWHERE)
        & (form >= 0)
        & allowed[form, visit]
        & (repeats[visit] == (unsno > 0))
    )
    faulty[subject[~sound]] = True
    results = {}

    for index, name in enumerate(names):
        mine = np.flatnonzero(sound & (form == index))
        mine = mine[_order(key[mine])]
        results[name] = FormHeads(
            key=key[mine], line=line[mine], complete=complete[mine]
        )
        faulty[keys.subject(_repeated(results[name].key))] = True

    return results


def _order(key: Array) -> Array | slice:
    """How to sort by a key; rows that are in order already stay where they are."""
    is_in_order = (key[1:] >= key[:-1]).all()
    if is_in_order:
        return slice(None)

    return np.argsort(key, kind="stable")


def _repeated(key: Array) -> Array:
    """Keys that stand more than once, of sorted ones."""
    return key[1:][key[1:] == key[:-1]]


def _allowed(study: Study) -> tuple[Array, Array]:
    """Which form may stand at which visit, and which visits repeat."""
    visits = visit_numbers(study)
    allowed = np.zeros((len(study.forms), len(visits)), bool)
    repeats = np.zeros(len(visits), bool)

    for name, visit in study.visits.items():
        repeats[visits[name]] = visit.repeats

    for index, form in enumerate(study.forms.values()):
        if form.log:
            allowed[index, visits[LOG]] = True
            continue

        for name in study.visits:
            allowed[index, visits[name]] = (form.name, name) in study.expectations

    return allowed, repeats


def _held(
    keys: Keys, frame: pl.DataFrame, sites: _Sites, faulty: Array, table: Table
) -> TableRows:
    subject = keys.subjects(frame[layout.SUBJECT])
    sites.compare(subject, frame[layout.SITE])
    key = keys.of(
        subject, keys.visit(frame[layout.VISIT]), frame[layout.UNSNO].to_numpy()
    )
    faulty[subject[key == NOWHERE]] = True
    rowno = frame[layout.ROW].to_numpy() if table.group else None
    value = TableRows(
        key=key,
        line=frame[LINE].to_numpy(),
        rowno=rowno,
        cells={field.name: encoded(frame[field.name]) for field in table.fields},
    )
    order = _order(key) if rowno is None else _order_of_rows(key, rowno)

    return value if isinstance(order, slice) else value.where(order)


def _order_of_rows(key: Array, rowno: Array) -> Array | slice:
    later, same = key[1:] > key[:-1], key[1:] == key[:-1]
    if (later | (same & (rowno[1:] >= rowno[:-1]))).all():
        return slice(None)

    return np.lexsort((rowno, key))


def _compare(keys: Keys, value: TableRows, heads: FormHeads, faulty: Array) -> None:
    """Every row has its form, every form of a table its row, and none stands twice."""
    if value.rowno is None and np.array_equal(value.key, heads.key):
        return

    same = value.key[1:] == value.key[:-1]
    if value.rowno is not None:
        same &= value.rowno[1:] == value.rowno[:-1]

    wrong = [value.key[1:][same], value.key[places_of(heads.key, value.key) == NOWHERE]]
    if value.rowno is None:
        wrong.append(heads.key[places_of(value.key, heads.key) == NOWHERE])

    for some in wrong:
        faulty[keys.subject(some[some != NOWHERE])] = True


def places_of(sorted_keys: Array, wanted: Array) -> Array:
    """Where each key stands among sorted ones, NOWHERE where it does not."""
    if not len(sorted_keys):
        return np.full(len(wanted), NOWHERE)

    minimum = np.minimum(np.searchsorted(sorted_keys, wanted), len(sorted_keys) - 1)

    return np.where(sorted_keys[minimum] == wanted, minimum, NOWHERE)
