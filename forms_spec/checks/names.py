"""Names follow the grammar, mean nothing else, and stand once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.model.captured_data import LOG
from forms_spec.model.fields import Field, Form
from forms_spec.rules import KEYWORDS

LOWER = re.compile(r"[a-z][a-z0-9_]{0,63}")
ANY_CASE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")

IN_LOWER_CASE = frozenset({"form", "group", "rows", "field"})

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

RESERVED: Mapping[str, tuple[tuple[frozenset[str], str], ...]] = {
    "visit": ((frozenset({LOG.lower()}), "log"), (SELECTORS, "selector")),
    "anchor": ((frozenset({LOG.lower()}), "log"), (SELECTORS, "selector")),
    "form": ((KEYWORDS, "word"), (TABLES, "table")),
    "rows": ((KEYWORDS, "word"), (TABLES, "table")),
    "field": ((KEYWORDS, "word"), (COLUMNS, "column")),
    "derivation": ((KEYWORDS, "word"), (COLUMNS, "column")),
}
"""What a name of a sort may not be, in lower case, and the key of ``WHY``."""


class WrittenName(NamedTuple):
    """A name with what it names, and where it stands in the text."""

    what: str
    name: str
    place: TextPlace


class _Named(Protocol):
    """What has a name in the text of a study."""

    @property
    def name(self) -> str: ...
    @property
    def place(self) -> TextPlace: ...


def check_names(loaded: LoadedStudy) -> Iterator[Finding]:
    """Names that cannot be columns, tables or words of a rule."""
    yield from _bad_names(_names(loaded))


def check_field_names(loaded: LoadedStudy) -> Iterator[Finding]:
    """The same of the fields, of which there are most."""
    yield from _bad_names(
        WrittenName("field", part.field.name, part.field.place)
        for part in loaded.parts.fields
    )


def _bad_names(names: Iterable[WrittenName]) -> Iterator[Finding]:
    for what, name, place in names:
        grammar = LOWER if what in IN_LOWER_CASE else ANY_CASE
        why = _reserved(what, name)

        if not grammar.fullmatch(name):
            yield finding(
                "bad-name",
                text=place,
                what=what,
                name=name,
            )
        elif why:
            yield finding(
                "reserved-name",
                text=place,
                what=what,
                name=name,
                why=WHY[why],
            )


def _reserved(what: str, name: str) -> str | None:
    """The key of ``WHY`` that forbids the name; None where nothing does."""
    low = name.lower()
    for words, why in RESERVED.get(what, ()):
        if low in words:
            return why

    return None


def _names(loaded: LoadedStudy) -> Iterator[WrittenName]:
    study = loaded.study
    for form in study.forms.values():
        yield WrittenName("form", form.name, form.place)

    for part in loaded.parts.groups:
        group = part.group
        if group.rows is not None:
            yield WrittenName("rows", group.name, group.place)
        # The section of a form's own fields has the text of the form, named already.
        elif part.spot.path:
            yield WrittenName("group", group.name, group.place)

    for anchor in study.anchors:
        if loaded.parts.study is not None:
            place = loaded.parts.study.at("anchors", anchor).key
            yield WrittenName("anchor", anchor, place)

    of_study: Mapping[str, Iterable[_Named]] = {
        "visit": study.visits.values(),
        "parameter": study.parameters.values(),
        "codelist": study.codelists.values(),
        "rule": study.rules.values(),
        "derivation": study.derivations.values(),
    }
    for what, parts in of_study.items():
        yield from (WrittenName(what, named.name, named.place) for named in parts)


def check_unique_names(loaded: LoadedStudy) -> Iterator[Finding]:
    """Tables and fields of which only one can be meant."""
    tables: list[WrittenName] = []
    # A copy chooses the names of its tables: it has the finding, whichever is first.
    forms = sorted(loaded.study.forms.values(), key=_is_copy)
    for form in forms:
        if any(field.collected for field in form.fields):
            tables.append(WrittenName("table", form.name, form.place))

        for group in form.row_groups:
            tables.append(WrittenName("table", group.name, group.place))

        own = _field_names(form.fields)
        yield from _repeated(own)
        # A rule about a row reads the form's own fields by their bare names too.
        for group in form.row_groups:
            in_reach = [*own, *_field_names(group.fields)]
            yield from _repeated(in_reach, first=len(own))

    yield from _repeated(tables)


def _is_copy(form: Form) -> bool:
    return form.like is not None


def _field_names(fields: Iterable[Field]) -> list[WrittenName]:
    return [WrittenName("field", field.name, field.place) for field in fields]


def _repeated(names: list[WrittenName], first: int = 0) -> Iterator[Finding]:
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
