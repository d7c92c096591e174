"""What a formula gives becomes the value of its field, where the field can say it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from forms_spec.evaluation.form_plan import FieldPlan
from forms_spec.rules.semantics.types import Type
from generator.heavy_libraries import z3
from generator.proof.arithmetic import rounded_to
from generator.proof.cells import CellPlace
from generator.proof.logic import Bool, conj, neg
from generator.proof.values import Interval, Members, Scalar, Term, any_member
from generator.proof.world import FIRST_DAY, SubjectWorld


def computed_term(
    world: SubjectWorld, place: CellPlace, plan: FieldPlan, value: Any
) -> Term:
    """The value of a calculated field, rounded to its places; UNKNOWN where the field
    has no text for it.
    """
    if plan.type is Type.NUMBER:
        assert isinstance(value, Scalar)
        places = 0 if plan.field.kind.name == "integer" else plan.field.places
        return value if places is None else rounded_to(value, places)

    fits = _fits(world, place, plan, value)
    if isinstance(value, Interval) and plan.field.kind.name == "date":
        # Only one day is such a value.
        single = conj((value.known, value.single, fits))
        return replace(value, known=single, high=value.low)
    if isinstance(value, Scalar | Interval | Members):
        return replace(value, known=conj((value.known, fits)))

    term: Term = value
    return term


def _fits(world: SubjectWorld, place: CellPlace, plan: FieldPlan, value: Any) -> Bool:
    """Whether the field takes the value; left open where that is hard to say."""
    name = plan.field.kind.name
    codes = plan.field.codelist.by_code if plan.field.codelist else {}
    if name == "choice":
        return world.among(value.value, codes)
    if name == "date":
        return value.low >= FIRST_DAY
    if name in ("time", "datetime", "boolean", "duration"):
        return True

    perhaps = z3.Bool(f"{place} has a text")
    if name == "choices":
        strange = [has for code, has in value.codes.items() if code not in codes]
        plain = [neg(has) for has in strange]
        return conj((any_member(value), *plain, perhaps))
    if name == "partial_date" and value.exact:
        return value.low >= FIRST_DAY

    return perhaps
