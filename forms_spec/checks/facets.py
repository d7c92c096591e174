"""Lengths, decimal places and patterns that can be met."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.kinds.pattern import pattern_problem
from forms_spec.loading.source_map import FieldPart, LoadedStudy
from forms_spec.rule_syntax.limits import FRACTION_DIGITS


def check_facets(loaded: LoadedStudy) -> Iterator[Finding]:
    """Facets that no answer could meet, or that not every target could check."""
    for part in loaded.fields():
        yield from _length(part)
        yield from _places(part)
        yield from _pattern(part)


def _length(part: FieldPart) -> Iterator[Finding]:
    least, most = part.field.min_length, part.field.max_length
    if least is None or most is None:
        return

    if least > most:
        yield finding(
            "length-reversed",
            text=part.spot.at("length").place,
            least=least,
            most=most,
        )


def _places(part: FieldPart) -> Iterator[Finding]:
    places = part.field.places
    if places is not None and places > FRACTION_DIGITS:
        yield finding(
            "too-many-decimal-places",
            text=part.spot.at("places").place,
            most=FRACTION_DIGITS,
        )


def _pattern(part: FieldPart) -> Iterator[Finding]:
    if part.field.pattern is None:
        return

    problem = pattern_problem(part.field.pattern.expression)
    if problem:
        # A pattern with a message of its own is a mapping.
        spot = part.spot.at("pattern").at_or_self("matches")
        yield finding("pattern-refused", text=spot.place, why=problem)
