"""Fields of which no answer, or no result, lies in their range."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.checks.constants import words
from forms_spec.checks.reasoning.domains import MOMENTS, Domains
from forms_spec.checks.reasoning.reasons import MOST_CODES, values_in_words
from forms_spec.checks.reasoning.value_sets import ALL_NUMBERS
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import FieldPart, LoadedStudy
from forms_spec.rules import type_of
from forms_spec.rules.semantics.types import Type


def result_findings(loaded: LoadedStudy, domains: Domains) -> Iterator[Finding]:
    """Ranges without a value of the field, and formulas that never reach their range."""
    for part in loaded.fields():
        field = part.field
        if "range" in part.keys:
            yield from _of_field(part, domains)

        is_calculated_choice = field.value is not None and field.codelist is not None
        if is_calculated_choice:
            yield from _of_choice(part, domains)


def _of_choice(part: FieldPart, domains: Domains) -> Iterator[Finding]:
    """Codes that a formula never gives, and results that are no code."""
    field = part.field
    results = domains.words_of_formula(field)
    # A companion of a comparator has a formula of its own making.
    if results is None or field.codelist is None or field.part_of:
        return

    given, is_sure = results
    may_be_anything = given.but
    if may_be_anything:
        return

    codes = field.codelist.by_code
    strange = sorted(map(str, given.words - frozenset(codes)))

    if strange and is_sure:
        yield finding(
            "result-outside-codes",
            text=part.spot.at("value").place,
            name=field.name,
            codes=" or ".join(strange[:MOST_CODES]),
        )

    # A code that seems never given may be what a strange result is meant to be.
    if strange or not _has_its_own_codes(part):
        return

    never = [code for code in codes if code not in given.words]
    if never:
        yield finding(
            "code-never-given",
            text=part.spot.at("codes").place,
            name=field.name,
            codes=" or ".join(never[:MOST_CODES]),
        )


def _has_its_own_codes(part: FieldPart) -> bool:
    """A list that several fields share may hold more than each of them needs."""
    if "codes" not in part.keys:
        return False

    name_or_codes = part.spot.at("codes").data
    return not isinstance(name_or_codes, str)


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
    if given.is_empty or hard.is_empty:
        return

    never_fits = given.meet(hard).is_empty
    if never_fits:
        yield finding(
            "result-outside-range",
            text=part.spot.at("range").place,
            name=field.name,
            range=words(limits),
            result=values_in_words(given, type_),
        )
