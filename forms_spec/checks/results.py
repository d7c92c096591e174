"""Fields of which no answer, or no result, lies in their range."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.checks.constants import words
from forms_spec.checks.reasoning.domains import MOMENTS, Domains
from forms_spec.checks.reasoning.reasons import values_in_words
from forms_spec.checks.reasoning.value_sets import ALL_NUMBERS
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import FieldPart, LoadedStudy
from forms_spec.rules import type_of
from forms_spec.rules.semantics.types import Type


def result_findings(loaded: LoadedStudy, domains: Domains) -> Iterator[Finding]:
    """Ranges without a value of the field, and formulas that never reach their range."""
    for part in loaded.fields():
        if "range" in part.keys:
            yield from _of_field(part, domains)


def _of_field(part: FieldPart, domains: Domains) -> Iterator[Finding]:
    field = part.field
    limits = field.ranges.get(None)
    type_ = type_of(field)
    if limits is None or type_ not in MOMENTS | {Type.NUMBER}:
        return

    hard = domains.hard_range(field)
    if hard is None or hard == ALL_NUMBERS:
        return

    if field.value is None:
        # Ends the wrong way round are a finding of their own.
        if hard.is_empty and not domains.is_reversed(field):
            yield finding(
                "range-without-value",
                text=part.spot.at("range").place,
                name=field.name,
                range=words(limits),
            )
        return

    given = domains.given(field)
    if not given.is_empty and not hard.is_empty and given.meet(hard).is_empty:
        yield finding(
            "result-outside-range",
            text=part.spot.at("range").place,
            name=field.name,
            range=words(limits),
            result=values_in_words(given, type_),
        )
