"""What each column of a study's package may hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

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
    own = set(layout.key_columns(plan.table)) if plan.table else set(plan.columns)
    columns = {
        name: _system(name, plan, study, known) for name in plan.columns if name in own
    }
    results: dict[str, Expected] = {
        name: column for name, column in columns.items() if column is not None
    }
    fields = plan.table.fields if plan.table else ()

    return results | {
        field.name: field_expected(field) for field in fields if field.name not in own
    }


def field_expected(field: Field) -> Expected:
    """What a field of the dictionary may hold, in a draft too."""
    missing = tuple(code.code for code in field.missing)
    listed = field.codelist is not None and field.kind.name in _LISTED

    return Expected(
        accepts=_accepts(field, frozenset(missing)),
        kind=field.kind.name,
        texts=tuple(code.code for code in field.codelist.codes)
        if listed and field.codelist
        else (),
        missing=missing,
        seconds=field.seconds,
    )


def _accepts(field: Field, missing: frozenset[str]) -> Callable[[str], bool]:
    return lambda text: (
        not text
        or text in missing
        or not isinstance(field.kind.parse(text, field), Refusal)
    )


def _system(name: str, plan: TablePlan, study: Study, known: Known) -> Expected | None:
    """A column that every study has; None for one that may hold any text."""
    if listed := _enum(plan, name):
        return _one_of(listed)
    if name == layout.SITE:
        return _one_of(tuple(sorted(known.sites))) if known.sites else None
    if name == layout.SUBJECT:
        return _subjects(study, known)
    if name in (layout.UNSNO, layout.ROW, "version"):
        return Expected(accepts=_number(blank=plan.table is None), kind="integer")

    if _type(plan, name) == "datetime":
        return Expected(
            accepts=lambda text: bool(_STAMP.fullmatch(text)), kind="timestamp"
        )

    return None


def _enum(plan: TablePlan, name: str) -> tuple[str, ...]:
    """The list that the schema has for a column: sites, visits, forms, states."""
    fields = [
        item for item in plan.schema.get("fields", ()) if item.get("name") == name
    ]

    return tuple(
        str(code)
        for field in fields
        for code in field.get("constraints", {}).get("enum", ())
    )


def _type(plan: TablePlan, name: str) -> str | None:
    return next(
        (
            item.get("type")
            for item in plan.schema.get("fields", ())
            if item.get("name") == name
        ),
        None,
    )


def _number(*, blank: bool) -> Callable[[str], bool]:
    return lambda text: bool(NUMBER.fullmatch(text)) or (blank and not text)


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
    fits, value = _fits(study, earlier), set(pairs)
    subjects = frozenset(
        subject for _, subject in value if subject and (every or fits(subject))
    )

    return Known(
        subjects=subjects,
        sites=frozenset(site for site, _ in value if site),
        patterns=earlier,
    )
