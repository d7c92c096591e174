"""The columns of a relation that texts alone tell: each different text is understood once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from forms_spec.model import Field
from forms_spec.rules.types import Type, type_of
from generator.casebooks.columns import is_derived
from generator.casebooks.names import beside_column, class_column, given_column
from generator.casebooks.reads import Shape
from generator.casebooks.store import SpoolingStore, text_view
from generator.casebooks.texts import ANSWERED, BLANK, VALUE_SQL, Meaning, Reader, meanings_frame
from generator.sql.names import quoted, text_literal
from generator.sql.relations import entered_column, missing_column

if TYPE_CHECKING:
    from generator.casebooks.relations import Relations

FEW = 20
"""So many odd texts stand in the query itself; more of them are joined."""
FREE_TEXT = r"[!-~]([ -~]*[!-~])?"
"""Texts of which nothing has to be asked but how long they are."""
MEANINGS = "meanings"
AS_THEY_STAND = frozenset({Type.TEXT, Type.CHOICE, Type.FILE})
"""Types whose values are the texts themselves."""

Meant = tuple[str, list[Meaning], Type]
"""A field, what its texts mean, and its type."""


@dataclass(kw_only=True)
class TextColumns:
    """Writes the columns of one table's fields."""

    shape: Shape
    relations: Relations
    _joins: list[str] = field(default_factory=list)
    _meant: list[Meant] = field(default_factory=list)

    def columns(self) -> tuple[list[str], str]:
        """The columns and the joins that they need; the table of meanings is made."""
        texts = self._distinct()
        columns = [
            column for one in self.shape.fields for column in self._columns_of(one, texts.get(one.name, []))
        ]
        create_meanings(self.relations.store, self._meant)
        return columns, " ".join(self._joins)

    def _wants(self, one: Field) -> tuple[bool, bool, bool]:
        """Whether the field's value is read, its missing code, and what was entered while it is hidden."""
        place, needs = self.shape.place(one), self.relations.needs
        return place in needs.values, place in needs.missing, place in needs.entered

    def _distinct(self) -> Mapping[str, list[str]]:
        """The different texts of each field that have to be looked at."""
        view, parts = quoted(text_view(self.shape.name)), []
        for at, one in enumerate(self.shape.fields):
            text, guard = f"t.{quoted(one.name)}", self._guard(one)
            unless = f" AND NOT ({guard})" if guard else ""
            parts.append(f"SELECT DISTINCT {at}, {text} FROM {view} t WHERE {text} <> ''{unless}")
        found: dict[str, list[str]] = {}
        if not parts:
            return found
        for at, text in self.relations.store.sql.execute(" UNION ALL ".join(parts)).fetchall():
            found.setdefault(self.shape.fields[at].name, []).append(text)
        return found

    def _guard(self, one: Field) -> str | None:
        """Where a free text is surely an answer, so that it need not be looked at."""
        free = one.kind.name == "text" and one.pattern is None and not one.ranges and not one.expected
        if not free or any(self._wants(one)) or one.value is not None:
            return None
        text, missing = f"t.{quoted(one.name)}", self.relations.study.missing
        said = [f"regexp_full_match({text}, '{FREE_TEXT}')"]
        if missing:
            said.append(f"{text} NOT IN ({', '.join(text_literal(code) for code in missing)})")
        if one.min_length is not None:
            said.append(f"length({text}) >= {one.min_length}")
        if one.max_length is not None:
            said.append(f"length({text}) <= {one.max_length}")
        return " AND ".join(said)

    def _columns_of(self, one: Field, texts: list[str]) -> Iterator[str]:
        reader, type_ = self.relations.reader(self.shape, one), type_of(one)
        if one.value is not None:
            yield from self._beside(one, reader, texts)
            return
        meanings, text = reader.texts(texts), f"t.{quoted(one.name)}"
        odd = [held for held in meanings if held.outcome != ANSWERED]
        value, missing, entered = self._wants(one)
        stands = type_ in AS_THEY_STAND and all(held.value in (None, held.key) for held in meanings)
        if len(odd) > FEW or ((value or entered) and not stands):
            alias = self._joined(one, meanings, type_)
            told, valued = f"coalesce({alias}.class, {ANSWERED})", f"{alias}.value"
        else:
            told = _few(text, odd)
            unknown = [held.key for held in odd if held.value is None]
            valued = f"CASE WHEN {_none_of(text, ['', *unknown])} THEN {text} END"
        told = f"CASE WHEN {text} = '' THEN {BLANK} ELSE {told} END::UTINYINT"
        yield f"{told} AS {quoted(class_column(one.name))}"
        if value or entered:
            yield f"{valued} AS {quoted(one.name)}"
        if entered and is_derived(self.shape, one):
            yield f"{valued} AS {quoted(entered_column(self.relations.study, one))}"
        if missing:
            codes = [held.key for held in odd if reader.outcomes[held.outcome].missing is not None]
            said = f"CASE WHEN NOT ({_none_of(text, codes)}) THEN {text} END" if codes else "NULL::VARCHAR"
            yield f"{said} AS {quoted(missing_column(one.name))}"

    def _beside(self, one: Field, reader: Reader, texts: list[str]) -> Iterator[str]:
        """What stands in the cells of a calculated field; its own columns are derived."""
        alias = self._joined(one, reader.beside(texts), type_of(one))
        yield f"t.{quoted(one.name)} <> '' AS {quoted(beside_column(one.name))}"
        yield f"{alias}.value AS {quoted(given_column(one.name))}"

    def _joined(self, one: Field, meanings: list[Meaning], type_: Type) -> str:
        alias = f"d{len(self._joins)}"
        self._meant.append((one.name, meanings, type_))
        self._joins.append(meaning_join(alias, f"t.{quoted(one.name)}", one.name, type_))
        return alias


def _few(text: str, odd: list[Meaning]) -> str:
    if not odd:
        return str(ANSWERED)
    cases = " ".join(f"WHEN {text_literal(one.key)} THEN {one.outcome}" for one in odd)
    return f"CASE {text} {cases} ELSE {ANSWERED} END"


def _none_of(text: str, others: list[str]) -> str:
    return f"{text} NOT IN ({', '.join(map(text_literal, others))})"


def create_meanings(store: SpoolingStore, meant: Iterable[Meant]) -> None:
    """The table that ``meaning_join`` looks into."""
    frames = [
        meanings_frame(meanings, type_).with_columns(pl.lit(name).alias("field"))
        for name, meanings, type_ in meant
    ]
    if frames:
        path = store.folder / "meanings.parquet"
        pl.concat(frames).write_parquet(path)
        source = f"read_parquet({text_literal(str(path))})"
        store.sql.execute(f"CREATE OR REPLACE TEMP TABLE {MEANINGS} AS SELECT * FROM {source}")


def meaning_join(alias: str, text: str, name: str, type_: Type) -> str:
    """Joins what a field's texts mean: ``class`` and ``value``."""
    held = (
        f"SELECT key, class, {VALUE_SQL[type_]} AS value FROM {MEANINGS} WHERE field = {text_literal(name)}"
    )
    return f"LEFT JOIN ({held}) {alias} ON {alias}.key = {text}"
