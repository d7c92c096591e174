"""Texts that a field takes, drawn within its limits as they are at that moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain
from random import Random
from types import MappingProxyType

from forms_spec.evaluation.form_plan import CompiledRange, FieldPlan
from forms_spec.evaluation.range_checks import chosen_unit
from forms_spec.kinds import KINDS, Refusal
from forms_spec.kinds.choices import SEPARATOR
from forms_spec.model.fields import Field
from forms_spec.rule_syntax.limits import SCALE
from forms_spec.rules.runtime.environment import Frames
from generator.synthesis.draw_pattern import text_of_pattern

MINUTE, DAY_MINUTES = 60, 24 * 60
OPENS, CLOSES = 8 * 60, 17 * 60
"""The hours of a clinic, in minutes: a time without limits is among them."""
YEARS_BACK = (1, 2, 3, 5, 8, 12, 20, 30, 40, 48, 55, 62, 70, 80)
DAYS_APART = (1, 2, 3, 7, 14, 30, 90, 180)
SAMPLES = 6
WORDS = (
    "As planned",
    "Seen by the nurse",
    "Reported by phone",
    "Noted at the visit",
    "See source",
    "Usual care",
    "Other",
    "None",
    "A1",
    "1",
)
WHOLE_YEAR = 365


@dataclass(frozen=True, slots=True)
class StepRange:
    """What a field may be, in its own steps; None where an end is open."""

    low: int | None
    high: int | None

    @property
    def is_empty(self) -> bool:
        return self.low is not None and self.high is not None and self.low > self.high

    def clamped(self, number: int) -> int:
        """The nearest number of the span."""
        if self.low is not None and number < self.low:
            return self.low
        if self.high is not None and number > self.high:
            return self.high

        return number

    def has(self, number: int) -> bool:
        return self.clamped(number) == number

    def over(self, width: int) -> tuple[int, int]:
        """Two ends; an open one lies so far from the other."""
        low, high = self.low, self.high
        if low is None:
            low = 0 if high is None or high >= 0 else high - width
        if high is None:
            high = low + width

        return low, max(low, high)


ANYTHING = StepRange(None, None)


def step_of(field: Field) -> int:
    """The distance of two neighbouring values, as rules compute with them."""
    match field.kind.name:
        case "integer":
            return SCALE
        case "decimal" | "bounded":
            places = 1 if field.places is None else field.places
            return int(SCALE // 10**places)
        case "time" | "datetime":
            return 1 if field.seconds else MINUTE

    return 1


def span_of(plan: FieldPlan, frames: Frames) -> StepRange:
    """What is possible and expected of a field; what is possible alone, where the two
    have nothing in common.
    """
    whole = ANYTHING
    for word, span in spans_of(plan, frames):
        narrower = _within(whole, span)
        if narrower.is_empty and word != "range":
            continue

        whole = narrower

    return whole


def spans_of(plan: FieldPlan, frames: Frames) -> Iterator[tuple[str, StepRange]]:
    """What a field is held against, in the unit that was chosen."""
    unit = chosen_unit(plan.field, frames)
    for word, limits in plan.limits:
        if unit in limits:
            yield word, _span(limits[unit], plan.field, frames)


def _span(limits: CompiledRange, field: Field, frames: Frames) -> StepRange:
    step = step_of(field)
    low = _end(limits.low, frames, 1)
    high = _end(limits.high, frames, 0)
    # An end that is open excludes its own number.
    if low is not None:
        low = low // step + 1 if limits.low_open else -(-low // step)
    if high is not None:
        high = -(-high // step) - 1 if limits.high_open else high // step

    return StepRange(low, high)


def _end(
    end: Callable[[Frames], object] | None, frames: Frames, side: int
) -> int | None:
    """An end as a number; of one that is itself an interval, the side that is safe."""
    value = None if end is None else end(frames)
    if isinstance(value, tuple) and len(value) == 2:
        value = value[side]
    if isinstance(value, bool) or not isinstance(value, int):
        return None

    return value


def _within(span: StepRange, other: StepRange) -> StepRange:
    lows = [low for low in (span.low, other.low) if low is not None]
    highs = [high for high in (span.high, other.high) if high is not None]
    return StepRange(max(lows, default=None), min(highs, default=None))


class TextDraw:
    """Draws answers. ``random`` decides, and nothing else: the same numbers give the
    same texts.
    """

    def __init__(self, random: Random) -> None:
        self.random = random

    def usual(self, plan: FieldPlan, frames: Frames, day: date) -> str:
        """An answer as it is given on a day; blank where none can be drawn."""
        field = plan.field
        span = span_of(plan, frames)
        samples = (sample.text for sample in field.type.accepts)
        texts = chain(USUAL[field.kind.name](self, field, span, day), samples)
        closed = not_offered(plan, frames)

        return next((text for text in texts if takes(field, text, closed)), "")

    def options(self, plan: FieldPlan, frames: Frames, day: date) -> list[str]:
        """Answers that differ as much as the field lets them, then the reasons for
        having none.
        """
        field = plan.field
        span = span_of(plan, frames)
        texts = [*OPTIONS[field.kind.name](self, field, span, day)]
        texts += [sample.text for sample in field.type.accepts]
        closed = not_offered(plan, frames)
        answers = [text for text in dict.fromkeys(texts) if takes(field, text, closed)]
        reasons = [code for code, for_drafts in plan.missing.items() if not for_drafts]

        return [*answers, *reasons]

    def number(self, span: StepRange, width: int) -> int:
        low, high = span.over(width)
        return self.random.randint(low, high)

    def numbers(self, field: Field, span: StepRange, _day: date) -> Iterator[str]:
        # Without limits, answers lie between 0 and 10.
        width = 10 * SCALE // step_of(field)
        for _ in range(3):
            yield written(field, self.number(span, width))

    def many_numbers(self, field: Field, span: StepRange, _day: date) -> Iterator[str]:
        width = 10 * SCALE // step_of(field)
        low, high = span.over(width)
        for number in (low, high, (low + high) // 2):
            yield written(field, number)

        for _ in range(SAMPLES):
            yield written(field, self.number(span, width))

    def days(self, field: Field, span: StepRange, day: date) -> Iterator[str]:
        yield written(field, span.clamped(day.toordinal()))

    def many_days(self, field: Field, span: StepRange, day: date) -> Iterator[str]:
        here = day.toordinal()
        apart = [*DAYS_APART, *(years * WHOLE_YEAR for years in YEARS_BACK)]
        days = [here, span.low, span.high]
        days += [here - distance for distance in apart]
        days += [here + distance for distance in DAYS_APART]
        for number in days:
            if number is not None and span.has(number) and number > WHOLE_YEAR:
                yield written(field, number)

    def times(self, field: Field, span: StepRange, _day: date) -> Iterator[str]:
        per_minute = MINUTE // step_of(field)
        clinic = StepRange(OPENS * per_minute, CLOSES * per_minute)
        within = _within(span, clinic)
        # An end that follows its beginning follows it soon.
        if span.low is not None:
            soon = StepRange(span.low, span.low + 60 * per_minute)
            within = _within(span, soon)

        yield written(field, self.number(span if within.is_empty else within, 60))

    def many_times(self, field: Field, span: StepRange, day: date) -> Iterator[str]:
        for end in (span.low, span.high):
            if end is not None:
                yield written(field, end)

        for _ in range(SAMPLES):
            yield from self.times(field, span, day)

        day_long = StepRange(0, (DAY_MINUTES - 1) * (MINUTE // step_of(field)))
        for _ in range(SAMPLES):
            yield written(field, self.number(_within(span, day_long), 60))

    def moments(self, field: Field, span: StepRange, day: date) -> Iterator[str]:
        per_minute = MINUTE // step_of(field)
        minute = day.toordinal() * DAY_MINUTES + self.random.randint(OPENS, CLOSES)
        yield written(field, span.clamped(minute * per_minute))

    def codes(self, field: Field, _span: StepRange, _day: date) -> Iterator[str]:
        codes = [code.code for code in field.offered]
        if codes:
            yield self.random.choice(codes)

        # The one that was drawn may not be offered now.
        yield from codes

    def all_codes(self, field: Field, _span: StepRange, _day: date) -> Iterator[str]:
        codes = [code.code for code in field.offered]
        self.random.shuffle(codes)
        yield from codes

    def some_codes(self, field: Field, _span: StepRange, _day: date) -> Iterator[str]:
        codes = [code.code for code in field.offered]
        for _ in range(3):
            count = self.random.randint(1, min(3, len(codes)))
            chosen = frozenset(self.random.sample(codes, count))
            yield SEPARATOR.join(code for code in codes if code in chosen)

        yield from codes

    def many_choices(self, field: Field, span: StepRange, day: date) -> Iterator[str]:
        codes = [code.code for code in field.offered]
        yield SEPARATOR.join(codes)
        yield from codes
        for number, code in enumerate(codes):
            for other in codes[number + 1 :]:
                yield SEPARATOR.join((code, other))

        yield from self.some_codes(field, span, day)

    def ticks(self, _field: Field, _span: StepRange, _day: date) -> Iterator[str]:
        yield self.random.choice(("true", "false"))
        yield "true"

    def texts(self, field: Field, _span: StepRange, _day: date) -> Iterator[str]:
        if field.pattern is not None:
            for _ in range(3):
                yield text_of_pattern(field.pattern.expression, self.random)

        yield self.random.choice(WORDS)
        yield from WORDS
        yield "A" * (field.min_length or 1)
        yield "1" * (field.min_length or 1)

    def lengths_of_time(
        self, _field: Field, _span: StepRange, _day: date
    ) -> Iterator[str]:
        yield f"P{self.random.randint(1, 9)}D"
        yield "P3DT4H"


def not_offered(plan: FieldPlan, frames: Frames) -> frozenset[str]:
    """The codes that the other answers leave out."""
    return frozenset(
        code for code, condition in plan.offered if condition(frames) is False
    )


def takes(field: Field, text: str, closed: frozenset[str] = frozenset()) -> bool:
    """Whether a text is an answer of a field, with none of the ``closed`` codes."""
    if not text or not closed.isdisjoint(text.split(SEPARATOR)):
        return False

    return not isinstance(field.kind.parse(text, field), Refusal)


def written(field: Field, number: int) -> str:
    """The text of a number of steps."""
    match field.kind.name:
        case "integer":
            return str(number)
        case "decimal" | "bounded":
            places = 1 if field.places is None else field.places
            return f"{Decimal(number).scaleb(-places):f}"
        case "time":
            return _clock(number * step_of(field), field)
        case "datetime":
            day, seconds = divmod(number * step_of(field), DAY_MINUTES * MINUTE)
            return f"{_day(day)}T{_clock(seconds, field)}"

    return _day(number)


def _day(number: int) -> str:
    """A day of the calendar; the nearest one where it ends."""
    return date.fromordinal(min(max(number, 1), date.max.toordinal())).isoformat()


def _clock(seconds: int, field: Field) -> str:
    minutes, second = divmod(seconds, MINUTE)
    clock = f"{minutes // 60:02}:{minutes % 60:02}"
    return f"{clock}:{second:02}" if field.seconds else clock


def nothing(
    _draw: TextDraw, _field: Field, _span: StepRange, _day: date
) -> Iterable[str]:
    """An uploaded file cannot be drawn."""
    return ()


Drawing = Callable[[TextDraw, Field, StepRange, date], Iterable[str]]
USUAL: Mapping[str, Drawing] = MappingProxyType(
    {
        "text": TextDraw.texts,
        "integer": TextDraw.numbers,
        "decimal": TextDraw.numbers,
        "bounded": TextDraw.numbers,
        "boolean": TextDraw.ticks,
        "date": TextDraw.days,
        "partial_date": TextDraw.days,
        "time": TextDraw.times,
        "datetime": TextDraw.moments,
        "duration": TextDraw.lengths_of_time,
        "choice": TextDraw.codes,
        "choices": TextDraw.some_codes,
        "file": nothing,
    }
)
OPTIONS: Mapping[str, Drawing] = MappingProxyType(
    {
        **USUAL,
        "integer": TextDraw.many_numbers,
        "decimal": TextDraw.many_numbers,
        "bounded": TextDraw.many_numbers,
        "boolean": lambda *_: ("true", "false"),
        "date": TextDraw.many_days,
        "partial_date": TextDraw.many_days,
        "time": TextDraw.many_times,
        "choice": TextDraw.all_codes,
        "choices": TextDraw.many_choices,
    }
)
if USUAL.keys() != {kind.name for kind in KINDS}:
    raise TypeError(
        f"the drawn texts and the kinds differ: {USUAL.keys() ^ {k.name for k in KINDS}}"
    )
