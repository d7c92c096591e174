"""What each column of a file of records may hold, and the words that an export with
labels has instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from forms_spec.kinds import Refusal
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from generator.redcap.names import slug
from generator.redcap.records.columns import (
    EVENT,
    GROUP,
    INSTANCE,
    INSTRUMENT,
    FieldColumn,
    RecordColumns,
)
from generator.redcap.records.texts import native_text
from generator.rewritings import Expected
from generator.rewritings.texts import NOTHING

INSTANCE_NUMBER = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)
STATES = ("0", "1", "2")
BOXES = ("0", "1")
_STATE_WORDS = {"incomplete": "0", "unverified": "1", "complete": "2"}
_BOX_WORDS = {"unchecked": "0", "checked": "1"}


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnExpected:
    """``labels`` are words, in small letters, for the texts of ``expected``; ``table``
    is the column's.
    """

    expected: Expected
    table: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    def by_label(self, text: str) -> str | None:
        return self.labels.get(text.strip().casefold())


def record_expectations(
    study: Study, columns: RecordColumns, visits: Mapping[str, str]
) -> dict[str, ColumnExpected]:
    """Every column that is read.

    ``visits`` are the visits by event, empty where any event may be.
    """
    results = {
        column: replace(_cell(cell), table=cell.table)
        for column, cell in columns.cells.items()
    }
    for column in columns.states:
        results[column] = _listed(STATES, _STATE_WORDS)
    results[INSTANCE] = ColumnExpected(
        expected=Expected(accepts=_is_instance, kind="integer")
    )
    titles = ((study.forms[form].title, name) for name, form in columns.forms.items())
    results[INSTRUMENT] = _listed(tuple(columns.forms), _unique(titles))
    results[EVENT] = ColumnExpected(expected=_ANY)
    if visits:
        results[EVENT] = _listed(tuple(visits), _unique(_events(study, visits)))
    results[GROUP] = ColumnExpected(expected=_ANY)
    if study.sites:
        results[GROUP] = _listed(tuple(study.sites), _unique(_groups(study)))
    return results


def _events(study: Study, visits: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, visit in visits.items():
        if visit != name or visit not in {
            other for event, other in visits.items() if event != name
        }:
            yield study.visits[visit].title, name


def _groups(study: Study) -> Iterator[tuple[str, str]]:
    """A group is named by its title in an export with labels, and by a short name of it
    in any other.
    """
    for site, title in study.sites.items():
        yield title, site
        if slug(title) != title.casefold():
            yield slug(title), site


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Words that mean one text only, in small letters."""
    result: dict[str, set[str]] = {}
    for word, text in pairs:
        result.setdefault(word.strip().casefold(), set()).add(text)
    return {
        word: texts.pop() for word, texts in result.items() if word and len(texts) == 1
    }


def _cell(cell: FieldColumn) -> ColumnExpected:
    if cell.code is not None:
        label = _label(cell.field, cell.code).strip().casefold()
        return _listed(BOXES, {label: "1"} | _BOX_WORDS)

    spec = cell.field
    missing = tuple(code.in_redcap for code in spec.missing)
    if spec.value is not None or spec.kind.name == "file":
        return ColumnExpected(
            expected=Expected(
                accepts=_is_something, kind=spec.kind.name, missing=missing
            )
        )

    if spec.kind.name == "boolean":
        return _listed(BOXES, {})
    listed = spec.codelist if spec.kind.name == "choice" else None
    expected = Expected(
        accepts=_accepts(cell, frozenset(missing)),
        kind=spec.kind.name,
        texts=tuple(_codes(cell)) if listed else (),
        missing=missing,
        seconds=spec.seconds,
    )
    named = (
        zip((code.label for code in listed.codes), _codes(cell), strict=True)
        if listed
        else ()
    )
    labels = _unique(named)

    return ColumnExpected(expected=expected, labels=labels)


def _codes(cell: FieldColumn) -> Iterator[str]:
    """The answers of a list as REDCap has them."""
    assert cell.field.codelist is not None
    others = {code: other for other, code in cell.others.items()}
    yield from (
        others.get(answer.code, answer.code) for answer in cell.field.codelist.codes
    )


def _label(field_: Field, code: str) -> str:
    listed = field_.codelist.by_code.get(code) if field_.codelist else None
    if listed is not None:
        return listed.label
    return next(item.label for item in field_.missing if item.code == code)


def _accepts(cell: FieldColumn, missing: frozenset[str]) -> Callable[[str], bool]:
    def accepts(text: str) -> bool:
        if not text.strip() or text.strip() in missing:
            return True
        return not isinstance(
            cell.field.kind.parse(native_text(text, cell), cell.field), Refusal
        )

    return accepts


def _listed(texts: tuple[str, ...], labels: Mapping[str, str]) -> ColumnExpected:
    known = frozenset(texts)
    expected = Expected(
        accepts=lambda text: not text.strip() or text.strip() in known, texts=texts
    )
    return ColumnExpected(expected=expected, labels=labels)


def _is_instance(text: str) -> bool:
    return not text.strip() or bool(INSTANCE_NUMBER.fullmatch(text.strip()))


def _is_something(text: str) -> bool:
    return text not in NOTHING


_ANY = Expected(accepts=_is_something)
