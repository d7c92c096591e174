"""The fields of a form as the questions of its page: by which control each is asked,
how wide its box is.

Everything here is fixed by the dictionary; the texts of a subject come later
(``scopes``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from forms_spec.field_types import FIELD_TYPES
from forms_spec.kinds import KINDS
from forms_spec.kinds.display import shown_unit
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.study import Study
from generator.pages.limit_text import limits
from generator.pages.page_model import GROUPED, Option, Page, Question, Section

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
    }
)


def _by_length(field: Field) -> str:
    longest = field.max_length or 200
    return (
        "w6"
        if longest <= 6
        else "w20"
        if longest <= 30
        else "w40"
        if longest <= 100
        else "full"
    )


def _by_digits(field: Field) -> str:
    """As wide as the largest number of its range."""
    ends = [
        end.text
        for limits in field.ranges.values()
        for end in (limits.low, limits.high)
        if end
    ]
    longest = max(
        (len(text) for text in ends if text.lstrip("-").isdecimal()), default=0
    )

    return "w6" if longest <= 5 else "w10" if longest <= 9 else "w13"


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
        "choice": lambda _: "w20",
        "choices": lambda _: "w20",
        "file": lambda _: "w20",
    }
)
"""By kind: how wide the box is."""


def _complete() -> None:
    kinds = {kind.name for kind in KINDS}
    controls = {field_type.control for field_type in FIELD_TYPES} - {"choice"}
    if holes := kinds - set(WIDTHS):
        raise ImportError(f"no box for the kinds {sorted(holes)}")
    if holes := controls - GROUPED - SINGLE:
        raise ImportError(f"no control for {sorted(holes)}")


_complete()


def page_of(study: Study, form: Form) -> Page:
    """The form as sections and questions."""
    built = (_section(study, form, group) for group in form.groups)
    groups = tuple(item for item in built if item.asked or item.repeats or item.unseen)
    return Page(name=form.name, title=form.title, groups=groups)


def _section(study: Study, form: Form, group: Group) -> Section:
    companions = {f.unit.companion for f in group.fields if f.unit and f.unit.companion}
    fixed_names = group.rows.fixed if group.rows else ()
    questions = tuple(
        _question(study, form, group, field)
        for field in group.fields
        if field.name not in companions
        and (field.entry != "hidden" or field.name in fixed_names)
    )
    if group.rows:
        questions = tuple(question.in_row() for question in questions)
    long = sum(question.long for question in questions) * 2 > len(questions)

    return Section(
        name=group.name,
        title=group.title,
        help=group.help,
        asked=tuple(q for q in questions if q.name not in fixed_names),
        fixed=tuple(q for q in questions if q.name in fixed_names),
        unseen=_unseen(group, fixed_names),
        rows=group.rows,
        layout=group.layout,
        conditional=group.show_when is not None,
        long=long,
        wordings=group.wordings,
    )


def _question(study: Study, form: Form, group: Group, field: Field) -> Question:
    width = WIDTHS[field.kind.name] if field.collected else _by_length
    unit = field.unit

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
        unit_choices=tuple(Option(code=u.code, label=u.label) for u in unit.choices)
        if unit
        else (),
        companion=unit.companion if unit else None,
        required=field.required,
        conditional=field.show_when is not None or group.show_when is not None,
        ends=field.anchors,
        accept=",".join(f".{ending}" for ending in field.upload.endings)
        if field.upload
        else "",
        largest=field.upload.size if field.upload else 0,
        reference=field.lab_test is not None,
        placeholder=field.placeholder,
        read_only=field.entry == "read_only",
        number=_criterion_number(study, field),
        starts=field.default is not None or field.prefill is not None,
        wordings=field.wordings,
    )


def _keyboard(field: Field) -> str:
    """The keyboard that a phone shows; a number with a comparator needs its signs."""
    if field.comparators:
        return field.kind.keyboard
    return field.type.keyboard or field.kind.keyboard


def _criterion_number(study: Study, field: Field) -> str:
    """What a criterion is called in the casebook, unless its own text begins with it."""
    criteria = study.eligibility.criteria if study.eligibility else ()
    number = field.name.upper()
    known = any(
        item.field.name == field.name and item.field.form == field.form
        for item in criteria
    )

    return number if known and not field.label.upper().startswith(number) else ""


def _reasons(field: Field) -> tuple[Option, ...]:
    """The missing codes to choose from; a field for reading only takes none."""
    if field.entry == "read_only":
        return ()
    return tuple(Option(code=m.code, label=m.label) for m in field.missing)


def _unseen(group: Group, fixed_names: tuple[str, ...]) -> tuple[str, ...]:
    """The fields that are not shown and whose answers the page carries, since its rules
    read them.
    """
    hidden = [
        field
        for field in group.fields
        if field.entry == "hidden" and field.name not in fixed_names
    ]
    names = []
    for field in hidden:
        if field.collected and field.value is None:
            names.append(field.name)
            names += (
                [field.unit.companion] if field.unit and field.unit.companion else []
            )

    return tuple(names)


def _control(field: Field) -> str:
    """A choice is asked by radio buttons up to seven answers, by a list up to 15, else
    by typing.
    """
    if field.entry == "read_only" and field.collected and field.value is None:
        return "reading"
    if field.control != "choice":
        return field.control
    many = len(field.codelist.codes) if field.codelist else 0
    return "radio" if many <= 7 else "list" if many <= 15 else "typeahead"


def _codes(field: Field) -> tuple[Option, ...]:
    if field.codelist:
        return tuple(
            Option(
                code=c.code,
                label=c.label,
                exclusive=c.exclusive,
                offered=c.code not in field.retired,
            )
            for c in field.codelist.codes
        )

    if field.control == "scale":
        return tuple(Option(code=str(n), label=str(n)) for n in steps(field))
    return ()


def steps(field: Field) -> range:
    """The steps of a scale: its hard range when that is two small numbers, else 0 to
    10.
    """
    limits = field.ranges.get(None)
    ends = [end.text for end in (limits.low, limits.high) if end] if limits else []
    if len(ends) == 2 and all(end.isdecimal() and len(end) < 3 for end in ends):
        return range(int(ends[0]), int(ends[1]) + 1)
    return range(11)
