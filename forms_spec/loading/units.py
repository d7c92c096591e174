"""Units: fixed, or chosen from several with exact conversion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms_spec.loading.finding_collector import SourceNode
from forms_spec.loading.schema_fields import (
    Collected,
    MappingSchema,
    NamedMapping,
    NestedField,
    TextField,
)
from forms_spec.loading.schema_problems import fail
from forms_spec.model.codes import Code, Codelist
from forms_spec.model.facets import Unit, UnitChoice
from forms_spec.rules import Expression


class UnitChoiceSchema(MappingSchema):
    """One unit that may be chosen; with ``to`` and ``as`` it converts."""

    label = TextField(load_default=None)
    to = TextField(load_default=None)
    formula = TextField(load_default=None, data_key="as")


class UnitShape(Collected):
    """A unit's name, or a mapping from unit codes to how each converts."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str | Mapping[str, Any]:
        if isinstance(value, dict):
            if not value:
                fail("no-codes")

            return _CHOICES.deserialize(value)  # type: ignore[no-any-return]

        return _FIXED.deserialize(value)  # type: ignore[no-any-return]


_FIXED = TextField()
_CHOICES = NamedMapping(NestedField(UnitChoiceSchema))


def build_unit(
    written: str | Mapping[str, Any], companion: str, formulas: Mapping[str, Expression]
) -> Unit:
    """The unit of a field whose formulas have been parsed."""
    if isinstance(written, str):
        return Unit(fixed=written)

    choices = tuple(
        UnitChoice(
            code=code,
            label=keys.get("label") or code,
            to=keys.get("to"),
            formula=formulas.get(code),
        )
        for code, keys in written.items()
    )

    return Unit(fixed=None, choices=choices, companion=companion)


def unit_codelist(unit: Unit, name: str, spot: SourceNode) -> Codelist:
    """The answers of the companion field."""
    codes = tuple(Code(code=choice.code, label=choice.label) for choice in unit.choices)
    return Codelist(name=name, codes=codes, place=spot.key)
