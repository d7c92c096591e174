"""What a field takes, in words.

Field types and kinds bring their own nouns. ``FACTS`` covers every facet, or fails at
import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from forms_spec.field_types import FIELD_TYPES
from forms_spec.kinds.display import reference_words
from forms_spec.loading.offered_rows import offered_rows_title
from forms_spec.model.criteria import ReferenceRange
from forms_spec.model.facets import Range, UnitChoice
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.study import Study
from forms_spec.model.visits import Cycles, Offset, Visit, VisitType
from forms_spec.rules import Home, to_english


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One thing that a field says of its answer, such as its range."""

    name: str
    words: str


def answer(field: Field) -> str:
    """What kind of answer the field takes: ``decimal number, 1 decimal place, mmHg``."""
    if not field.collected:
        return "note"

    words = [field.type.noun or field.kind.noun]
    is_decimal = field.kind.name == "decimal"
    if is_decimal and field.places is not None:
        words.append(count(field.places, "decimal place"))
    if field.seconds:
        words.append("with seconds")
    if field.unit and field.unit.fixed:
        words.append(field.unit.fixed)
    if field.value is not None:
        words.append("calculated")

    return ", ".join(words)


def facts(field: Field, study: Study) -> Iterator[Fact]:
    """Everything else that the field says of its answer, in the order of the page."""
    for name, make in FACTS.items():
        words = make(field, study)
        if words:
            yield Fact(name=name, words=words)


def home(form: Form, group: Group | None) -> Home:
    """Where an expression stands; only a repeating group is a home of its own."""
    return Home(form=form, group=group if group and group.rows else None)


def field_home(field: Field, study: Study) -> Home:
    """Where a field's expressions stand."""
    form = study.forms[field.form]
    for group in form.groups:
        if group.name == field.group:
            return home(form, group)

    return home(form, None)


def _ranges(ranges: Mapping[str | None, Range], field: Field, study: Study) -> str:
    labels = {choice.code: choice.label for choice in field.unit_choices}
    words = []
    for unit, limits in ranges.items():
        text = between(limits, field_home(field, study), study)
        if unit:
            text = f"{text} {labels.get(unit, unit)}"

        words.append(text)

    return "; ".join(words)


def between(limits: Range, index: Home, study: Study) -> str:
    """A range in words: ``60 to 260``, ``above 0, at most 100``, ``at least 18``."""
    low = ""
    if limits.low:
        low = to_english(limits.low, study, index)

    high = ""
    if limits.high:
        high = to_english(limits.high, study, index)

    # ``60 to 260`` means to everybody that both ends are allowed.
    has_open_end = limits.low_open or limits.high_open
    if low and high and not has_open_end:
        return f"{low} to {high}"

    # One end alone, or two of which one is open.
    ends = []
    if low:
        word = "above" if limits.low_open else "at least"
        ends.append(f"{word} {low}")

    if high:
        word = "below" if limits.high_open else "at most"
        ends.append(f"{word} {high}")

    return ", ".join(ends)


def _length(field: Field, _study: Study) -> str:
    shortest = field.min_length
    longest = field.max_length
    if shortest and longest:
        return f"{shortest} to {longest} characters"
    if longest:
        return f"at most {count(longest, 'character')}"
    if shortest:
        return f"at least {count(shortest, 'character')}"

    return ""


def _pattern(field: Field, _study: Study) -> str:
    pattern = field.stated_pattern
    if pattern is None:
        return ""
    if pattern.message:
        return f"{pattern.message} ({pattern.expression})"

    return pattern.expression


def _units(field: Field, _study: Study) -> str:
    words = [_unit(choice) for choice in field.unit_choices]
    if words and field.unit_field:
        words.append(f"stored in {field.unit_field}")

    return ", ".join(words)


def _unit(choice: UnitChoice) -> str:
    if choice.formula is None:
        return choice.label
    return f"{choice.label} ({choice.to} = {choice.formula.text})"


def _upload(field: Field, _study: Study) -> str:
    if field.upload is None:
        return ""

    size = field.upload.size
    words = f"{size / 1000:g} kB"
    if size >= 1_000_000:
        words = f"{size / 1_000_000:g} MB"

    return f"{', '.join(field.upload.endings)} up to {words}"


def _entry(field: Field, _study: Study) -> str:
    return {"hidden": "not shown", "read_only": "read-only"}.get(field.entry, "")


def _start(field: Field, _study: Study) -> str:
    """What stands in the field of a form that is opened for the first time."""
    if field.prefill is None:
        return field.default or ""

    return {
        "today": "the date when the form is first opened",
        "now": "the time when the form is first opened",
        "user": "the name of the person who first opens the form",
    }[field.prefill]


def _reference(field: Field, study: Study) -> str:
    """The reference ranges that the study has for the field's test: ``LAB M 13.5 to
    17.5``.
    """
    if field.lab_test is None or study.references is None:
        return ""

    rows = []
    for row in study.references.ranges:
        if row.test == field.lab_test:
            words = filter(None, _row_words(row, field))
            rows.append(" ".join(words))

    return "; ".join(rows)


def _row_words(row: ReferenceRange, field: Field) -> Iterator[str]:
    yield from (
        row.lab or "",
        row.sex or "",
        _ages(row),
        reference_words(row.low, row.high),
    )

    for choice in field.unit_choices:
        if choice.code == row.unit:
            yield choice.label


def _row_of(field: Field, study: Study) -> str:
    """``Adverse events, by Event, Start date``"""
    offered = field.row_of
    if offered is None:
        return ""

    fields = {item.name: item.label for item in study.tables[offered.table].fields}
    labels = [fields[name] for name in offered.label]
    title = offered_rows_title(study, field)
    return f"{title}, by {', '.join(labels)}" if labels else title


def _ages(row: ReferenceRange) -> str:
    low, high = row.age_low, row.age_high
    if low is None and high is None:
        return ""

    return f"aged {reference_words(low, high)}"


def _unique(field: Field, _study: Study) -> str:
    """Where the answer stands once only, and with which others."""
    unique = field.unique
    if unique is None:
        return ""

    within = f"within the {unique.over}"
    if not unique.together:
        return within

    return f"{within}, together with {', '.join(unique.together)}"


FACTS: Mapping[str, Callable[[Field, Study], str]] = MappingProxyType(
    {
        "Unit": _units,
        "Range": lambda field, study: _ranges(field.ranges, field, study),
        "Comparators": lambda field, _study: ", ".join(field.comparators),
        "Alert outside": lambda field, study: _ranges(field.alert, field, study),
        "Expected": lambda field, study: _ranges(field.expected, field, study),
        "Length": _length,
        "Pattern": _pattern,
        "Anchors": lambda field, _study: " … ".join(field.anchors or ()),
        "File": _upload,
        "Entry": _entry,
        "Initial value": _start,
        "Proposed": lambda field, _study: field.propose.text if field.propose else "",
        "Retired codes": lambda field, _study: ", ".join(field.retired),
        "Answers": lambda field, _study: (
            f"at most {field.max_choices}" if field.max_choices else ""
        ),
        "Row of": _row_of,
        "Unique": _unique,
        "Missing": lambda field, _study: ", ".join(code.code for code in field.missing),
        "Reference": _reference,
        "Checks": lambda field, _study: ", ".join(
            dict.fromkeys(check.name for check in field.checks.values())
        ),
    }
)


SAID_BY: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "the answer": frozenset(
            {"type", "places", "seconds", "value", "gives", "unit"}
        ),
        "the facts": frozenset(
            {
                "unit",
                "unit_field",
                "range",
                "expected",
                "alert",
                "length",
                "pattern",
                "anchors",
                "accept",
                "size",
                "default",
                "prefill",
                "propose",
                "entry",
                "retired",
                "max_choices",
                "missing",
                "checks",
                "lab_test",
                "comparator",
                "row_of",
                "row_label",
                "unique",
            }
        ),
        "other columns": frozenset(
            {
                "label",
                "help",
                "codes",
                "required",
                "show_when",
                "arms",
                "identifier",
                "cdash",
                "sdtm",
            }
        ),
        "nothing, since it is only how the page asks": frozenset(
            {"control", "placeholder"}
        ),
        "nothing, since it is kept for other programs": frozenset(
            {"annotation", "redcap"}
        ),
    }
)
"""Which part of the codebook says what a facet means; a facet that none says fails at
import.
"""
if unsaid := frozenset().union(
    *(field_type.facets for field_type in FIELD_TYPES)
) - frozenset().union(*SAID_BY.values()):
    raise TypeError(f"the codebook says nothing of {sorted(unsaid)}")


def target(visit: Visit) -> str:
    """When the visit is due: ``day 14``, ``21 days after C1D1``, ``unscheduled``."""
    words = _planned(visit)
    return f"{words}, until {visit.until}" if visit.until else words


def _planned(visit: Visit) -> str:
    if visit.cycles is not None:
        return _cycles(visit.cycles)
    if visit.target is None:
        return {
            VisitType.UNSCHEDULED: "unscheduled",
            VisitType.TERMINATION: "at early termination",
        }.get(visit.type, "any day")

    return _day(visit.target)


def window(visit: Visit) -> str:
    """Which days are allowed: ``14 days before to 14 days after``, ``day -60 to day
    -1``.
    """
    if visit.window is None:
        return "any day" if visit.target_of(1) is None else "not specified"

    first = visit.window.first
    last = visit.window.last
    if visit.window.around:
        return _days_around(first, last)

    is_single_day = first == last
    words = f"day {first}" if is_single_day else f"day {first} to day {last}"
    anchor = visit.target.anchor if visit.target is not None else None
    return f"{words} from {anchor}" if anchor else words


def _days_around(first: int, last: int) -> str:
    """Days before and after the target day, from which the two are counted."""
    if first == last == 0:
        return "the target day only"
    if -first == last:
        return f"{count(last, 'day')} either side"

    return f"{count(-first, 'day')} before to {count(last, 'day')} after"


def count(number: int, thing: str) -> str:
    """``1 day``, ``14 days``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _cycles(cycles: Cycles) -> str:
    """``every 21 days after C1D1, at most 35 times``."""
    every = cycles.every
    words = f"every {count(every.count, every.unit)} after {every.anchor or 'day 0'}"
    if cycles.most is None:
        return words

    return f"{words}, at most {count(cycles.most, 'time')}"


def _day(offset: Offset) -> str:
    if offset.anchor is None:
        return f"{offset.unit} {offset.count}"

    # 0 days after a visit reads as well as any other number.
    side = "before" if offset.count < 0 else "after"
    return f"{count(abs(offset.count), offset.unit)} {side} {offset.anchor}"
