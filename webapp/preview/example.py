"""Answers made up from the dictionary, so that a designer sees a form with something in
it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from itertools import chain
from types import MappingProxyType

from forms_spec.kinds import KINDS, Refusal
from forms_spec.model.captured_data import LOG, FormKey, Record, Row
from forms_spec.model.facets import Range
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.study import Study
from forms_spec.rules import Expression
from generator.pages.rows import fixed_rows

EXAMPLE_ROWS = 2


def example_record(form: Form, today: date) -> Record:
    """An answer for every field that can be made up, and two rows for every group that
    repeats.
    """
    return Record(
        texts=_answers(form.fields, today),
        rows={group.name: tuple(_rows(group, today)) for group in form.row_groups},
    )


class ExampleCasebook:
    """A subject whose forms are all filled with examples, for rules that look beyond
    their own form.
    """

    def __init__(self, study: Study, today: date) -> None:
        self._study = study
        self._today = today
        self._made: dict[str, Record] = {}

    def record(self, key: FormKey) -> Record | None:
        """The example of the form, whatever the visit; None where the study does not
        expect it.
        """
        if key not in self.keys(key.form):
            return None

        if key.form not in self._made:
            self._made[key.form] = example_record(
                self._study.forms[key.form], self._today
            )

        return self._made[key.form]

    def keys(self, form: str) -> tuple[FormKey, ...]:
        if self._study.forms[form].log:
            return (FormKey(form, LOG, 0),)

        keys = []
        for visit in self._study.visits.values():
            if (form, visit.name) in self._study.expectations:
                keys.append(FormKey(form, visit.name, int(visit.repeats)))

        return tuple(keys)


def _rows(group: Group, today: date) -> Iterator[Row]:
    if group.rows and group.rows.fixed:
        rows = list(fixed_rows(group))
    else:
        rows = [Row(number=number, texts={}) for number in range(1, EXAMPLE_ROWS + 1)]

    answers = _answers(group.fields, today)
    for row in rows:
        # What the dictionary lays down stays as it is.
        yield Row(number=row.number, texts={**answers, **row.texts})


def _answers(fields: Iterable[Field], today: date) -> Mapping[str, str]:
    answers: dict[str, str] = {}
    for field in fields:
        is_asked = field.collected and field.value is None
        text = example(field, today) if is_asked else ""
        if text:
            answers[field.name] = text

    return answers


def example(field: Field, today: date) -> str:
    """The first candidate, or else sample of the field type, that the field's own
    grammar takes; blank when it takes none of them.
    """
    candidates = CANDIDATES[field.kind.name](field, today)
    samples = (sample.text for sample in field.type.accepts)
    for text in chain(candidates, samples):
        if not isinstance(field.kind.parse(text, field), Refusal):
            return text

    return ""


def _texts(field: Field, _today: date) -> Iterator[str]:
    yield "Example"
    yield from ("Ex", "E", "A1", "01", "1", "01-001")
    yield "A" * (field.min_length or 1)
    yield "1" * (field.min_length or 1)


def _numbers(field: Field, _today: date) -> Iterator[str]:
    # What is expected looks more like an answer than what is possible.
    for limits in chain(
        field.expected.values(), field.alert.values(), field.ranges.values()
    ):
        yield from _within(limits, field.places or 0)

    yield "1"


def _within(limits: Range, places: int) -> Iterator[str]:
    """Numbers in the middle of a range; its only end where the other is open."""
    low, high = _number(limits.low), _number(limits.high)
    if low is not None and high is not None:
        middle = (low + high) / 2
        step = Decimal(1).scaleb(-min(places, 1))
        yield f"{middle.quantize(step):f}"
        yield f"{int(middle)}"
        return

    end = low if high is None else high
    if end is not None:
        yield f"{end:f}"


def _number(end: Expression | None) -> Decimal | None:
    """The end of a range; None where it is open, a parameter or another field."""
    if end is None:
        return None
    try:
        return Decimal(end.text)
    except InvalidOperation:
        return None


def _codes(field: Field, _today: date) -> Iterator[str]:
    if field.codelist:
        yield from (code.code for code in field.codelist.codes)


CANDIDATES: Mapping[str, Callable[[Field, date], Iterable[str]]] = MappingProxyType(
    {
        "text": _texts,
        "integer": _numbers,
        "decimal": _numbers,
        "bounded": _numbers,
        "boolean": lambda _field, _today: ("true",),
        "date": lambda _field, today: ((today - timedelta(days=7)).isoformat(),),
        "partial_date": lambda _field, today: (
            (today - timedelta(days=400)).isoformat()[:7],
        ),
        "time": lambda _field, _today: ("09:30", "09:30:00"),
        "datetime": lambda _field, today: (f"{today}T09:30", f"{today}T09:30:00"),
        "duration": lambda _field, _today: ("P3DT4H",),
        "choice": _codes,
        "choices": _codes,
        "file": lambda _field, _today: (),
    }
)
if CANDIDATES.keys() != {kind.name for kind in KINDS}:
    raise TypeError(
        "the preview's examples and the kinds differ: "
        f"{CANDIDATES.keys() ^ {k.name for k in KINDS}}"
    )
