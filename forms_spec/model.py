"""What a data dictionary means: an immutable study, its visits, forms, groups and fields.

Everything here is frozen and complete: names are resolved, defaults filled in, rules parsed and
checked. ``forms_spec.load_study`` makes it from text; nothing else does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from forms_spec.criteria import Eligibility, References
from forms_spec.findings import Severity
from forms_spec.kinds.characters import ascii_lower, strip_blanks
from forms_spec.places import TextPlace
from forms_spec.schedule import Scheduled, Visit

if TYPE_CHECKING:
    from forms_spec.field_types import FieldType
    from forms_spec.kinds import Kind
    from forms_spec.rules import Expression
    from forms_spec.wording import Wording


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """One answer of a codelist. ``number`` is the quantity it stands for (doses a day, a factor).

    ``synonyms`` are other words that people type for it; they are never stored.
    """

    code: str
    label: str
    exclusive: bool = False
    number: Decimal | None = None
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Codelist:
    """Named answers in the order of the page. Inline lists are named ``form.field``."""

    name: str
    codes: tuple[Code, ...]
    place: TextPlace

    @cached_property
    def by_code(self) -> Mapping[str, Code]:
        return MappingProxyType({code.code: code for code in self.codes})

    @cached_property
    def by_word(self) -> Mapping[str, tuple[str, ...]]:
        """The codes that a word names: as code, label or synonym, in lower case (ASCII letters)."""
        words: dict[str, dict[str, None]] = {}
        for code in self.codes:
            for word in (code.code, strip_blanks(code.label), *map(strip_blanks, code.synonyms)):
                words.setdefault(ascii_lower(word), {})[code.code] = None
        return MappingProxyType({word: tuple(codes) for word, codes in words.items()})


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingCode:
    """A reason why there is no value. ``draft_only``: must be gone before the form is complete.

    ``redcap`` is the code in REDCap, where it is another one there.
    """

    code: str
    label: str
    draft_only: bool = False
    redcap: str | None = None

    @property
    def in_redcap(self) -> str:
        """The code that REDCap's records have."""
        return self.redcap or self.code


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """A number, date or text that rules use by ``$name``; ``value`` is canonical text."""

    name: str
    kind: str
    value: str
    label: str
    unit: str | None
    source: str | None
    place: TextPlace


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """Allowed values, both ends included unless ``above``/``below`` says otherwise.

    An end is an expression: a literal, ``today``, a parameter, another field. None is open.
    """

    low: Expression | None
    high: Expression | None
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitChoice:
    """A unit that may be chosen. ``formula`` converts ``value`` into the unit ``to``."""

    code: str
    label: str
    to: str | None = None
    formula: Expression | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A fixed unit (``fixed``), or several to choose from, kept in the field ``companion``."""

    fixed: str | None
    choices: tuple[UnitChoice, ...] = ()
    companion: str | None = None

    @property
    def base(self) -> UnitChoice | None:
        """The unit to choose that all others convert into."""
        return next((choice for choice in self.choices if choice.to is None), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pattern:
    """A regular expression of the common subset, always matched against the whole text."""

    expression: str
    message: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """What a file field takes: endings without the dot, and a size in bytes."""

    endings: tuple[str, ...]
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """The protocol check that a facet implements. Without ``severity`` the catalogue's weighs."""

    name: str
    severity: Severity | None = None


@dataclass(frozen=True, kw_only=True)
class Field:
    """One question.

    ``kind`` is the grammar of its text, ``type`` what the dictionary called it. ``comparators`` may stand
    before its number; ``part_of`` names the field whose number or comparator a calculated field is.
    ``ranges``, ``alert`` and ``expected`` are keyed by unit code when the unit is chosen, else by None.
    ``required`` is True, False or a condition; ``show_when`` is one. ``value`` is the formula of a
    calculated field. ``missing`` are the codes of reasons allowed here. ``annotation`` is for people and
    other programs; ``redcap`` keeps what a dictionary of REDCap said that has no meaning here, by its column.
    ``checks`` says by finding code which protocol check the field's facets implement. ``lab_test`` is the
    test of the study's reference ranges that a laboratory result belongs to. ``entry`` says how the page
    asks: "typed", "read_only" or "hidden". ``prefill`` is what a new form is filled with when it is opened:
    "today", "now" or "user". ``retired`` are codes that are no longer to be chosen, ``max_choices`` is how
    many answers may be chosen. ``wordings`` are those of the label and the help that hold answers, in parts;
    ``label`` and ``help`` are what is said where there are none.
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
    checks: Mapping[str, Check] = field(default_factory=dict)
    lab_test: str | None = None
    entry: str = "typed"
    prefill: str | None = None
    placeholder: str | None = None
    retired: tuple[str, ...] = ()
    max_choices: int | None = None
    wordings: Mapping[str, Wording] = field(default_factory=dict)

    @property
    def limits(self) -> tuple[tuple[str, Mapping[str | None, Range]], ...]:
        """What a value is held against, the gravest first; the word is the key of the dictionary."""
        return ("range", self.ranges), ("alert", self.alert), ("expected", self.expected)

    @property
    def collected(self) -> bool:
        """False for a note, which has no value and no column."""
        return self.type.name != "note"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """How a group repeats. ``fixed`` names the choice fields whose codes, crossed, are the rows."""

    minimum: int
    maximum: int
    fixed: tuple[str, ...] = ()
    add_label: str = "Add a row"


@dataclass(frozen=True, kw_only=True)
class Group:
    """A section of a form. With ``rows`` it repeats and is a table of its own, named ``name``.

    ``checks`` says by finding code which protocol check the number of its rows implements. ``wordings`` as
    of a field: of the title and the help. ``redcap`` keeps what a project of REDCap said of the instrument
    that the rows are there: under ``once`` the events where it does not repeat.
    """

    name: str
    title: str | None
    form: str
    fields: tuple[Field, ...]
    place: TextPlace
    rows: Rows | None = None
    layout: str = "questions"  # "questions", "grid" (shared codelist) or "rows"
    show_when: Expression | None = None
    help: str | None = None
    checks: Mapping[str, Check] = field(default_factory=dict)
    wordings: Mapping[str, Wording] = field(default_factory=dict)
    redcap: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Form:
    """A case report form. ``log`` forms belong to the subject, all others to a visit."""

    name: str
    title: str
    groups: tuple[Group, ...]
    place: TextPlace
    log: bool = False
    domain: str | None = None
    help: str | None = None

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The form's own fields, in page order; those of repeating groups not included."""
        return tuple(f for group in self.groups if group.rows is None for f in group.fields)

    @cached_property
    def row_groups(self) -> tuple[Group, ...]:
        return tuple(group for group in self.groups if group.rows is not None)

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        return MappingProxyType({f.name: f for f in self.fields})

    @cached_property
    def files(self) -> tuple[tuple[str | None, str], ...]:
        """The fields whose answer is a file: the repeating group or None, and the name."""
        return tuple(
            (group.name if group.rows else None, f.name)
            for group in self.groups
            for f in group.fields
            if f.collected and f.kind.name == "file"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """What is exported as one CSV file: a form's own fields, or the rows of one group."""

    name: str
    form: Form
    group: Group | None
    fields: tuple[Field, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Derivation:
    """A named expression that rules use: ``A_inj``, or with arguments ``ix(level)``.

    ``takes`` names the arguments. It is read where it is used, so ``expression`` has no type of its own.
    """

    name: str
    takes: tuple[str, ...]
    expression: Expression
    label: str | None
    place: TextPlace


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """An edit check. ``assertion`` FALSE is a finding on the fields of ``on``, pairs (table, field).

    It belongs to the form, and the row, of the first of them: that is what its bare names mean, and it is
    judged once for each. Where ``when`` is not TRUE it says nothing. ``check`` is the protocol check that
    it is, or is a part of: the code of its finding. ``unknown`` is the code of the query that ``assertion``
    UNKNOWN gives, None where that says nothing.
    """

    name: str
    check: str
    message: str
    when: Expression | None
    assertion: Expression
    severity: Severity
    on: tuple[tuple[str, str], ...]
    unknown: str | None
    place: TextPlace


@dataclass(frozen=True, kw_only=True)
class Study:
    """A whole study. ``hash`` is the SHA-256 of the dictionary's exact text, in hex."""

    name: str
    title: str
    short: str
    hash: str
    files: Mapping[str, str]
    subject_pattern: str
    subject_example: str
    sites: Mapping[str, str]
    date_order: str | None  # "dmy", "mdy" or None: ambiguous dates are refused
    day_zero: tuple[str, ...]
    missing: Mapping[str, MissingCode]
    parameters: Mapping[str, Parameter]
    codelists: Mapping[str, Codelist]
    visits: Mapping[str, Visit]
    schedule: tuple[Scheduled, ...]
    forms: Mapping[str, Form]
    place: TextPlace
    derivations: Mapping[str, Derivation] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    references: References | None = None
    eligibility: Eligibility | None = None
    timezone: str = "UTC"  # of the IANA database; says which day a moment belongs to

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """Every table by name, in the order of the forms. A form without own fields has no own table."""
        found: dict[str, Table] = {}
        for form in self.forms.values():
            own = tuple(f for f in form.fields if f.collected)
            if own or not form.row_groups:
                found[form.name] = Table(name=form.name, form=form, group=None, fields=own)
            for group in form.row_groups:
                kept = tuple(f for f in group.fields if f.collected)
                found[group.name] = Table(name=group.name, form=form, group=group, fields=kept)
        return MappingProxyType(found)

    @cached_property
    def expectations(self) -> Mapping[tuple[str, str], Scheduled]:
        """The schedule by (form, visit)."""
        return MappingProxyType({(s.form, s.visit): s for s in self.schedule})

    def field(self, table: str, name: str) -> Field | None:
        """The field of a table (form or repeating group), or None."""
        held = self.tables.get(table)
        return next((f for f in held.fields if f.name == name), None) if held else None
