"""The fields of a form as the questions of its page: by which control each is asked,
how wide its box is.

Everything here is fixed by the dictionary; the texts of a subject come later
(``template_context``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from forms_spec.field_types import FIELD_TYPES
from forms_spec.kinds import KINDS
from forms_spec.kinds.display import shown_unit
from forms_spec.model.codes import MissingCode
from forms_spec.model.facets import UnitChoice
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.study import Study
from generator.pages.limit_text import limits
from generator.pages.page_model import (
    GROUPED,
    Option,
    Page,
    Question,
    Section,
    Steps,
    fitting,
)

SINGLE = frozenset(
    {
        "text",
        "textarea",
        "typeahead",
        "list",
        "vas",
        "calculated",
        "file",
        "note",
        "reading",
        "row",
    }
)


LENGTHS: Steps = ((6, "w6"), (30, "w20"), (100, "w40"))
DIGITS: Steps = ((5, "w6"), (9, "w10"))
ANSWERS: Steps = ((7, "radio"), (15, "list"))
"""By which control so many answers are offered; more are found by typing."""


def _by_length(field: Field) -> str:
    return fitting(field.max_length or 200, LENGTHS, "full")


def _by_digits(field: Field) -> str:
    """As wide as the largest number of its range."""
    longest = 0
    for hard in field.ranges.values():
        for end in filter(None, (hard.low, hard.high)):
            # An end that is another field or a formula says nothing of the width.
            is_number = end.text.lstrip("-").isdecimal()
            if is_number:
                longest = max(longest, len(end.text))

    return fitting(longest, DIGITS, "w13")


WIDTHS: Mapping[str, Callable[[Field], str]] = MappingProxyType(
    {
        "text": _by_length,
        "integer": _by_digits,
        "decimal": lambda _: "w6",
        "bounded": lambda _: "w6",
        "boolean": lambda _: "w6",
        "date": lambda _: "w10",
        "partial_date": lambda _: "w10",
        "time": lambda _: "w6",
        "datetime": lambda _: "w13",
        "duration": lambda _: "w13",
        "choice": lambda _: "w20",
        "choices": lambda _: "w20",
        "file": lambda _: "w20",
    }
)
"""By kind: how wide the box is."""


def _complete() -> None:
    """Raises ``ImportError`` for a kind without a box or a type without a control."""
    kinds = {kind.name for kind in KINDS}
    boxless = kinds - set(WIDTHS)
    if boxless:
        raise ImportError(f"no box for the kinds {sorted(boxless)}")

    # How a choice is asked depends on how many answers it has.
    controls = {field_type.control for field_type in FIELD_TYPES} - {"choice"}

    unknown = controls - GROUPED - SINGLE
    if unknown:
        raise ImportError(f"no control for {sorted(unknown)}")


_complete()


def page_of(study: Study, form: Form) -> Page:
    """The form as sections and questions."""
    sections = []
    for group in form.groups:
        section = _section(study, form, group)
        if not section.is_empty:
            sections.append(section)

    return Page(name=form.name, title=form.title, groups=tuple(sections))


def _section(study: Study, form: Form, group: Group) -> Section:
    asked: list[Question] = []
    fixed: list[Question] = []
    for field in _shown_fields(group):
        question = _question(study, form, group, field)
        if group.rows:
            question = question.in_row()

        is_fixed = field.name in group.fixed
        (fixed if is_fixed else asked).append(question)

    # The labels get more room where most of them need it.
    questions = asked + fixed
    long = sum(question.long for question in questions)

    return Section(
        name=group.name,
        title=group.title,
        help=group.help,
        asked=tuple(asked),
        fixed=tuple(fixed),
        unseen=tuple(_unseen(group)),
        rows=group.rows,
        layout=group.layout,
        conditional=group.show_when is not None,
        long=long * 2 > len(questions),
        wordings=group.wordings,
    )


def _shown_fields(group: Group) -> Iterator[Field]:
    """The fields that are questions of their own."""
    # The unit is chosen beside the number, within its question.
    unit_fields = {field.unit_field for field in group.fields}
    for field in group.fields:
        is_unit = field.name in unit_fields
        if not is_unit and not _is_hidden(group, field):
            yield field


def _is_hidden(group: Group, field: Field) -> bool:
    # A row is named by what fixes it, so that is there in any case.
    if field.entry != "hidden":
        return False

    return field.name not in group.fixed


def _question(study: Study, form: Form, group: Group, field: Field) -> Question:
    width = WIDTHS[field.kind.name] if field.collected else _by_length
    unit, upload = field.unit, field.upload
    endings = upload.endings if upload else ()
    conditional = field.show_when is not None or group.show_when is not None
    starts = field.default is not None or field.prefill is not None

    return Question(
        name=field.name,
        kind=field.kind.name,
        label=field.label,
        help=field.help,
        control=_control(field),
        width=width(field),
        inputmode=_keyboard(field),
        codes=_codes(field),
        reasons=_reasons(field),
        limits=limits(study, form, group, field),
        unit=shown_unit(unit.fixed) if unit and unit.fixed else None,
        unit_choices=tuple(map(_option, field.unit_choices)),
        companion=field.unit_field,
        required=field.required,
        conditional=conditional,
        ends=field.anchors,
        accept=",".join(f".{ending}" for ending in endings),
        largest=upload.size if upload else 0,
        reference=field.lab_test is not None,
        placeholder=field.placeholder,
        read_only=field.entry == "read_only",
        number=_criterion_number(study, field),
        starts=starts,
        wordings=field.wordings,
        rows=field.row_of,
    )


def _option(choice: UnitChoice | MissingCode) -> Option:
    return Option(code=choice.code, label=choice.label)


def _keyboard(field: Field) -> str:
    """The keyboard that a phone shows; a number with a comparator needs its signs."""
    if field.comparators:
        return field.kind.keyboard

    return field.type.keyboard or field.kind.keyboard


def _criterion_number(study: Study, field: Field) -> str:
    """What a criterion is called in the casebook, unless its own text begins with it."""
    if study.eligibility is None:
        return ""

    number = field.name.upper()
    label_has_it = field.label.upper().startswith(number)
    if label_has_it:
        return ""

    for criterion in study.eligibility.criteria:
        of = criterion.field
        if (of.form, of.name) == (field.form, field.name):
            return number

    return ""


def _reasons(field: Field) -> tuple[Option, ...]:
    """The missing codes to choose from; a field for reading only takes none."""
    if field.entry == "read_only":
        return ()
    return tuple(map(_option, field.missing))


def _unseen(group: Group) -> Iterator[str]:
    """The fields that are not shown and whose answers the page carries, since its rules
    read them.
    """
    for field in group.fields:
        is_answered = field.collected and field.value is None
        if not is_answered or not _is_hidden(group, field):
            continue

        yield field.name
        if field.unit_field:
            yield field.unit_field


def _control(field: Field) -> str:
    """By which control a field is asked."""
    is_answered = field.collected and field.value is None
    if is_answered and field.entry == "read_only":
        return "reading"
    if field.row_of is not None and is_answered:
        return "row"
    if field.control != "choice":
        return field.control

    answers = 0
    if field.codelist:
        answers = len(field.codelist.codes)

    return fitting(answers, ANSWERS, "typeahead")


def _codes(field: Field) -> tuple[Option, ...]:
    if field.codelist:
        return tuple(_listed_codes(field))

    if field.control == "scale":
        numbers = [str(step) for step in steps(field)]
        return tuple(Option(code=number, label=number) for number in numbers)

    return ()


def _listed_codes(field: Field) -> Iterator[Option]:
    assert field.codelist is not None
    for code in field.codelist.codes:
        yield Option(
            code=code.code,
            label=code.label,
            exclusive=code.exclusive,
            # Who answered with it before it was retired still sees its label.
            offered=code.code not in field.retired,
            conditional=code.code in field.offered_when,
        )


def steps(field: Field) -> range:
    """The steps of a scale: its hard range when that is two small numbers, else 0 to
    10.
    """
    usual = range(11)
    hard = field.ranges.get(None)
    if hard is None or hard.low is None or hard.high is None:
        return usual

    first, last = hard.low.text, hard.high.text
    if not _is_small(first) or not _is_small(last):
        return usual

    return range(int(first), int(last) + 1)


def _is_small(end: str) -> bool:
    """Whether there is room on a page for so many steps; a formula is none."""
    return end.isdecimal() and len(end) <= 2
