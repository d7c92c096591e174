"""The parts of a study with their text, for the checks that follow loading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from forms_spec.loading.expressions import LocatedExpression
from forms_spec.loading.finding_collector import SourceNode
from forms_spec.model.fields import Field, Group
from forms_spec.model.study import Study
from forms_spec.yaml_source.document import Document


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

    def extend(self, form: Parts) -> None:
        """Add what a form has."""
        self.fields += form.fields
        self.groups += form.groups
        self.expressions += form.expressions
        self.codelists_used |= form.codelists_used


@dataclass(frozen=True, kw_only=True)
class LoadedStudy:
    """A built study, sound or not, with the parts that it was built from."""

    study: Study
    parts: Parts

    def fields(self) -> Iterator[FieldPart]:
        """Fields that a designer wrote; companions of units are left out."""
        return (part for part in self.parts.fields if part.companion_of is None)
