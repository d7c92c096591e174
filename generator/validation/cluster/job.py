"""What every worker has to know about a package, small enough to be sent to each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from forms_spec import load_study
from forms_spec.model.study import Study
from generator.heavy_libraries import frictionless
from generator.tables import layout
from generator.tables.retired import NOTHING_RETIRED, Retired
from generator.validation.cluster.worker_memory import lasting
from generator.validation.row_keys import ForeignKey, TableKeys
from generator.validation.row_store import UnreadableCell
from generator.validation.study_plan import study_plan
from generator.validation.table_plan import TablePlan


@dataclass(frozen=True, kw_only=True, slots=True)
class TableText:
    """A table that only the descriptor describes; ``foreign`` ones have a schema as
    Frictionless reads it.
    """

    name: str
    path: str
    columns: tuple[str, ...]
    schema: Mapping[str, Any]
    delimiter: str
    foreign: bool

    def plan(self) -> TablePlan:
        schema = None
        if self.foreign:
            schema = frictionless.Schema.from_descriptor(dict(self.schema))

        return TablePlan(
            name=self.name,
            path=self.path,
            columns=self.columns,
            schema=self.schema,
            table=None,
            delimiter=self.delimiter,
            read=schema,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedKey:
    """A key of a table.

    ``name`` tells it from all others; ``of`` is the key whose values it may name.
    """

    name: str
    kind: str
    fields: tuple[str, ...]
    at: int
    of: str | None = None


_ROW_KEY = (layout.SITE, layout.SUBJECT, layout.VISIT, layout.UNSNO, layout.ROW)
UNIQUE, PRIMARY, FOREIGN, REFERENCE = "unique", "primary", "foreign", "reference"


@dataclass(frozen=True, kw_only=True)
class Job:
    """A package as text. ``tables`` can be read. ``dictionary`` is empty where there is
    no study.

    ``paths`` are by table; ``stated`` is what the descriptor says of whole files, by
    path; ``code`` tells which crfsmith asks. ``at_once``: subjects are judged together,
    as columns. ``retired`` names were in earlier dictionaries; ``entries``: subjects
    say who entered them. ``seeds`` are the keys of the hashes by which tables are
    compared with the audit trail; ``lost`` are the cells of which that says enough.
    """

    code: str
    dictionary: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)
    others: tuple[TableText, ...] = ()
    tables: tuple[int, ...] = ()
    keys: tuple[NamedKey, ...] = ()
    stated: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ours: bool = True
    at_once: bool = False
    retired: Retired = NOTHING_RETIRED
    entries: bool = False
    seeds: tuple[int, ...] = ()
    lost: tuple[UnreadableCell, ...] = ()
    limit: int

    def __getstate__(self) -> dict[str, Any]:
        """What was worked out from the text stays where it was."""
        state = dict(self.__dict__)
        for derived in ("study", "plans"):
            state.pop(derived, None)

        return state

    @cached_property
    def study(self) -> Study | None:
        if not self.dictionary:
            return None

        return _loaded(tuple(self.dictionary.items()))

    @cached_property
    def plans(self) -> tuple[TablePlan, ...]:
        """Every table of the package, in its order."""
        others = tuple(other.plan() for other in self.others)
        if not self.study:
            return others

        own = study_plan(self.study, self.paths, self.retired, entries=self.entries)

        return (*own, *others)

    def keys_of(self, position: int) -> tuple[NamedKey, ...]:
        """The keys of a table that are compared."""
        return tuple(key for key in self.keys if key.at == position)

    def row_key(self, position: int) -> tuple[str, ...]:
        """The columns that name a row of a table to a person."""
        plan = self.plans[position]
        is_system = self.study is not None and plan.name in layout.SYSTEM_COLUMNS
        if plan.table is not None or is_system:
            return tuple(name for name in _ROW_KEY if name in plan.columns)

        # A table of others is known by its primary key, or else by a unique column.
        fields: dict[str, tuple[str, ...]] = {}
        for key in self.keys_of(position):
            fields.setdefault(key.kind, key.fields)

        return fields.get(PRIMARY, fields.get(UNIQUE, ()))


@lru_cache(maxsize=1)
def _loaded(dictionary: tuple[tuple[str, str], ...]) -> Study | None:
    """A worker's process gets a job for each step, and all of them are about one study."""
    with lasting():
        return load_study(dict(dictionary)).study


def named_keys(
    position: int, checked: TableKeys, tables: Mapping[str, int]
) -> list[NamedKey]:
    """The keys of a table, and those of other tables that it names.

    ``tables`` are the positions of all tables. Raises ``ValueError`` where a foreign
    key names a table that is not among them.
    """
    result = []
    for field_name in checked.unique:
        name = f"{position} unique {field_name}"
        key = NamedKey(name=name, kind=UNIQUE, fields=(field_name,), at=position)
        result.append(key)

    if checked.primary:
        name = f"{position} primary"
        key = NamedKey(name=name, kind=PRIMARY, fields=checked.primary, at=position)
        result.append(key)

    for number, foreign in enumerate(checked.foreign):
        name = f"{position} foreign {number}"
        of = _reference(foreign, tables)
        fields = foreign.fields
        key = NamedKey(name=name, kind=FOREIGN, fields=fields, at=position, of=of.name)
        result += [key, of]

    return result


def _reference(key: ForeignKey, tables: Mapping[str, int]) -> NamedKey:
    """``ValueError`` when the table is not there."""
    if key.resource not in tables:
        raise ValueError(
            f'a foreign key names the resource "{key.resource}", which is not there'
        )

    table = tables[key.resource]
    name = f"{table} reference {' '.join(key.reference)}"

    return NamedKey(name=name, kind=REFERENCE, fields=key.reference, at=table)
