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
        if "range" in part.keys:
            yield from _of_field(part, domains)

        if part.field.value is not None and part.field.codelist is not None:
            yield from _of_choice(part, domains)


def _of_choice(part: FieldPart, domains: Domains) -> Iterator[Finding]:
    """Codes that a formula never gives, and results that are no code."""
    field = part.field
    told = domains.words_of_formula(field)
    # A companion of a comparator has a formula of its own making.
    if told is None or field.codelist is None or field.part_of:
        return

    given, is_sure = told
    if given.but:
        return

    codes = frozenset(field.codelist.by_code)
    strange = sorted(str(word) for word in given.words - codes)

    if strange and is_sure:
        yield finding(
            "result-outside-codes",
            text=part.spot.at("value").place,
            name=field.name,
            codes=" or ".join(strange[:MOST_CODES]),
        )

    never = [code for code in field.codelist.by_code if code not in given.words]
    # A list that several fields share may hold more than each of them needs.
    is_own = "codes" in part.keys and not isinstance(part.spot.at("codes").data, str)

    if never and is_own and not strange:
        yield finding(
            "code-never-given",
            text=part.spot.at("codes").place,
            name=field.name,
            codes=" or ".join(never[:MOST_CODES]),
        )


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
