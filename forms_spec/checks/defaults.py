"""A default is an answer like any other."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.checks.constants import ends, span, words
from forms_spec.checks.refusal_text import refusal
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.kinds import Refusal
from forms_spec.kinds.pattern import pattern_problem
from forms_spec.loading.source_map import FieldPart, LoadedStudy
from forms_spec.model.facets import Range
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.model.values import Value
from forms_spec.rules.runtime.value_conversion import to_rule


def check_defaults(draft: LoadedStudy) -> Iterator[Finding]:
    """Defaults that the field's own grammar or range refuses."""
    for part in draft.fields():
        field, default = part.field, part.field.default
        missing = {code.code for code in field.missing}
        if (
            default is None
            or default in missing
            or not part.sound
            or not _readable(field)
        ):
            continue

        value = field.kind.parse(default, field)
        place = part.spot.at("default").place
        if isinstance(value, Refusal):
            yield finding(
                "default-refused",
                text=place,
                value=default,
                why=refusal(value, default),
            )
        elif None in field.ranges and _outside(
            value, field.ranges[None], part, draft.study
        ):
            text = words(field.ranges[None])
            yield finding("default-out-of-range", text=place, value=default, range=text)


def _readable(field: Field) -> bool:
    """A pattern that cannot be used says nothing of any text, and is a finding of its
    own.
    """
    return field.pattern is None or pattern_problem(field.pattern.expression) is None


def _outside(value: Value, current: Range, part: FieldPart, study: Study) -> bool:
    given = span(to_rule(value))
    if given is None:
        return False
    low, high = ends(current, part, study)
    below = low is not None and (
        given[1] < low[0] or (current.low_open and given[1] == low[0])
    )
    above = high is not None and (
        given[0] > high[1] or (current.high_open and given[0] == high[1])
    )

    return below or above
