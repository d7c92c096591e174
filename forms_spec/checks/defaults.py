"""A default is an answer like any other."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.checks.constants import ends, entirely_below, span, words
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


def check_defaults(loaded: LoadedStudy) -> Iterator[Finding]:
    """Defaults that the field's own grammar or range refuses."""
    for part in loaded.fields():
        field = part.field
        default = field.default
        if default is None or not part.sound:
            continue

        is_missing_code = any(code.code == default for code in field.missing)
        if is_missing_code or not _is_readable(field):
            continue

        value = field.kind.parse(default, field)
        if not isinstance(value, Refusal):
            yield from _out_of_range(value, default, part, loaded.study)
            continue

        yield finding(
            "default-refused",
            text=part.spot.at("default").place,
            value=default,
            why=refusal(value, default),
        )


def _is_readable(field: Field) -> bool:
    """A pattern that cannot be used says nothing of any text, and is a finding of its
    own.
    """
    if field.pattern is None:
        return True

    problem = pattern_problem(field.pattern.expression)
    return problem is None


def _out_of_range(
    value: Value, default: str, part: FieldPart, study: Study
) -> Iterator[Finding]:
    # Where a unit is chosen, no range applies before somebody has chosen it.
    limits = part.field.ranges.get(None)
    if limits is not None and _is_outside(value, limits, part, study):
        yield finding(
            "default-out-of-range",
            text=part.spot.at("default").place,
            value=default,
            range=words(limits),
        )


def _is_outside(value: Value, limits: Range, part: FieldPart, study: Study) -> bool:
    """Whether the value is surely outside, whatever else is answered."""
    given = span(to_rule(value))
    if given is None:
        return False

    # An end may itself be uncertain, so each is the interval that it may lie in.
    least, most = given
    low, high = ends(limits, part, study)

    if low is not None:
        at_open_end = limits.low_open and most == low[0]
        if at_open_end or entirely_below(given, low):
            return True

    if high is not None:
        at_open_end = limits.high_open and least == high[1]
        if at_open_end or entirely_below(high, given):
            return True

    return False
