"""Forms, their groups and their fields, and the tables that they are exported as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from forms_spec.findings.places import TextPlace
from forms_spec.model.codes import Code, Codelist, MissingCode
from forms_spec.model.facets import (
    Pattern,
    ProtocolCheck,
    Range,
    Uniqueness,
    Unit,
    UnitChoice,
    Upload,
)
from forms_spec.model.field_type import FieldType
from forms_spec.model.kind import Kind
from forms_spec.model.text_templates import Wording
from forms_spec.rule_syntax.expression import Expression


@dataclass(frozen=True, kw_only=True)
class Field:
    """One question.

    ``kind`` is the grammar of its text, ``type`` what the dictionary called it.
    ``comparators`` may stand before its number; ``part_of`` names the field whose
    number or comparator a calculated field is. ``ranges``, ``alert`` and ``expected``
    are keyed by unit code when the unit is chosen, else by None. ``required`` is True,
    False or a condition; ``show_when`` is one. ``value`` is the formula of a calculated
    field. ``missing`` are the codes of reasons allowed here. ``annotation`` is for
    people and other programs; ``redcap`` keeps what a dictionary of REDCap said that
    has no meaning here, by its column. ``checks`` says by finding code which protocol
    check the field's facets implement. ``lab_test`` is the test of the study's
    reference ranges that a laboratory result belongs to. ``entry`` says how the page
    asks: "typed", "read_only" or "hidden". ``prefill`` is what a new form is filled
    with when it is opened: "today", "now" or "user". ``propose`` gives an answer of
    another form that the page offers and that counts only when somebody takes it.
    ``retired`` are codes that are no longer to be chosen, ``offered_when`` holds by
    code the conditions under which codes are offered, ``max_choices`` is how many
    answers may be chosen. ``row_of`` says whose rows its number names. ``unique`` says
    where an answer may stand once only. ``wordings`` are those of the label and the help
    that hold answers, in parts; ``label`` and ``help`` are what is said where there are
    none.
    """

    name: str
    label: str
    type: FieldType
    kind: Kind
    place: TextPlace
    form: str
    group: str
    required: bool | Expression = False
    show_when: Expression | None = None
    help: str | None = None
    ranges: Mapping[str | None, Range] = field(default_factory=dict)
    expected: Mapping[str | None, Range] = field(default_factory=dict)
    alert: Mapping[str | None, Range] = field(default_factory=dict)
    min_length: int | None = None
    max_length: int | None = None
    pattern: Pattern | None = None
    places: int | None = None
    comparators: tuple[str, ...] = ()
    part_of: str | None = None
    seconds: bool = False
    unit: Unit | None = None
    codelist: Codelist | None = None
    missing: tuple[MissingCode, ...] = ()
    identifier: bool = False
    default: str | None = None
    value: Expression | None = None
    anchors: tuple[str, str] | None = None
    upload: Upload | None = None
    control: str = "text"
    cdash: str | None = None
    sdtm: str | None = None
    annotation: str | None = None
    redcap: Mapping[str, str] = field(default_factory=dict)
    checks: Mapping[str, ProtocolCheck] = field(default_factory=dict)
    lab_test: str | None = None
    entry: str = "typed"
    prefill: str | None = None
    propose: Expression | None = None
    placeholder: str | None = None
    retired: tuple[str, ...] = ()
    offered_when: Mapping[str, Expression] = field(default_factory=dict)
    max_choices: int | None = None
    row_of: OfferedRows | None = None
    unique: Uniqueness | None = None
    wordings: Mapping[str, Wording] = field(default_factory=dict)

    @property
    def limits(self) -> tuple[tuple[str, Mapping[str | None, Range]], ...]:
        """What a value is held against, the gravest first; the word is the key of the
        dictionary.
        """
        return (
            ("range", self.ranges),
            ("alert", self.alert),
            ("expected", self.expected),
        )

    @property
    def stated_pattern(self) -> Pattern | None:
        """The pattern of the dictionary; None for one that comes with the field type."""
        if self.pattern is self.type.pattern:
            return None

        return self.pattern

    @property
    def collected(self) -> bool:
        """False for a note, which has no value and no column."""
        return self.type.name != "note"

    @property
    def offered(self) -> tuple[Code, ...]:
        """The codes that may be chosen. A retired one that the form begins with stays."""
        if self.codelist is None:
            return ()

        hidden = frozenset(self.retired) - {self.default}
        return tuple(code for code in self.codelist.codes if code.code not in hidden)

    @property
    def unit_choices(self) -> tuple[UnitChoice, ...]:
        """The units to choose from; empty where the unit is fixed or there is none."""
        if not self.unit:
            return ()

        return self.unit.choices

    @property
    def unit_field(self) -> str | None:
        """The field that the chosen unit is stored in."""
        if not self.unit:
            return None

        return self.unit.companion


def rows_in_rules(table: str, visit: str | None) -> str:
    """Rows of a group in the rule language: ``target[SCR]``."""
    if visit is None:
        return table

    return f"{table}[{visit}]"


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferedRows:
    """The rows of another form's group whose numbers a field offers: of the subject's form
    at a visit, or of a log where ``visit`` is None. ``label`` are the fields of a row
    that people know it by.
    """

    table: str
    visit: str | None
    label: tuple[str, ...]

    @property
    def rows(self) -> str:
        return rows_in_rules(self.table, self.visit)


@dataclass(frozen=True, kw_only=True, slots=True)
class CarriedRows:
    """The rows of another group that a group has its rows from: of the subject's form at
    a visit, or of a log where ``visit`` is None. ``carry`` are the fields whose values
    come along.

    A row and the one that it comes from have the same number.
    """

    table: str
    visit: str | None
    carry: tuple[str, ...]
    title: str = ""

    @property
    def rows(self) -> str:
        return rows_in_rules(self.table, self.visit)


@dataclass(frozen=True, kw_only=True, slots=True)
class Repetition:
    """How a group repeats.

    ``fixed`` names the choice fields whose codes, crossed, are the rows. ``carried``
    says where the rows come from, if not from whoever fills in the form.
    """

    minimum: int
    maximum: int
    fixed: tuple[str, ...] = ()
    add_label: str = "Add a row"
    carried: CarriedRows | None = None


@dataclass(frozen=True, kw_only=True)
class Group:
    """A section of a form. With ``rows`` it repeats and is a table of its own, named
    ``name``.

    ``checks`` says by finding code which protocol check the number of its rows
    implements. ``wordings`` as of a field: of the title and the help. ``redcap`` keeps
    what a project of REDCap said of the instrument that the rows are there: under
    ``once`` the events where it does not repeat.
    """

    name: str
    title: str | None
    form: str
    fields: tuple[Field, ...]
    place: TextPlace
    rows: Repetition | None = None
    layout: str = "questions"  # "questions", "grid" (shared codelist) or "rows"
    show_when: Expression | None = None
    help: str | None = None
    checks: Mapping[str, ProtocolCheck] = field(default_factory=dict)
    wordings: Mapping[str, Wording] = field(default_factory=dict)
    redcap: Mapping[str, str] = field(default_factory=dict)

    @property
    def table(self) -> str:
        """The name of the table that the fields are columns of."""
        if self.rows:
            return self.name

        return self.form

    @property
    def fixed(self) -> tuple[str, ...]:
        """The fields that say which row it is, where the dictionary lays the rows down."""
        if not self.rows:
            return ()

        return self.rows.fixed

    @property
    def carried(self) -> CarriedRows | None:
        """Where the rows come from, if from another form."""
        if not self.rows:
            return None

        return self.rows.carried

    @property
    def identifying(self) -> tuple[str, ...]:
        """The fields that say which row it is, where that is not left to people."""
        return self.carried.carry if self.carried else self.fixed

    @property
    def laid_down(self) -> bool:
        """Whether it is not left to people which rows there are."""
        return bool(self.fixed) or self.carried is not None


@dataclass(frozen=True, kw_only=True)
class Form:
    """A case report form.

    ``log`` forms belong to the subject, all others to a visit.
    """

    name: str
    title: str
    groups: tuple[Group, ...]
    place: TextPlace
    log: bool = False
    domain: str | None = None
    help: str | None = None
    when: Expression | None = None
    """Where it is FALSE the subject has no such form, at whatever visit."""
    like: str | None = None
    """The form that it is a copy of."""

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The form's own fields, in page order; those of repeating groups not included."""
        own: list[Field] = []
        for group in self.groups:
            if group.rows is None:
                own.extend(group.fields)

        return tuple(own)

    @cached_property
    def row_groups(self) -> tuple[Group, ...]:
        repeating = [group for group in self.groups if group.rows is not None]
        return tuple(repeating)

    def row_group(self, name: str | None) -> Group | None:
        """The repeating group of a name; None where the form has none of it."""
        for group in self.row_groups:
            if group.name == name:
                return group

        return None

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        return MappingProxyType({f.name: f for f in self.fields})

    @cached_property
    def files(self) -> tuple[tuple[str | None, str], ...]:
        """The fields whose answer is a file: the repeating group or None, and the name."""
        files: list[tuple[str | None, str]] = []
        for group in self.groups:
            rows = group.name if group.rows else None
            for item in group.fields:
                if item.collected and item.kind.name == "file":
                    files.append((rows, item.name))

        return tuple(files)


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """What is exported as one CSV file: a form's own fields, or the rows of one group."""

    name: str
    form: Form
    group: Group | None
    fields: tuple[Field, ...]
