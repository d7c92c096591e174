"""The tables that a study's package should have, and those that only its descriptor
describes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms_spec.model.study import Study
from generator.tables import layout
from generator.tables.descriptor import DIALECT
from generator.tables.retired import Retired
from generator.tables.schema import table_schema
from generator.tables.system import system_schema
from generator.validation.json_parts import list_of, object_of
from generator.validation.known_names import KnownNames
from generator.validation.table_plan import TablePlan

_NO_SCHEMA = "its schema is not in datapackage.json"
_OTHER_DIALECT = "its dialect is different"


def study_plan(
    study: Study, paths: Mapping[str, str], retired: Retired, *, entries: bool
) -> tuple[TablePlan, ...]:
    """Every table of the dictionary, at the path that the descriptor gives it.

    ``retired`` names are those of earlier dictionaries; ``entries``: subjects say who
    entered them. Companions are planned only where the package has
    them.
    """
    made, known = [], KnownNames(study=study, retired=retired)
    companions = layout.companions_of(paths)
    every = layout.all_columns(study, entries=entries, companions=companions)

    for name, columns in every.items():
        table = study.tables.get(name)
        if table:
            schema = table_schema(study, table, retired)
        else:
            schema = system_schema(study, name, retired=retired, entries=entries)

        path = paths.get(name) or layout.table_path(name)
        made.append(
            TablePlan(
                name=name,
                path=path,
                columns=columns,
                schema=schema,
                table=table,
                known=known,
            )
        )

    return tuple(made)


def has_entries(resource: Mapping[str, Any]) -> bool:
    """Whether the table of subjects that a descriptor describes says who entered each."""
    schema = object_of(resource.get("schema"))
    fields = list_of(schema.get("fields"))
    names = [object_of(field).get("name") for field in fields]

    return all(name in names for name in layout.ENTRY)


def descriptor_plan(resource: Mapping[str, Any]) -> TablePlan | str:
    """The plan of a table that only the descriptor describes, or why it cannot be
    judged.
    """
    schema = object_of(resource.get("schema"))
    fields = schema.get("fields")
    if not isinstance(fields, list):
        return _NO_SCHEMA
    if not all(object_of(field).get("name") for field in fields):
        return _NO_SCHEMA

    path = str(resource["path"])
    if not path.endswith(".csv"):
        return "it is no CSV file"

    encoding = str(resource.get("encoding", "utf-8"))
    if encoding.lower() not in {"utf-8", "utf8"}:
        return "its encoding is not UTF-8"

    dialect = resource.get("dialect", {})
    if not isinstance(dialect, dict):
        return _OTHER_DIALECT

    for key, usual in DIALECT.items():
        # What is not stated is as usual.
        if dialect.get(key, usual) != usual:
            return _OTHER_DIALECT

    return TablePlan(
        name=str(resource["name"]),
        path=path,
        columns=tuple(str(field["name"]) for field in fields),
        schema=schema,
        table=None,
    )
