"""The relations of values: every text of the package understood, every condition and formula worked out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from forms_spec.judge.plan import FieldPlan, plan_of
from forms_spec.model import Field, Study
from forms_spec.rules import core
from forms_spec.rules.types import type_of
from generator.casebooks.columns import Needs, place_of
from generator.casebooks.names import (
    COMPLETE,
    FORMS,
    LINE,
    ROW_ID,
    SUBJECT_NUMBER,
    VISIT_NUMBER,
    class_column,
    shown_column,
)
from generator.casebooks.reads import Place, Shape, conditions, formula, nodes, shapes
from generator.casebooks.scene_sql import Scene
from generator.casebooks.store import SpoolingStore, text_view
from generator.casebooks.text_columns import TextColumns, create_meanings, meaning_join
from generator.casebooks.texts import BLANK, Outcome, Reader, key_sql, value_of_key
from generator.sql.expression_sql import FORM_KEY
from generator.sql.names import quoted, text_literal
from generator.sql.relations import ORDER, missing_column, relation


@dataclass(kw_only=True)
class Relations:
    """Makes the relations in a connection; ``readers`` tells what the classes of each field stand for."""

    study: Study
    store: SpoolingStore
    needs: Needs
    today: date
    readers: dict[Place, Reader] = field(default_factory=dict)
    _done: set[Place] = field(default_factory=set)

    def create(self) -> None:
        every = shapes(self.study)
        for shape in every:
            self._base(shape)
        layers = self.needs.layers
        for layer in range(1, max(layers.values(), default=0) + 1):
            for shape in every:
                places = [(one, shape.place(one)) for one in shape.fields]
                now = [one for one, at in places if layers.get(at) == layer and at not in self._done]
                if now:
                    self._derive(shape, now)

    def reader(self, shape: Shape, one: Field) -> Reader:
        place = shape.place(one)
        if place not in self.readers:
            plan: FieldPlan = plan_of(self.study, shape.form).fields[shape.name, one.name]
            self.readers[place] = Reader(shape, plan, self.today)
        return self.readers[place]

    def outcomes(self, shape: Shape, one: Field) -> list[Outcome]:
        return self.reader(shape, one).outcomes

    # Texts

    def _base(self, shape: Shape) -> None:
        """Keys, and of each field what its text alone tells."""
        columns: list[str] = []
        joins = ""
        if shape.has_file:
            columns, joins = TextColumns(shape=shape, relations=self).columns()
        row, line = (
            ("t.rowno", f"t.{quoted(LINE)}") if shape.has_file else ("NULL::BIGINT", f"f.{quoted(LINE)}")
        )
        keys = ["f.subjid", "f.visitid", "f.unsno", f"f.{quoted(ORDER)}", f"{row} AS rowno"]
        keys += [f"f.{quoted(one)}" for one in (SUBJECT_NUMBER, VISIT_NUMBER, COMPLETE)]
        keys += [f"row_number() OVER () AS {quoted(ROW_ID)}", f"{line} AS {quoted(LINE)}"]
        source = f"{quoted(FORMS)} f"
        if shape.has_file:
            on = " AND ".join(f"t.{key} = f.{key}" for key in FORM_KEY)
            source += f" JOIN {quoted(text_view(shape.name))} t ON {on}"
        query = (
            f"SELECT {', '.join([*keys, *columns])} FROM {source} "
            f"{joins} WHERE f.form = {text_literal(shape.form.name)}"
        )
        name = quoted(relation(shape.name, group=shape.group is not None))
        self.store.sql.execute(f"CREATE TEMP TABLE {name} AS {self._with_own_conditions(shape, query)}")

    def _with_own_conditions(self, shape: Shape, query: str) -> str:
        """What hangs on cells of the same form or row alone is worked out before anything is written."""
        while now := [one for one in shape.fields if self._hangs_on_itself(shape, one)]:
            scene = Scene(shape, self.study, self.today)
            kept, made = self._columns(shape, now, scene)
            columns = ", ".join(f"{text} AS {quoted(name)}" for name, text in made.items())
            own = f"FROM ({query}) AS f0"
            if shape.group:
                on = " AND ".join(f"r0.{key} = f0.{key}" for key in FORM_KEY)
                form = quoted(relation(shape.form.name, group=False))
                own = f"FROM {form} AS f0 JOIN ({query}) AS r0 ON {on}"
            query = f"SELECT {kept}, {columns} {own}"
            self._done |= {shape.place(one) for one in now}
        return query

    def _hangs_on_itself(self, shape: Shape, one: Field) -> bool:
        """True for conditions of cells that are known already, in the same form."""
        place, layers = shape.place(one), self.needs.layers
        if place not in layers or place in self._done or one.value is not None:
            return False
        read = [node for root in conditions(shape, one) for node in nodes(root)]
        if any(isinstance(node, core.Remote | core.Fold) for node in read):
            return False
        places = [place_of(node) for node in read if isinstance(node, core.Read)]
        return all(held not in layers or held in self._done for held in places)

    # Conditions and formulas

    def _derive(self, shape: Shape, now: list[Field]) -> None:
        """One more column for whether each of these fields is shown, and its value made of that."""
        scene = Scene(shape, self.study, self.today)
        kept, made = self._columns(shape, now, scene)
        self._replace(scene, kept, made)
        calculated = [one for one in now if one.value is not None]
        if calculated:
            self._finish(shape, scene, calculated)

    def _columns(self, shape: Shape, now: list[Field], scene: Scene) -> tuple[str, dict[str, str]]:
        """The columns that stay as they are, and those that are made."""
        made: dict[str, str] = {}
        dropped: list[str] = []
        for one in now:
            made |= self._derived(shape, one, scene, dropped)
        without = f" EXCLUDE ({', '.join(map(quoted, dropped))})" if dropped else ""
        return f"{scene.here}.*{without}", made

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
        place = shape.place(one)
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
        joins, columns, meant = [], [], []
        for at, one in enumerate(calculated):
            type_, held = type_of(one), f"r.{quoted(f'{one.name} computed')}"
            key = key_sql(held, type_)
            query = f"SELECT DISTINCT {key} FROM {quoted(scene.name)} r WHERE {held} IS NOT NULL"
            keys = [found for (found,) in self.store.sql.execute(query).fetchall()]
            meanings = self.reader(shape, one).results((text, value_of_key(text, type_)) for text in keys)
            meant.append((one.name, meanings, type_))
            joins.append(meaning_join(f"d{at}", key, one.name, type_))
            columns += [
                f"coalesce(d{at}.class, {BLANK})::UTINYINT AS {quoted(class_column(one.name))}",
                f"d{at}.value AS {quoted(one.name)}",
            ]
        create_meanings(self.store, meant)
        dropped = ", ".join(quoted(f"{one.name} computed") for one in calculated)
        self._rename(
            scene.name,
            f"SELECT r.* EXCLUDE ({dropped}), {', '.join(columns)} "
            f"FROM {quoted(scene.name)} r {' '.join(joins)}",
        )
