"""The parts of a study with their text, for the checks that follow loading."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from forms_spec.findings.finding import Finding, Severity
from forms_spec.loading.expressions import LocatedExpression
from forms_spec.loading.finding_collector import SourceNode
from forms_spec.loading.translations import Translations
from forms_spec.model.fields import Field, Group
from forms_spec.model.study import Study
from forms_spec.rules import Expression
from forms_spec.yaml_source.document import Document

T = TypeVar("T")

NAME = re.compile(r"[A-Za-z]\w*", re.ASCII)
"""A word of an expression that may be the name of a form, table or derivation."""


def words_of(expressions: Iterable[Expression]) -> set[str]:
    """The words of some expressions."""
    words: set[str] = set()
    for expression in expressions:
        words.update(NAME.findall(expression.text))

    return words


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldPart:
    """A field with its text. ``keys`` are those it has, from ``each`` too.

    ``sound`` is False when its type or codelist is unknown, so that nothing more can be
    said of its values. ``table`` is where its name has to be unique.
    """

    field: Field
    spot: SourceNode
    keys: frozenset[str]
    sound: bool
    table: str
    companion_of: Field | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupPart:
    """A group with its text; the first section of a form has the form's."""

    group: Group
    spot: SourceNode


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpressionPart:
    """An expression with its text and its place in the study.

    ``what`` is the key that holds it. ``form`` is that of ``SUBJECT`` where it is at
    home in no form. ``field`` owns it, where a field does.
    ``row_group`` is the repeating group whose row is judged.
    """

    written: LocatedExpression
    what: str
    form: str
    row_group: str | None = None
    field: Field | None = None


@dataclass(kw_only=True)
class Parts:
    """Everything that loading met, in the order of the text."""

    documents: dict[str, Document] = field(default_factory=dict)
    fields: list[FieldPart] = field(default_factory=list)
    groups: list[GroupPart] = field(default_factory=list)
    forms: dict[str, SourceNode] = field(default_factory=dict)
    expressions: list[ExpressionPart] = field(default_factory=list)
    study: SourceNode | None = None
    visits: list[SourceNode] = field(default_factory=list)
    codelists: list[SourceNode] = field(default_factory=list)
    codelists_used: set[str] = field(default_factory=set)
    translations: Translations | None = None

    def extend(self, form: Parts) -> None:
        """Add what a form has."""
        self.fields += form.fields
        self.groups += form.groups
        self.expressions += form.expressions
        self.codelists_used |= form.codelists_used

    def without(self, forms: Sequence[Parts]) -> Parts:
        """What came after the parts of the forms."""
        return Parts(
            fields=self.fields[sum(len(form.fields) for form in forms) :],
            groups=self.groups[sum(len(form.groups) for form in forms) :],
            expressions=self.expressions[
                sum(len(form.expressions) for form in forms) :
            ],
        )

    @property
    def unsound(self) -> frozenset[str]:
        """The names of the fields of which not even the type is known."""
        return frozenset(part.field.name for part in self.fields if not part.sound)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the expressions, and the tables that rows come from.

        Of parts to which nothing is added any more.
        """
        words = words_of(part.written.expression for part in self.expressions)
        # A companion has a formula that nobody wrote.
        for companion in self.fields:
            if companion.companion_of is not None and companion.field.value:
                words |= words_of([companion.field.value])

        words.update(
            part.field.row_of.table
            for part in self.fields
            if part.field.row_of is not None
        )
        for part in self.groups:
            if part.group.carried is not None:
                words.add(part.group.carried.table)

        return frozenset(words)


@dataclass(frozen=True, kw_only=True)
class StudySlice:
    """The parts of one form, or all that belong to none, with what was worked out of
    them.
    """

    parts: Parts
    results: dict[Callable[..., Any], Any] = field(default_factory=dict)

    @property
    def has_errors(self) -> bool:
        """Whether something of it was refused."""
        found = [
            result for result in self.results.values() if isinstance(result, tuple)
        ]
        return any(
            isinstance(item, Finding) and item.severity is Severity.ERROR
            for result in found
            for item in result
        )


@dataclass(frozen=True, kw_only=True)
class LoadedStudy:
    """A built study, sound or not, with the parts that it was built from.

    ``unsound`` are the names of the fields of which not even the type is known.
    """

    study: Study
    parts: Parts
    unsound: frozenset[str]
    slices: tuple[StudySlice, ...]

    def fields(self) -> Iterator[FieldPart]:
        """Fields that a designer wrote; companions of units are left out."""
        return (part for part in self.parts.fields if part.companion_of is None)

    def of_each_form(self, work: Callable[[LoadedStudy], T]) -> Iterator[T]:
        """What a function makes of the parts of each form, and last of those of none.

        What it made of a form before is kept as long as nothing has changed that the
        form reads, so it may look at the parts and at what they name, and nowhere else.
        """
        for part in self.slices:
            if work not in part.results:
                alone = LoadedStudy(
                    study=self.study, parts=part.parts, unsound=self.unsound, slices=()
                )
                part.results[work] = work(alone)

            yield part.results[work]
