"""Names follow the grammar, mean nothing else, and stand once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.model.captured_data import LOG
from forms_spec.model.fields import Group
from forms_spec.rules import KEYWORDS

LOWER = re.compile(r"[a-z][a-z0-9_]{0,63}")
ANY_CASE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")

COLUMNS = frozenset(
    {"studyid", "siteid", "subjid", "visitid", "unsno", "rowno", "formstat", "form"}
)
TABLES = frozenset({"subjects", "forms", "queries", "audit"})
SELECTORS = frozenset({"all", "this", "previous"})

WHY = {
    "word": "a word of the rule language",
    "column": "a key column of the tables",
    "table": "a table of every package",
    "selector": "what a rule writes in brackets for other visits",
    "log": "what log forms have instead of a visit",
}

Names = Iterable[tuple[str, str, TextPlace]]
"""What it is, its name, and where the name stands."""


def check_names(draft: LoadedStudy) -> Iterator[Finding]:
    """Names that cannot be columns, tables or words of a rule."""
    for what, name, place in _names(draft):
        grammar = LOWER if what in ("form", "group", "rows", "field") else ANY_CASE
        why = _reserved(what, name)
        if not grammar.fullmatch(name):
            yield finding("bad-name", text=place, what=what, name=name)
        elif why:
            yield finding(
                "reserved-name", text=place, what=what, name=name, why=WHY[why]
            )


def check_unique_names(draft: LoadedStudy) -> Iterator[Finding]:
    """Tables and fields of which only one can be meant."""
    tables: list[tuple[str, str, TextPlace]] = []
    for form in draft.study.forms.values():
        if any(field.collected for field in form.fields):
            tables.append(("table", form.name, form.place))
        tables.extend(("table", group.name, group.place) for group in form.row_groups)
        own = [
            item
            for group in form.groups
            if group.rows is None
            for item in _fields(group)
        ]
        yield from _twice(own)
        for group in form.row_groups:
            yield from _twice([*own, *_fields(group)], first=len(own))

    yield from _twice(tables)


def _names(draft: LoadedStudy) -> Names:
    study = draft.study
    for form in study.forms.values():
        yield "form", form.name, form.place
    for part in draft.parts.groups:
        if part.group.rows is not None:
            yield "rows", part.group.name, part.group.place
        elif part.spot.path:
            yield "group", part.group.name, part.group.place

    for field_part in draft.parts.fields:
        yield "field", field_part.field.name, field_part.field.place
    for visit in study.visits.values():
        yield "visit", visit.name, visit.place
    for parameter in study.parameters.values():
        yield "parameter", parameter.name, parameter.place
    for codelist in study.codelists.values():
        yield "codelist", codelist.name, codelist.place
    for rule in study.rules.values():
        yield "rule", rule.name, rule.place
    for derivation in study.derivations.values():
        yield "derivation", derivation.name, derivation.place


def _reserved(what: str, name: str) -> str | None:
    low = name.lower()
    if what == "visit":
        return "log" if low == LOG.lower() else "selector" if low in SELECTORS else None
    if what in ("form", "rows", "field", "derivation") and low in KEYWORDS:
        return "word"
    if what in ("field", "derivation") and low in COLUMNS:
        return "column"
    return "table" if what in ("form", "rows") and low in TABLES else None


def _fields(group: Group) -> list[tuple[str, str, TextPlace]]:
    return [("field", field.name, field.place) for field in group.fields]


def _twice(
    names: list[tuple[str, str, TextPlace]], first: int = 0
) -> Iterator[Finding]:
    """A finding for each name from the position ``first`` on that stands before it too."""
    seen: dict[str, TextPlace] = {}
    for index, (what, name, place) in enumerate(names):
        if name not in seen:
            seen[name] = place
        elif index >= first:
            yield finding(
                "duplicate-name",
                text=place,
                related=(seen[name],),
                what=what,
                name=name,
                first=seen[name],
            )
