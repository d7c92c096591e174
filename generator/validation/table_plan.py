"""Which tables a package should have, from its dictionary or, without one, from its own
descriptor.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from generator.heavy_libraries import frictionless
from generator.tables import layout

if TYPE_CHECKING:  # packages of others do without
    from forms_spec.model.fields import Table
    from generator.validation.known_names import KnownNames

CellVerdict = Mapping[str, str] | None
CellReader = Callable[[str], tuple[Any, CellVerdict]]
"""A text's value, None where it has none, and what speaks against it: notes by
constraint, or None.
"""

SCHEMA_PROFILE = "https://datapackage.org/profiles/2.0/tableschema.json"
SCHEMAS_KEPT = 256
_REMEMBERED = 1 << 14


@dataclass(frozen=True, kw_only=True, slots=True)
class TablePlan:
    """One file to read. ``table`` is the dictionary's; None for a system table or one
    it lacks.

    ``read`` is the schema as Frictionless has read it already, in a package of others;
    ``stated`` is what the descriptor says of the whole file there: ``hash`` and
    ``bytes``. ``known`` are the names of the study whose table it is.
    """

    name: str
    path: str
    columns: tuple[str, ...]
    schema: Mapping[str, Any]
    table: Table | None
    delimiter: str = ","
    read: Any = None
    stated: Mapping[str, Any] = field(default_factory=dict)
    known: KnownNames | None = None

    @property
    def optional(self) -> frozenset[str]:
        """Columns that follow from another one, so that an older package may lack them."""
        if self.table is None:
            return frozenset()

        return frozenset(field.name for field in self.table.fields if field.part_of)

    @property
    def blank_keys(self) -> frozenset[str]:
        """The key columns that may be blank, such as the site of a study without sites."""
        blank: set[str] = set()
        for column in self.schema["fields"]:
            is_required = column.get("constraints", {}).get("required")
            if column["name"] in layout.ROW_KEY and not is_required:
                blank.add(column["name"])

        return frozenset(blank)


def frictionless_schema(plan: TablePlan) -> Any:
    """The plan's schema as Frictionless understands it.

    ``ValueError`` when it is none.
    """
    if plan.read is not None:
        return plan.read

    try:
        return _read_schema(json.dumps({"$schema": SCHEMA_PROFILE, **plan.schema}))
    except frictionless.FrictionlessException as error:
        notes = [part.note for part in error.to_errors()]
        raise ValueError("; ".join(notes)) from error


@lru_cache(maxsize=SCHEMAS_KEPT)
def _read_schema(described: str) -> Any:
    """Reading a schema takes Frictionless as long as a few hundred rows of its table: a
    server that validates packages of one study does it once. Nobody changes a schema.
    """
    return frictionless.Schema.from_descriptor(json.loads(described))


def missing_values(item: Any) -> tuple[str, ...]:
    """The texts of a Frictionless field that stand for no value."""
    own = item.has_defined("missing_values") or not item.schema
    values = item.missing_values if own else item.schema.missing_values

    return tuple(values)


def cell_readers(schema: Any) -> tuple[CellReader, ...]:
    """How Frictionless reads each column. Equal texts of a column are read once.

    ``ValueError`` when a constraint of the schema does not fit its type.
    """
    try:
        readers = [field.create_cell_reader() for field in schema.fields]
    except Exception as error:
        # A limit that is none of its type, or a pattern that is none.
        if isinstance(error, frictionless.FrictionlessException | re.error):
            raise ValueError(str(error)) from error

        raise

    return tuple(map(_remembering, readers))


def _remembering(read: CellReader) -> CellReader:
    seen: dict[str, tuple[Any, CellVerdict]] = {}

    def verdict(text: str) -> tuple[Any, CellVerdict]:
        try:
            return seen[text]
        except KeyError:
            pass

        try:
            written = read(text)
        except Exception as error:
            written = (
                None,
                {"type": f"frictionless stops at it ({type(error).__name__})"},
            )

        if len(seen) >= _REMEMBERED:
            seen.clear()

        seen[text] = written

        return written

    return verdict
