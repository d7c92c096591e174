"""What each column of a study's package may hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forms_spec.kinds import Refusal
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from generator.rewritings import Expected
from generator.tables import layout
from generator.validation.row_reader import NUMBER
from generator.validation.table_plan import TablePlan

_STAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_LISTED = ("choice", "choices")


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """The subjects and sites that the audit trail knows; ``patterns`` are earlier ones
    of subjects.
    """

    subjects: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    patterns: Sequence[str] = ()


def expectations(plan: TablePlan, study: Study, known: Known) -> dict[str, Expected]:
    """Every column of a table that has a grammar or a list."""
    own: tuple[str, ...] = plan.columns
    fields: tuple[Field, ...] = ()
    if plan.table:
        own = layout.key_columns(plan.table)
        fields = plan.table.fields

    results: dict[str, Expected] = {}
    for name in plan.columns:
        if name not in own:
            continue

        column = _system(name, plan, study, known)
        if column is not None:
            results[name] = column

    for field in fields:
        if field.name not in own:
            results[field.name] = field_expected(field)

    return results


def field_expected(field: Field) -> Expected:
    """What a field of the dictionary may hold, in a draft too."""
    missing = tuple(code.code for code in field.missing)
    texts: tuple[str, ...] = ()
    if field.codelist is not None and field.kind.name in _LISTED:
        texts = tuple(code.code for code in field.codelist.codes)

    return Expected(
        accepts=_accepts(field, frozenset(missing)),
        kind=field.kind.name,
        texts=texts,
        missing=missing,
        seconds=field.seconds,
    )


def _accepts(field: Field, missing: frozenset[str]) -> Callable[[str], bool]:
    def accepts(text: str) -> bool:
        if not text or text in missing:
            return True

        return not isinstance(field.kind.parse(text, field), Refusal)

    return accepts


def _system(name: str, plan: TablePlan, study: Study, known: Known) -> Expected | None:
    """A column that every study has; None for one that may hold any text."""
    if listed := _enum(plan, name):
        return _one_of(listed)

    if name == layout.SITE:
        # Without a known site, there is nothing to compare with.
        return _one_of(tuple(sorted(known.sites))) if known.sites else None
    if name == layout.SUBJECT:
        return _subjects(study, known)
    if name in (layout.UNSNO, layout.ROW, "version"):
        return Expected(accepts=_number(blank=plan.table is None), kind="integer")

    if _column_schema(plan, name).get("type") == "datetime":
        return Expected(
            accepts=lambda text: bool(_STAMP.fullmatch(text)), kind="timestamp"
        )

    return None


def _enum(plan: TablePlan, name: str) -> tuple[str, ...]:
    """The list that the schema has for a column: sites, visits, forms, states."""
    constraints = _column_schema(plan, name).get("constraints", {})
    codes = constraints.get("enum", ())

    return tuple(map(str, codes))


def _column_schema(plan: TablePlan, name: str) -> Mapping[str, Any]:
    """The schema of a column; nothing for one that is not there."""
    columns: Sequence[Mapping[str, Any]] = plan.schema.get("fields", ())
    for column in columns:
        if column.get("name") == name:
            return column

    return {}


def _number(*, blank: bool) -> Callable[[str], bool]:
    def accepts(text: str) -> bool:
        if not text:
            return blank

        return NUMBER.fullmatch(text) is not None

    return accepts


def _one_of(texts: tuple[str, ...]) -> Expected:
    return Expected(accepts=frozenset(texts).__contains__, texts=texts)


def _subjects(study: Study, known: Known) -> Expected:
    if known.subjects:
        texts: Collection[str] = known.subjects
        return Expected(
            accepts=texts.__contains__, kind="key", texts=tuple(sorted(texts))
        )

    return Expected(accepts=_fits(study, known.patterns), kind="key")


def _fits(study: Study, earlier: Sequence[str]) -> Callable[[str], bool]:
    patterns = [re.compile(item) for item in (study.subject_pattern, *earlier)]
    return lambda text: any(pattern.fullmatch(text) for pattern in patterns)


def known_of(
    study: Study,
    pairs: Iterable[tuple[str, str]],
    earlier: Sequence[str],
    *,
    every: bool,
) -> Known:
    """What the trail knows: ``every`` subject where it is as exported, else those that
    fit a pattern.
    """
    fits = _fits(study, earlier)
    subjects: set[str] = set()
    sites: set[str] = set()

    for site, subject in set(pairs):
        if site:
            sites.add(site)
        if subject and (every or fits(subject)):
            subjects.add(subject)

    return Known(subjects=frozenset(subjects), sites=frozenset(sites), patterns=earlier)
