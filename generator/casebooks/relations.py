"""The relations of values: every text of the package understood, every condition and formula worked out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from forms_spec.judge.plan import FieldPlan, plan_of
from forms_spec.model import Field, Study
from forms_spec.rules.types import Type, type_of
from generator.casebooks.columns import Needs, is_derived
from generator.casebooks.reads import Shape, conditions, formula, shapes
from generator.casebooks.scene_sql import ROW_ID, Scene
from generator.casebooks.store import LINE, SpoolingStore, text_view
from generator.casebooks.texts import (
    ANSWERED,
    BLANK,
    VALUE_SQL,
    Meaning,
    Outcome,
    Reader,
    key_sql,
    meanings_frame,
    value_of_key,
)
from generator.sql.names import quoted, text_literal
from generator.sql.relations import KEYS, ORDER, entered_column, missing_column, relation

FORMS = "sound forms"
"""The forms of the subjects whose rows fit together, with the numbers of subject and visit."""
COMPLETE, SUBJECT_NUMBER, VISIT_NUMBER = "is complete", "subject number", "visit number"
_CARRIED = (*KEYS, SUBJECT_NUMBER, VISIT_NUMBER, COMPLETE, LINE)
FREE_TEXT = r"[!-~]([ -~]*[!-~])?"
"""Texts of which nothing has to be asked but how long they are."""


def class_column(name: str) -> str:
    return f"{name} class"


def shown_column(name: str) -> str:
    return f"{name} shown"


def given_column(name: str) -> str:
    """What stands beside a calculated field: NULL where nothing does, or no value."""
    return f"{name} given"


def beside_column(name: str) -> str:
    """Whether anything stands in a calculated field's cell."""
    return f"{name} is given"


@dataclass(kw_only=True)
class Relations:
    """Makes the relations in a connection; ``readers`` tells what the classes of each field stand for."""

    study: Study
    store: SpoolingStore
    needs: Needs
    today: date
    readers: dict[tuple[str, bool, str], Reader] = field(default_factory=dict)
    _files: int = 0

    def create(self) -> None:
        every = shapes(self.study)
        for shape in every:
            self._base(shape)
        layers = self.needs.layers
        for layer in range(1, max(layers.values(), default=0) + 1):
            for shape in every:
                now = [one for one in shape.fields if layers.get(self._place(shape, one)) == layer]
                if now:
                    self._derive(shape, now)

    def _place(self, shape: Shape, one: Field) -> tuple[str, bool, str]:
        return shape.name, shape.group is not None, one.name

    def reader(self, shape: Shape, one: Field) -> Reader:
        place = self._place(shape, one)
        if place not in self.readers:
            plan: FieldPlan = plan_of(self.study, shape.form).fields[shape.name, one.name]
            self.readers[place] = Reader(shape, plan, self.today)
        return self.readers[place]

    def outcomes(self, shape: Shape, one: Field) -> list[Outcome]:
        return self.reader(shape, one).outcomes

    # Texts

    def _base(self, shape: Shape) -> None:
        """Keys, and of each field what its text alone tells."""
        joins: list[str] = []
        columns = [column for one in shape.fields for column in self._text_columns(shape, one, joins)]
        has_texts = shape.has_file
        row, line = ("t.rowno", f"t.{quoted(LINE)}") if has_texts else ("NULL::BIGINT", f"f.{quoted(LINE)}")
        keys = [
            f"row_number() OVER () AS {quoted(ROW_ID)}",
            "f.subjid",
            "f.visitid",
            "f.unsno",
            f"f.{quoted(ORDER)}",
            f"{row} AS rowno",
        ]
        keys += [f"f.{quoted(one)}" for one in (SUBJECT_NUMBER, VISIT_NUMBER, COMPLETE)]
        keys.append(f"{line} AS {quoted(LINE)}")
        source = f"{quoted(FORMS)} f"
        if has_texts:
            source += (
                f" JOIN {quoted(text_view(shape.name))} t "
                "ON t.subjid = f.subjid AND t.visitid = f.visitid AND t.unsno = f.unsno"
            )
        name = quoted(relation(shape.name, group=shape.group is not None))
        self.store.sql.execute(
            f"CREATE TEMP TABLE {name} AS SELECT {', '.join([*keys, *columns])} FROM {source} "
            f"{' '.join(joins)} WHERE f.form = {text_literal(shape.form.name)}"
        )

    def _text_columns(self, shape: Shape, one: Field, joins: list[str]) -> Iterator[str]:
        if one.value is not None:
            yield from self._beside_columns(shape, one, joins)
            return
        place, text = self._place(shape, one), f"t.{quoted(one.name)}"
        reader, type_ = self.reader(shape, one), type_of(one)
        wants = any(place in held for held in (self.needs.values, self.needs.missing, self.needs.entered))
        guard = self._guard(one, text, reader) if not wants else None
        meanings = reader.texts(self._distinct(shape, one, guard))
        alias = f"d{len(joins)}"
        odd = [held for held in meanings if held.outcome != ANSWERED]
        if wants or len(odd) > FEW:
            joins.append(self._join(alias, text, meanings if wants else odd, type_))
            told = f"coalesce({alias}.class, {ANSWERED})"
        else:
            told = self._few(text, odd)
        told = f"CASE WHEN {text} = '' THEN {BLANK} ELSE {told} END::UTINYINT"
        yield f"{told} AS {quoted(class_column(one.name))}"
        if place in self.needs.values or place in self.needs.entered:
            yield f"{alias}.value AS {quoted(one.name)}"
            if is_derived(shape, one) and place in self.needs.entered:
                yield f"{alias}.value AS {quoted(entered_column(self.study, one))}"
        if place in self.needs.missing:
            yield f"{self._missing(alias, reader)} AS {quoted(missing_column(one.name))}"

    def _beside_columns(self, shape: Shape, one: Field, joins: list[str]) -> Iterator[str]:
        """What stands in the cells of a calculated field; its own columns are derived."""
        alias, text = f"d{len(joins)}", f"t.{quoted(one.name)}"
        meanings = self.reader(shape, one).beside(self._distinct(shape, one, None))
        joins.append(self._join(alias, text, meanings, type_of(one)))
        yield f"{text} <> '' AS {quoted(beside_column(one.name))}"
        yield f"{alias}.value AS {quoted(given_column(one.name))}"

    def _guard(self, one: Field, text: str, reader: Reader) -> str | None:
        """Where a free text is surely an answer, so that it need not be looked at."""
        if (
            one.kind.name != "text"
            or one.pattern is not None
            or not reader.fixed
            or one.ranges
            or one.expected
        ):
            return None
        said = [f"regexp_full_match({text}, '{FREE_TEXT}')"]
        if self.study.missing:
            said.append(f"{text} NOT IN ({', '.join(text_literal(code) for code in self.study.missing)})")
        if one.min_length is not None:
            said.append(f"length({text}) >= {one.min_length}")
        if one.max_length is not None:
            said.append(f"length({text}) <= {one.max_length}")
        return " AND ".join(said)

    def _distinct(self, shape: Shape, one: Field, guard: str | None) -> list[str]:
        text = f"t.{quoted(one.name)}"
        unless = f" AND NOT ({guard})" if guard else ""
        query = f"SELECT DISTINCT {text} FROM {quoted(text_view(shape.name))} t WHERE {text} <> ''{unless}"
        return [found for (found,) in self.store.sql.execute(query).fetchall()]

    def _few(self, text: str, odd: list[Meaning]) -> str:
        if not odd:
            return str(ANSWERED)
        cases = " ".join(f"WHEN {text_literal(one.key)} THEN {one.outcome}" for one in odd)
        return f"CASE {text} {cases} ELSE {ANSWERED} END"

    def _join(self, alias: str, text: str, meanings: Iterable[Meaning], type_: Type) -> str:
        self._files += 1
        path = self.store.folder / f"meanings{self._files}.parquet"
        meanings_frame(meanings, type_).write_parquet(path)
        table = f"meanings{self._files}"
        self.store.sql.execute(
            f"CREATE TEMP TABLE {table} AS SELECT key, class, {VALUE_SQL[type_]} AS value "
            f"FROM read_parquet({text_literal(str(path))})"
        )
        path.unlink()
        return f"LEFT JOIN {table} {alias} ON {alias}.key = {text}"

    def _missing(self, alias: str, reader: Reader) -> str:
        held = {at: one.missing for at, one in enumerate(reader.outcomes) if one.missing is not None}
        if not held:
            return "NULL::VARCHAR"
        cases = " ".join(f"WHEN {at} THEN {text_literal(code)}" for at, code in held.items())
        return f"CASE {alias}.class {cases} END"

    # Conditions and formulas

    def _derive(self, shape: Shape, now: list[Field]) -> None:
        """One more column for whether each of these fields is shown, and its value made of that."""
        scene = Scene(shape, self.study, self.today)
        made: dict[str, str] = {}
        dropped: list[str] = []
        for one in now:
            made |= self._derived(shape, one, scene, dropped)
        kept = f"{scene.here}.* EXCLUDE ({', '.join(map(quoted, dropped))})" if dropped else f"{scene.here}.*"
        self._replace(scene, kept, made)
        calculated = [one for one in now if one.value is not None]
        if calculated:
            self._finish(shape, scene, calculated)

    def _derived(self, shape: Shape, one: Field, scene: Scene, dropped: list[str]) -> dict[str, str]:
        made: dict[str, str] = {}
        said = [scene.node(node).sql("duckdb", copy=False) for node in conditions(shape, one)]
        shown = " AND ".join(f"({text})" for text in said)
        if shown:
            made[shown_column(one.name)] = shown
        computed = formula(shape, one)
        if computed is not None:
            value = scene.node(computed).sql("duckdb", copy=False)
            made[f"{one.name} computed"] = (
                f"CASE WHEN ({shown}) IS FALSE THEN NULL ELSE {value} END" if shown else value
            )
            return made
        place = self._place(shape, one)
        if place in self.needs.values:
            made[one.name] = self._masked(scene, one.name, shown)
            dropped.append(one.name)
        if place in self.needs.missing:
            made[missing_column(one.name)] = self._masked(scene, missing_column(one.name), shown)
            dropped.append(missing_column(one.name))
        return made

    def _masked(self, scene: Scene, name: str, shown: str) -> str:
        return f"CASE WHEN ({shown}) IS NOT FALSE THEN {scene.here}.{quoted(name)} END"

    def _replace(self, scene: Scene, kept: str, made: Mapping[str, str]) -> None:
        columns = ", ".join(f"{text} AS {quoted(name)}" for name, text in made.items())
        source = scene.source_sql()
        for statement in scene.statements():
            self.store.sql.execute(statement)
        self._rename(scene.name, f"SELECT {kept}, {columns} {source}")
        for statement in scene.leftovers():
            self.store.sql.execute(statement)

    def _rename(self, name: str, query: str) -> None:
        sql = self.store.sql
        sql.execute(f"CREATE TEMP TABLE {quoted('being made')} AS {query}")
        sql.execute(f"DROP TABLE {quoted(name)}")
        sql.execute(f"ALTER TABLE {quoted('being made')} RENAME TO {quoted(name)}")

    def _finish(self, shape: Shape, scene: Scene, calculated: list[Field]) -> None:
        """Results are rounded and written as the field's kind does it: each different one once."""
        joins, columns = [], []
        for at, one in enumerate(calculated):
            type_, held = type_of(one), f"r.{quoted(f'{one.name} computed')}"
            key = key_sql(held, type_)
            query = f"SELECT DISTINCT {key} FROM {quoted(scene.name)} r WHERE {held} IS NOT NULL"
            keys = [found for (found,) in self.store.sql.execute(query).fetchall()]
            meanings = self.reader(shape, one).results((text, value_of_key(text, type_)) for text in keys)
            joins.append(self._join(f"d{at}", key, meanings, type_))
            columns += [
                f"coalesce(d{at}.class, {BLANK})::UTINYINT AS {quoted(class_column(one.name))}",
                f"d{at}.value AS {quoted(one.name)}",
            ]
        dropped = ", ".join(quoted(f"{one.name} computed") for one in calculated)
        self._rename(
            scene.name,
            f"SELECT r.* EXCLUDE ({dropped}), {', '.join(columns)} "
            f"FROM {quoted(scene.name)} r {' '.join(joins)}",
        )


FEW = 20
"""So many odd texts stand in the query itself; more of them are joined."""
