"""The codebook as a table, one row for each field, for R, Python or a spreadsheet.

RFC 4180: commas, CRLF, quoted where needed, every row as long as the header. UTF-8 with
a byte order mark, without which Excel reads the bytes in the code page of its computer.
A cell that a spreadsheet would run as a formula begins with an apostrophe, as in
``crfsmith export --as spreadsheet``: the words of a study are data, never a program.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from forms_spec.field_types import FIELD_TYPES
from forms_spec.model.codes import Code, MissingCode
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.study import Study
from forms_spec.model.visits import Expectation
from forms_spec.rule_syntax.expression import Expression
from forms_spec.schedule.visit_dating import named_in_dating
from generator.codebook import in_schedule_order
from generator.codebook.words import FACTS, answer
from generator.losses import WHOLE_STUDY, Loss
from generator.spreadsheet_cells import BOM, harmless
from generator.targets.target import DocumentationTarget

SEPARATOR = " | "
"""Between the entries of one cell, as in REDCap's list of choices."""


class CodebookRow(NamedTuple):
    """A field with what it belongs to."""

    study: Study
    form: Form
    group: Group
    field: Field

    @property
    def table(self) -> str:
        return self.group.table


def _visits(row: CodebookRow) -> str:
    """The visits of the form, with a word where it is not always required."""
    if row.form.log:
        return "log"

    visits = []
    for scheduled in row.study.schedule:
        if scheduled.form != row.form.name:
            continue

        visit = scheduled.visit
        if scheduled.expectation is not Expectation.REQUIRED:
            visit = f"{visit} ({scheduled.expectation.value})"

        visits.append(visit)

    return SEPARATOR.join(visits)


def _unit(row: CodebookRow) -> str:
    unit = row.field.unit
    if unit and unit.fixed:
        return unit.fixed

    codes = [choice.code for choice in row.field.unit_choices]
    return SEPARATOR.join(codes)


def _decimal_places(row: CodebookRow) -> str:
    places = row.field.places
    # 0 is a number of places too.
    return "" if places is None else str(places)


def _codes(row: CodebookRow) -> str:
    codelist = row.field.codelist
    if codelist is None:
        return ""

    when = row.field.offered_when
    codes = [
        f"{code.code}, {code.label}{_offered_if(when.get(code.code))}"
        for code in codelist.codes
    ]
    return SEPARATOR.join(codes)


def _offered_if(condition: Expression | None) -> str:
    return f" (if {condition.text})" if condition else ""


def _missing(row: CodebookRow) -> str:
    return _listed(row.field.missing)


def _listed(codes: Iterable[Code | MissingCode]) -> str:
    return SEPARATOR.join(f"{code.code}, {code.label}" for code in codes)


def _group_condition(row: CodebookRow) -> str:
    return _text(row.group.show_when)


def _condition(row: CodebookRow) -> str:
    return _text(row.field.show_when)


def _formula(row: CodebookRow) -> str:
    return _text(row.field.value)


def _text(rule: Expression | None) -> str:
    """A rule in the rule language, so that a program can read it."""
    return rule.text if rule else ""


def _required(row: CodebookRow) -> str:
    """``yes``, ``no``, or the condition under which an answer is required."""
    required = row.field.required
    if isinstance(required, bool):
        return "yes" if required else "no"

    return required.text


def _checks(row: CodebookRow) -> str:
    """The protocol checks in the field itself, then the rules about it."""
    # Several facets of a field may implement one check.
    checks = list(dict.fromkeys(check.name for check in row.field.checks.values()))
    for rule in row.study.rules.values():
        if (row.table, row.field.name) in rule.on:
            checks.append(f"{rule.name}: {rule.message}")

    return SEPARATOR.join(checks)


def _fact(name: str) -> Callable[[CodebookRow], str]:
    return lambda row: FACTS[name](row.field, row.study)


FACTS_WITH_A_COLUMN = frozenset(
    {
        "Unit",
        "Range",
        "Alert outside",
        "Expected",
        "Length",
        "Pattern",
        "Missing",
        "Checks",
    }
)
OTHER_FACTS = tuple(name for name in FACTS if name not in FACTS_WITH_A_COLUMN)


def _other(row: CodebookRow) -> str:
    """What few fields have, each under its name in the codebook."""
    facts = []
    for name in OTHER_FACTS:
        words = FACTS[name](row.field, row.study)
        if words:
            facts.append(f"{name}: {words}")

    return SEPARATOR.join(facts)


COLUMNS: Mapping[str, Callable[[CodebookRow], str]] = MappingProxyType(
    {
        "visits": _visits,
        "form": lambda row: row.form.name,
        "group": lambda row: row.group.name,
        "table": lambda row: row.table,
        "field": lambda row: row.field.name,
        "label": lambda row: row.field.label,
        "help": lambda row: row.field.help or "",
        "type": lambda row: row.field.type.name,
        "answer": lambda row: answer(row.field),
        "unit": _unit,
        "decimal_places": _decimal_places,
        "range": _fact("Range"),
        "alert_outside": _fact("Alert outside"),
        "expected": _fact("Expected"),
        "length": _fact("Length"),
        "pattern": _fact("Pattern"),
        "codes": _codes,
        "missing_codes": _missing,
        "group_condition": _group_condition,
        "condition": _condition,
        "formula": _formula,
        "required": _required,
        "identifier": lambda row: "yes" if row.field.identifier else "no",
        "checks": _checks,
        "cdash": lambda row: row.field.cdash or "",
        "sdtm": lambda row: row.field.sdtm or "",
        "other": _other,
    }
)
"""The header, and how each cell of a row is made."""


def write(study: Study) -> str:
    """The table, in the order of the codebook."""
    # Without this, Python would turn the line breaks inside cells into its own.
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)

    for row in _rows(study):
        cells = [harmless(cell(row)) for cell in COLUMNS.values()]
        writer.writerow(cells)

    return BOM + text.getvalue()


def _rows(study: Study) -> Iterator[CodebookRow]:
    for form in in_schedule_order(study):
        for group in form.groups:
            for field in group.fields:
                yield CodebookRow(study, form, group, field)


IN_A_COLUMN = frozenset(
    {
        "label", "help", "type", "places", "seconds", "unit", "unit_field", "range",
        "alert", "expected", "length", "pattern", "codes", "missing", "show_when",
        "arms",
        "value", "gives", "required", "identifier", "checks", "cdash", "sdtm",
        "comparator", "anchors", "accept", "size", "entry", "default", "prefill",
        "propose",
        "retired", "max_choices", "lab_test", "row_of", "row_label", "unique",
    }
)  # fmt: skip
NOT_IN_THE_TABLE: Mapping[str, str] = MappingProxyType(
    {
        "control": "radio buttons or a list: how the page asks changes no answer",
        "placeholder": "how the page asks changes no answer",
        "annotation": "it is kept for other programs",
        "redcap": "it is kept for REDCap",
    }
)
FACETS = frozenset().union(*(field_type.facets for field_type in FIELD_TYPES))
if IN_A_COLUMN | NOT_IN_THE_TABLE.keys() != FACETS:
    raise ImportError(
        "facets that the table neither has nor lists as lost: "
        f"{sorted(FACETS ^ (IN_A_COLUMN | NOT_IN_THE_TABLE.keys()))}"
    )

OF_THE_STUDY: Mapping[str, tuple[str, Callable[[Study], object]]] = MappingProxyType(
    {
        "titles": (
            "a row has the names of its visits, form and group, not their titles",
            lambda study: study.forms,
        ),
        "visits": (
            "when each visit is due, and its window",
            lambda study: study.visits,
        ),
        "schedule": (
            "the conditions on which a form is expected at a visit",
            lambda study: any(scheduled.when for scheduled in study.schedule),
        ),
        "sites": ("the sites", lambda study: study.sites),
        "day_zero": ("the date that days count from", lambda study: study.day_zero),
        "anchors": (
            "the other dates that visits count from",
            lambda study: study.anchors,
        ),
        "visit": (
            "which fields say when a visit took place, and whether it was missed",
            lambda study: any(named_in_dating(study)),
        ),
        "arms": ("the arms", lambda study: study.arms),
        "parameters": (
            "the values of parameters: rules name them",
            lambda study: study.parameters,
        ),
        "derivations": (
            "the formulas of named derivations: rules name them",
            lambda study: study.derivations,
        ),
        "eligibility": (
            "the list of eligibility criteria",
            lambda study: study.eligibility,
        ),
        "verification": (
            "the plan of source verification",
            lambda study: study.verification,
        ),
        "double_entry": (
            "which forms are entered twice",
            lambda study: study.double_entry,
        ),
        "randomization": (
            "how subjects are randomized",
            lambda study: study.randomization,
        ),
    }
)
"""What belongs to no field, and whether a study has it."""


def losses(study: Study) -> Iterator[Loss]:
    """What the page of the codebook says, and the table does not."""
    for facet, (why, has_some) in OF_THE_STUDY.items():
        if has_some(study):
            yield Loss(field=WHOLE_STUDY, facet=facet, why=why)

    for rule in study.rules.values():
        # A rule is listed at the first of its fields.
        path = ".".join(rule.on[0])
        why = f"the condition of {rule.name}: a row has its message"
        yield Loss(field=path, facet="rules", why=why)

    yield Loss(
        field=WHOLE_STUDY,
        facet="control",
        why=NOT_IN_THE_TABLE["control"],
        harmless=True,
    )

    for table in study.tables.values():
        for field in table.fields:
            path = f"{table.name}.{field.name}"
            yield from _field_losses(path, field)


def _field_losses(path: str, field: Field) -> Iterator[Loss]:
    codes = field.codelist.codes if field.codelist else ()
    has_exclusive = any(code.exclusive for code in codes)

    has_numbers = any(code.number is not None for code in codes)
    if has_exclusive or has_numbers:
        why = "which codes exclude others, and the numbers that codes stand for"
        yield Loss(field=path, facet="codes", why=why)

    has_formulas = any(choice.formula for choice in field.unit_choices)
    if has_formulas:
        why = "the formulas from one unit to another"
        yield Loss(field=path, facet="unit", why=why)

    for facet in ("placeholder", "annotation", "redcap"):
        if getattr(field, facet):
            why = NOT_IN_THE_TABLE[facet]
            yield Loss(field=path, facet=facet, why=why, harmless=True)


TARGET = DocumentationTarget(
    name="csv",
    summary="a table with one row for each field",
    suffix=".csv",
    write=write,
    losses=losses,
)
