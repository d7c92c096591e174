"""What a change of the dictionary does to captured data: the kinds, and their sum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import NamedTuple

from forms_spec.model.captured_data import FormKey
from generator.comparison.change import Effect


class EffectKind(Enum):
    """What happens to captured data: in words of one, of several, and how grave it is.
    The gravest come first.
    """

    OF_THE_PAST = (
        "form is not scheduled any more",
        "forms are not scheduled any more",
        2,
    )
    NOT_SHOWN = ("answer is no longer shown", "answers are no longer shown", 2)
    COMPUTED = ("computed answer changes", "computed answers change", 2)
    NEW_ERROR = ("new error", "new errors", 2)
    INCOMPLETE = (
        "complete form becomes incomplete",
        "complete forms become incomplete",
        2,
    )
    OLD_NUMBER = ("subject number does not fit", "subject numbers do not fit", 2)
    SITE_GONE = (
        "subject is of a site that is gone",
        "subjects are of sites that are gone",
        2,
    )
    NEW_QUERY = ("new query", "new queries", 1)
    NEW_WARNING = ("new warning", "new warnings", 1)
    READ_OTHERWISE = ("answer is read otherwise", "answers are read otherwise", 1)
    LACKING = ("form is due at a past visit", "forms are due at past visits", 1)
    STATUS = ("subject gets another status", "subjects get another status", 1)
    ELIGIBILITY = ("criterion comes out otherwise", "criteria come out otherwise", 1)
    LOCKED = (
        "locked or frozen form is touched",
        "locked or frozen forms are touched",
        1,
    )
    SIGNED = ("signed form is touched", "signed forms are touched", 1)
    SHOWN_AGAIN = ("answer is shown again", "answers are shown again", 0)
    AGAIN_SCHEDULED = ("form is scheduled again", "forms are scheduled again", 0)
    NOT_ASKED = ("form is no longer due", "forms are no longer due", 0)
    GONE_FINDING = ("finding goes", "findings go", 0)

    def __init__(self, singular: str, plural: str, effect: int) -> None:
        self.singular = singular
        self.plural = plural
        self.effect = Effect(effect)

    def words(self, count: int) -> str:
        return f"{count:,} {self.singular if count == 1 else self.plural}"


class EffectLine(NamedTuple):
    """What happens where: ``table`` is a form's or a group's name; blank parts count
    all. ``code`` is that of a finding.
    """

    kind: EffectKind
    table: str = ""
    field: str = ""
    code: str = ""


@dataclass(kw_only=True, slots=True)
class EffectTally:
    """How often something happens: ``subjects`` are those that it happens to, in their
    order.
    """

    count: int = 0
    subjects: dict[str, None] = field(default_factory=dict)

    def add(self, subject: str) -> None:
        self.count += 1
        self.subjects[subject] = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SubjectEffect:
    """One thing that happens to one subject, in the form where it does."""

    line: EffectLine
    form: FormKey | None = None


@dataclass(kw_only=True, slots=True)
class DataEffects:
    """What happens to all captured data as of a day. ``answers`` counts by the number of a change
    the answers that it is about.
    """

    today: date
    subjects: int = 0
    forms: int = 0
    lines: dict[EffectLine, EffectTally] = field(default_factory=dict)
    answers: dict[int, EffectTally] = field(default_factory=dict)

    def add(self, line: EffectLine, subject: str) -> None:
        self.lines.setdefault(line, EffectTally()).add(subject)

    def add_answer(self, change: int, subject: str) -> None:
        self.answers.setdefault(change, EffectTally()).add(subject)

    def gravest_first(self) -> Iterator[tuple[EffectLine, EffectTally]]:
        """The lines in the order of the kinds, inside one by table and field."""
        kinds = list(EffectKind)
        for line in sorted(
            self.lines, key=lambda line: (kinds.index(line[0]), line[1:])
        ):
            yield line, self.lines[line]
