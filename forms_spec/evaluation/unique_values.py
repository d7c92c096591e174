"""Answers that may stand once only: what of a form is compared, and what is said where an
answer is given again.

Captured texts alone are compared. Whether a question is asked has no part in it, so no
rule of another subject has to be evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from forms_spec.evaluation.protocol_checks import under_check
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import NOT_UNIQUE, Finding
from forms_spec.findings.places import DataPlace
from forms_spec.kinds import Refusal
from forms_spec.kinds.display import shown_as
from forms_spec.model.captured_data import REDACTED, FormKey, Record
from forms_spec.model.fields import Field, Table
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache

MOST_NAMED = 3
"""So many other places are named; the rest is counted."""


class UniqueColumn(NamedTuple):
    """A column of answers that may stand once only."""

    table: str
    field: str


class Holder(NamedTuple):
    """Where an answer is given: whose it is, in which form, in which row."""

    site: str
    subject: str
    key: FormKey
    row: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UniqueAnswer:
    """An answer that may stand once only. ``values`` are compared: its own canonical
    text, and those of the fields that count together with it.
    """

    table: Table
    field: Field
    row: int | None
    text: str
    values: tuple[str, ...]

    @property
    def column(self) -> UniqueColumn:
        return UniqueColumn(self.table.name, self.field.name)


Holders = Callable[[UniqueColumn, tuple[str, ...], Holder], Iterable[Holder]]
"""Who gives an answer anywhere in the study, whoever reads. The last is where it is asked
from: that need not be among them.
"""
Nameable = Callable[[Holder], bool]
"""Whether the reader may know of whom the other answer is."""

_COLUMNS: StudyCache[str, Mapping[str, tuple[tuple[Table, Field], ...]]] = StudyCache()


def unique_fields(study: Study) -> Mapping[str, tuple[tuple[Table, Field], ...]]:
    """The fields with the key ``unique`` by form, each with its table."""
    return _COLUMNS.get(study, "unique", lambda: _unique_fields(study))


def _unique_fields(study: Study) -> Mapping[str, tuple[tuple[Table, Field], ...]]:
    by_form: dict[str, list[tuple[Table, Field]]] = {}
    for table in study.tables.values():
        for field in table.fields:
            if field.unique is not None:
                by_form.setdefault(table.form.name, []).append((table, field))

    return {form: tuple(fields) for form, fields in by_form.items()}


def compared_names(field: Field) -> tuple[str, ...]:
    """The columns whose texts are compared: a chosen unit counts with its number."""
    assert field.unique is not None
    names = (field.name, *field.unique.together)
    if field.unit_field is None or field.unit_field in names:
        return names

    return (*names, field.unit_field)


def unique_answers(study: Study, form: str, record: Record) -> Iterator[UniqueAnswer]:
    """The answers of a form that may stand once only."""
    for table, field in unique_fields(study).get(form, ()):
        for row, texts in _rows(table, record):
            values = compared_values(study, table, field, texts)
            if values is not None:
                yield UniqueAnswer(
                    table=table,
                    field=field,
                    row=row,
                    text=texts[field.name],
                    values=values,
                )


def _rows(
    table: Table, record: Record
) -> Iterator[tuple[int | None, Mapping[str, str]]]:
    if table.group is None:
        yield None, record.texts
        return

    for row in record.rows.get(table.name, ()):
        yield row.number, row.texts


def compared_values(
    study: Study, table: Table, field: Field, texts: Mapping[str, str]
) -> tuple[str, ...] | None:
    """What is compared of a row; None where one of its answers is blank, a missing code
    or no answer at all. Two texts of one value, such as 1.5 and 1.50, are equal.
    """
    fields = {item.name: item for item in table.fields}
    values: list[str] = []
    for name in compared_names(field):
        value = _canonical(study, fields[name], texts.get(name, ""))
        if value is None:
            return None

        values.append(value)

    return tuple(values)


def _canonical(study: Study, field: Field, text: str) -> str | None:
    # Of an answer that was taken out by a redaction nobody knows whether it is equal.
    if text == "" or text in study.missing or REDACTED in text:
        return None

    value = field.kind.parse(text, field)
    if isinstance(value, Refusal):
        return None

    return field.kind.write(value, field)


def unique_findings(
    study: Study,
    record: Record,
    own: Holder,
    holders: Holders,
    nameable: Nameable | None = None,
) -> Iterator[Finding]:
    """What is wrong with the answers of a form that may stand once only.

    ``own`` is the form that ``record`` is or will be. Without ``nameable`` only subjects
    of its own site are named.
    """
    may_name = nameable or (lambda other: other.site == own.site)
    answers = list(unique_answers(study, own.key.form, record))
    for answer in answers:
        others = [*_in_form(own, answer, answers)]
        others += _elsewhere(own, answer, holders)
        if not others:
            continue

        yield repeated_answer(study, own, answer, others, may_name)


def _in_form(
    own: Holder, answer: UniqueAnswer, answers: Iterable[UniqueAnswer]
) -> Iterator[Holder]:
    """The other rows of the same form that have the answer."""
    for other in answers:
        is_same = other.column == answer.column and other.values == answer.values
        if is_same and other.row != answer.row:
            yield own._replace(row=other.row)


def _elsewhere(own: Holder, answer: UniqueAnswer, holders: Holders) -> list[Holder]:
    """Whoever else has the answer where it has to be unique."""
    unique = answer.field.unique
    assert unique is not None
    others = []
    for other in holders(answer.column, answer.values, own):
        is_own = (other.subject, other.key) == (own.subject, own.key)
        if not is_own and reached_by(unique.over, own, other):
            others.append(other)

    return sorted(others)


def reached_by(over: str, own: Holder, other: Holder) -> bool:
    """Whether two answers must differ in a field that is unique over this."""
    if over == "subject":
        return own.subject == other.subject
    if over == "site":
        return own.site == other.site

    return True


def repeated_answer(
    study: Study,
    own: Holder,
    answer: UniqueAnswer,
    others: Sequence[Holder],
    may_name: Nameable,
    *,
    more: int = 0,
) -> Finding:
    """The finding of an answer that is given again by ``others``, and by so many ``more``
    that are not looked at.
    """
    field = answer.field
    place = DataPlace(
        table=answer.table.name,
        field=field.name,
        row=answer.row,
        subject=own.subject,
        visit=own.key.visit or None,
        unsno=own.key.unsno,
    )
    fault = finding(
        NOT_UNIQUE,
        text=field.place,
        data=place,
        value=answer.text,
        label=field.label,
        answer=shown_as(answer.text, field),
        others=_others_in_words(study, own, others, may_name, more),
    )
    return under_check(fault, field.checks)


def _others_in_words(
    study: Study,
    own: Holder,
    others: Sequence[Holder],
    may_name: Nameable,
    more: int,
) -> str:
    """``subject 401-002 (Day 1) has``, ``another subject has``: the reader learns of no
    subject that does not exist for them.
    """
    named = [
        other for other in others if other.subject == own.subject or may_name(other)
    ]
    hidden = len(
        {other.subject for other in others}.difference(other.subject for other in named)
    )
    parts = [_in_words(study, own, other) for other in named[:MOST_NAMED]]

    rest = more + len(named[MOST_NAMED:])
    if hidden:
        parts.append("another subject" if hidden == 1 else "other subjects")
    if rest:
        parts.append(f"{rest} more")
    if len(parts) > 1:
        return f"{', '.join(parts[:-1])} and {parts[-1]} have"

    return f"{parts[0]} {'have' if hidden > 1 else 'has'}"


def _in_words(study: Study, own: Holder, other: Holder) -> str:
    is_own = other.subject == own.subject
    whose = "this subject" if is_own else f"subject {other.subject}"
    where = [_visit_in_words(study, other.key)]
    if other.row is not None:
        where.append(f"row {other.row}")

    place = ", ".join(filter(None, where))
    return f"{whose} ({place})" if place else whose


def _visit_in_words(study: Study, key: FormKey) -> str:
    visit = study.visits.get(key.visit)
    title = visit.title if visit is not None else key.visit
    return f"{title} {key.unsno}" if key.unsno else title


class UniqueIndex:
    """Who gives which answers, out of many forms that are at hand."""

    def __init__(self) -> None:
        self._holders: dict[Hashable, list[Holder]] = {}

    def add(
        self, column: UniqueColumn, values: tuple[str, ...], holder: Holder
    ) -> None:
        self._holders.setdefault((column, values), []).append(holder)

    def add_form(self, study: Study, own: Holder, record: Record) -> None:
        """The answers of a form; ``own`` says of which."""
        for answer in unique_answers(study, own.key.form, record):
            self.add(answer.column, answer.values, own._replace(row=answer.row))

    def holders(
        self,
        column: UniqueColumn,
        values: tuple[str, ...],
        own: Holder,  # noqa: ARG002
    ) -> Iterable[Holder]:
        return self._holders.get((column, values), ())
