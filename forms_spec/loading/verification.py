"""The plan of source verification in the study's file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from forms_spec.loading.schema_fields import (
    IntegerField,
    MappingSchema,
    TextField,
    TextListField,
)
from forms_spec.model.verification import EVERYBODY, VerificationPlan


class VerificationSchema(MappingSchema):
    """The keys below ``verification``."""

    share = IntegerField(load_default=None)
    seed = TextField(load_default="")
    critical = TextListField(load_default=())


def build_verification(loaded: Mapping[str, Any]) -> VerificationPlan | None:
    """The study's plan; None where it has none."""
    data = loaded.get("verification")
    if data is None:
        return None

    critical = _by_table(data.get("critical", ()))
    share = data.get("share")
    if share is None:
        # Who names critical fields means these; who names nothing means all.
        share = 0 if critical else EVERYBODY

    return VerificationPlan(
        share=share, seed=data.get("seed", ""), critical=MappingProxyType(critical)
    )


def _by_table(names: Sequence[str]) -> dict[str, frozenset[str] | None]:
    """``table.field``, or a table with all of its fields, by the table."""
    tables: dict[str, frozenset[str] | None] = {}
    for name in names:
        table, _, field = name.partition(".")
        known = tables.get(table, frozenset())
        tables[table] = known | {field} if field and known is not None else None

    return tables
