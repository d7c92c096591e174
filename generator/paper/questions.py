"""A field as a question on paper: its words, its conditions, and where to write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from forms_spec.kinds.display import shown_unit
from forms_spec.model.codes import Codelist
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.study import Study
from forms_spec.rules import Expression, Home, to_english
from generator.codebook.words import FACTS
from generator.pages.limit_text import limits
from generator.paper.layout import NotByHand, PaperQuestion, Tick
from generator.paper.writing_space import has_long_list, writing_space

MOST_LISTED = 400
"""A list of more codes is not printed: the codebook has it."""

PRINTED: Mapping[str, str] = MappingProxyType(
    {
        "Unit": "",  # stands beside the space
        "Range": "",  # is said as the page says it
        "Comparators": "",  # are ticked
        "Alert outside": "call the investigator outside {}",
        "Expected": "expected {}",
        "Length": "{}",
        "Pattern": "",  # in its own words
        "Anchors": "",  # stand at the ends
        "File": "",  # has words of its own
        "Entry": "",  # stands in the space
        "Initial value": "",  # a sheet of paper is empty
        "Proposed": "",  # nothing is taken over on paper
        "Retired codes": "",  # are not offered
        "Row of": "the number of a row of {}",
        "Unique": "given once {}",
        "Answers": "{}",
        "Missing": "",  # are ticked
        "Reference": "",  # depends on the subject
        "Checks": "",  # nobody at the bedside needs their numbers
    }
)
"""What a blank form says of each fact of a field, around the codebook's words."""
if holes := set(FACTS) ^ set(PRINTED):
    raise ImportError(f"the blank form does not know what to say of {sorted(holes)}")


@dataclass(frozen=True, kw_only=True)
class QuestionMaker:
    """Makes the questions of one group. ``annotated``: with the names of the dictionary
    and of the standards.
    """

    study: Study
    form: Form
    group: Group
    annotated: bool

    @property
    def home(self) -> Home:
        return Home.in_group(self.form, self.group)

    def asked(self) -> tuple[Field, ...]:
        """The fields that are questions of their own.

        A unit and the parts of a number are asked with the number itself.
        """
        units = {field.unit_field for field in self.group.fields}
        asked = []
        for field in self.group.fields:
            is_unit = field.name in units
            is_part = field.part_of is not None
            if not is_unit and not is_part:
                asked.append(field)

        return tuple(asked)

    def question(self, field: Field) -> PaperQuestion:
        conditions = tuple(self.conditions(field))
        if not field.collected:
            return PaperQuestion(
                label=field.label,
                help=field.help or "",
                conditions=conditions,
                space=NotByHand(text=""),
                names=(field.name,) if self.annotated else (),
            )

        question = PaperQuestion(
            label=field.label,
            space=writing_space(field),
            help=field.help or "",
            conditions=conditions,
            names=tuple(self.names(field)) if self.annotated else (),
        )
        if field.unit and field.unit.fixed:
            question = replace(question, unit=shown_unit(field.unit.fixed))

        # Nobody writes here, so nothing is ticked and nothing can be out of range.
        if isinstance(question.space, NotByHand):
            return question

        return replace(
            question,
            required=field.required is True,
            units=_units(field),
            comparators=_comparators(field),
            missing=missing_ticks(field),
            limits=tuple(self.limits(field)),
        )

    def conditions(self, field: Field) -> Iterator[str]:
        """When the field is shown and when it must be answered, in words."""
        if field.show_when is not None:
            yield f"Only if {self.words(field.show_when)}."

        if isinstance(field.required, Expression):
            yield f"Must be answered if {self.words(field.required)}."

        # Who fills in the form by hand is not to calculate anything.
        if field.value is not None and self.annotated:
            yield f"Calculated as {self.words(field.value)}."

    def words(self, expression: Expression) -> str:
        return to_english(expression, self.study, self.home)

    def names(self, field: Field) -> Iterator[str]:
        """What the dictionary and the standards call the field and its parts."""
        yield field.name
        yield from _standard_names(field)
        for part in self.group.fields:
            if part.name == field.unit_field:
                yield f"unit in {part.name}"
                yield from _standard_names(part)
            elif part.part_of == field.name:
                yield f"part in {part.name}"
                yield from _standard_names(part)

    def limits(self, field: Field) -> Iterator[str]:
        """What is accepted, in the words of the codebook."""
        # A scale and a line show their ends themselves.
        shows_ends = field.control in ("scale", "vas")
        if not shows_ends:
            for limit in limits(self.study, self.form, self.group, field):
                yield limit.text

            yield from self.facts(field)

        pattern = field.stated_pattern
        if pattern is not None:
            yield f"must read: {pattern.message or pattern.expression}"

        if field.upload is not None:
            yield "attach the file"

        if field.kind.name == "duration":
            yield "with units, such as 3 d 4 h or 90 min"

        if has_long_list(field):
            yield _list_words(field)

    def facts(self, field: Field) -> Iterator[str]:
        """What the codebook says of the answer, as far as it is printed."""
        for name, make in FACTS.items():
            printed = PRINTED[name]
            # Where nothing is refused, the usual values are the limits already.
            is_limit = name == "Expected" and not field.ranges
            if not printed or is_limit:
                continue

            words = make(field, self.study)
            if words:
                yield printed.format(words)


def _standard_names(field: Field) -> Iterator[str]:
    if field.cdash:
        yield f"CDASH {field.cdash}"
    if field.sdtm:
        yield f"SDTM {field.sdtm}"


def _list_words(field: Field) -> str:
    codelist = field.codelist
    assert codelist is not None, "only a codelist is long"
    where = "at the end" if is_listed(codelist) else "in the codebook"
    count = f"{len(codelist.codes):,} answers"
    words = f"a code of the list {codelist.name} ({count}), {where}"

    if _several(field):
        return f"{words}; several with ; between them"

    return words


def _several(field: Field) -> bool:
    if field.kind.name != "choices":
        return False

    return field.max_choices != 1


def is_listed(codelist: Codelist) -> bool:
    """Whether all codes of a list are printed at the end of the blank forms."""
    return len(codelist.codes) <= MOST_LISTED


def _units(field: Field) -> tuple[Tick, ...]:
    ticks = []
    for choice in field.unit_choices:
        # A unit that is its own label is printed once.
        code = "" if choice.code == choice.label else choice.code
        ticks.append(Tick(code=code, label=choice.label))

    return tuple(ticks)


def _comparators(field: Field) -> tuple[Tick, ...]:
    return tuple(Tick(code="", label=sign) for sign in field.comparators)


def missing_ticks(field: Field) -> tuple[Tick, ...]:
    """The reasons for which there may be no answer."""
    return tuple(
        Tick(
            code=reason.code,
            label=reason.label,
            note="drafts only" if reason.draft_only else "",
        )
        for reason in field.missing
    )
