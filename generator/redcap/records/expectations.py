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
    expected = {
        header: replace(_cell(column), table=column.table)
        for header, column in columns.fields.items()
    }

    for header in columns.states:
        expected[header] = _listed(STATES, _STATE_WORDS)

    expected[INSTANCE] = ColumnExpected(
        expected=Expected(accepts=_is_instance, kind="integer")
    )
    titles = ((study.forms[form].title, name) for name, form in columns.forms.items())
    expected[INSTRUMENT] = _listed(tuple(columns.forms), _unique(titles))

    expected[EVENT] = ColumnExpected(expected=_ANY)
    if visits:
        expected[EVENT] = _listed(tuple(visits), _unique(_events(study, visits)))

    expected[GROUP] = ColumnExpected(expected=_ANY)
    if study.sites:
        expected[GROUP] = _listed(tuple(study.sites), _unique(_groups(study)))

    return expected


def _events(study: Study, visits: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The title of each visit with the event that it stands for."""
    renamed = {visit for event, visit in visits.items() if event != visit}
    for event, visit in visits.items():
        # A visit under two names is one event: that of REDCap.
        if event != visit or visit not in renamed:
            yield study.visits[visit].title, event


def _groups(study: Study) -> Iterator[tuple[str, str]]:
    """A group is named by its title in an export with labels, and by a short name of it
    in any other.
    """
    for site, title in study.sites.items():
        yield title, site
        short_name = slug(title)
        if short_name != title.casefold():
            yield short_name, site


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Words that mean one text only, in small letters."""
    meanings: dict[str, set[str]] = {}
    for word, text in pairs:
        meanings.setdefault(word.strip().casefold(), set()).add(text)

    meanings.pop("", None)
    unique = {}
    for word, texts in meanings.items():
        # A label that two answers share says neither of them.
        if len(texts) == 1:
            unique[word] = texts.pop()

    return unique


def _cell(column: FieldColumn) -> ColumnExpected:
    """What a field's column may hold, or the column of one box."""
    spec = column.field
    if column.code is not None:
        label = _label(spec, column.code).strip().casefold()
        return _listed(BOXES, {label: "1"} | _BOX_WORDS)

    missing = tuple(code.in_redcap for code in spec.missing)
    if spec.value is not None or spec.kind.name == "file":
        # The result of a formula and the name of a file may be any text.
        anything = Expected(accepts=_is_something, kind=spec.kind.name, missing=missing)
        return ColumnExpected(expected=anything)

    if spec.kind.name == "boolean":
        return _listed(BOXES, {})

    texts: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    if spec.kind.name == "choice" and spec.codelist is not None:
        texts = tuple(_codes(column))
        names = [code.label for code in spec.codelist.codes]
        labels = _unique(zip(names, texts, strict=True))

    expected = Expected(
        accepts=_accepts(column, frozenset(missing)),
        kind=spec.kind.name,
        texts=texts,
        missing=missing,
        seconds=spec.seconds,
    )

    return ColumnExpected(expected=expected, labels=labels)


def _codes(column: FieldColumn) -> Iterator[str]:
    """The answers of a list as REDCap has them."""
    assert column.field.codelist is not None
    in_redcap = {code: other for other, code in column.others.items()}
    for answer in column.field.codelist.codes:
        yield in_redcap.get(answer.code, answer.code)


def _label(spec: Field, code: str) -> str:
    """The label of a box: an answer, or a code of missing data."""
    labels = {missing.code: missing.label for missing in spec.missing}
    # An answer goes before a code of missing data that is spelled alike.
    if spec.codelist is not None:
        labels |= {answer.code: answer.label for answer in spec.codelist.codes}

    return labels[code]


def _accepts(column: FieldColumn, missing: frozenset[str]) -> Callable[[str], bool]:
    spec = column.field
    # Nobody has to answer, so a blank is right in every column.
    right_words = {"", *missing}

    def accepts(text: str) -> bool:
        if text.strip() in right_words:
            return True

        value = spec.kind.parse(native_text(text, column), spec)
        return not isinstance(value, Refusal)

    return accepts


def _listed(texts: tuple[str, ...], labels: Mapping[str, str]) -> ColumnExpected:
    """A column that holds one of these texts, or nothing."""
    known = {*texts, ""}
    expected = Expected(accepts=lambda text: text.strip() in known, texts=texts)
    return ColumnExpected(expected=expected, labels=labels)


def _is_instance(text: str) -> bool:
    number = text.strip()
    if not number:
        return True

    return bool(INSTANCE_NUMBER.fullmatch(number))


def _is_something(text: str) -> bool:
    return text not in NOTHING


_ANY = Expected(accepts=_is_something)
