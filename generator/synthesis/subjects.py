"""Many synthetic subjects: a few are searched for, and the others vary them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from random import Random
from zoneinfo import ZoneInfo

from forms_spec.findings.finding import Finding
from forms_spec.model.captured_forms import CapturedForm, FormStatus
from forms_spec.model.study import Study
from generator.synthesis.casebook import State
from generator.synthesis.distinct_answers import DistinctAnswers, NothingLeft
from generator.synthesis.draw_form import calculated_texts
from generator.synthesis.faults import SeededFault, Seeder
from generator.synthesis.subject import SubjectBuilder
from generator.synthesis.variation import varied

DATA_CUT = date(2025, 12, 31)
"""The day of the data where nobody says another: never today, or equal seeds would give
other bytes tomorrow.
"""
SUBJECTS_OF_A_FAMILY, MOST_FAMILIES = 1000, 1
SUBJECTS_TRIED = 20
"""So many subjects are looked at for a place of a fault."""
TRIES = (1500, 1500, 1500, 3000, 3000, 6000, None)
"""The search begins so often, each time after so many casebooks with findings. A bad
beginning costs more than a new one.
"""
SAVED_BY = "synthetic"


class NoSuchSubject(Exception):
    """No valid subject, or no place for a fault, could be found; ``findings`` stand."""

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


@dataclass(frozen=True, kw_only=True, slots=True)
class SyntheticSubject:
    """A subject's forms, as they are exported, and the fault that was seeded in them."""

    site: str
    subject: str
    forms: tuple[CapturedForm, ...]
    fault: SeededFault | None


def subject_numbers(study: Study, count: int) -> list[tuple[str, str]]:
    """Sites and numbers of subjects like the study's example. Raises NoSuchSubject."""
    example = study.subject_example
    digits = re.search(r"\d+$", example)
    site = next((code for code in study.sites if example.startswith(code)), "")
    width = len(digits[0]) if digits else 0
    if not width or count > 10**width:
        raise NoSuchSubject(
            f"{count:,} numbers like {example} cannot be told apart. Ask for fewer."
        )

    stem = example[:-width]
    # The number that is all zeros comes last: most studies begin with 1.
    numbers = [f"{stem}{number % 10**width:0{width}}" for number in range(1, count + 1)]
    # A study need not name its sites.
    first = site or next(iter(study.sites), "")
    return [(first, number) for number in sorted(numbers)]


class Synthesis:
    """Synthetic subjects of a study. The same seed gives the same subjects."""

    def __init__(self, study: Study, *, seed: int, data_cut: date = DATA_CUT) -> None:
        self.study = study
        self.seed = seed
        self.data_cut = data_cut
        self.distinct = DistinctAnswers(study, Random(f"{seed} distinct"))

    def subjects(
        self, count: int, faults: Sequence[str] = ()
    ) -> Iterator[SyntheticSubject]:
        """So many subjects in the order of their numbers. Raises NoSuchSubject.

        With ``faults`` each has one of them, by turns.
        """
        numbers = subject_numbers(self.study, count)
        self.distinct = DistinctAnswers(self.study, Random(f"{self.seed} distinct"))
        families = min(MOST_FAMILIES, -(-count // SUBJECTS_OF_A_FAMILY))
        builders = [self._builder(number) for number in range(families)]
        states: list[State | None] = [None] * families

        for index, (site, subject) in enumerate(numbers):
            family = index % families
            builder, state = builders[family], states[family]
            if state is None:
                builder, state = self.founder(family)
                builders[family] = builder
            else:
                state = varied(builder.mover, state, builder.random)

            states[family] = state
            fault = faults[index % len(faults)] if faults else None
            yield self._subject(builder, state, site, subject, fault)

    def _builder(
        self, family: int, attempt: int = 0, most: int | None = None
    ) -> SubjectBuilder:
        return SubjectBuilder(
            study=self.study,
            subject=self.study.subject_example,
            today=self.data_cut,
            random=Random(f"{self.seed} {family} {attempt}"),
            most=most,
        )

    def founder(self, family: int = 0) -> tuple[SubjectBuilder, State]:
        """The first valid subject of a family."""
        findings: Sequence[Finding] = ()
        for attempt, most in enumerate(TRIES):
            builder = self._builder(family, attempt, most)
            state = builder.built()
            if not state.findings:
                return builder, state

            findings = state.findings

        raise NoSuchSubject(
            "No valid subject could be found. These findings stayed:", findings
        )

    def _subject(
        self,
        builder: SubjectBuilder,
        state: State,
        site: str,
        subject: str,
        fault: str | None,
    ) -> SyntheticSubject:
        seeded = None
        if fault is not None:
            state, seeded = self.seeded(builder, state, subject, fault)

        return SyntheticSubject(
            site=site,
            subject=subject,
            forms=tuple(self._forms(builder, state, site, subject)),
            fault=seeded,
        )

    def seeded(
        self, builder: SubjectBuilder, state: State, subject: str, fault: str
    ) -> tuple[State, SeededFault]:
        """The subject, or one like it, with a fault that a single change causes."""
        seeder = Seeder(self.study, builder.mover)
        for _ in range(SUBJECTS_TRIED):
            result = seeder.seeded(state, fault, subject)
            if result is not None:
                return result

            state = varied(builder.mover, state, builder.random)

        raise NoSuchSubject(
            f"No single change gives subject {subject} the fault {fault} alone."
        )

    def _forms(
        self, builder: SubjectBuilder, state: State, site: str, subject: str
    ) -> Iterator[CapturedForm]:
        evaluated = builder.evaluator.evaluated(state.records)
        try:
            records = self.distinct.records(
                evaluated, state.records, (site, subject), self.data_cut
            )
        except NothingLeft as error:
            raise NoSuchSubject(
                f"Subject {subject} has no answer left for {error}, which is unique. "
                "Ask for fewer subjects."
            ) from error

        if records != state.records:
            evaluated = builder.evaluator.evaluated(records)
        zone = ZoneInfo(self.study.timezone)
        saved_at = datetime.combine(self.data_cut, time(12), zone)

        for key in state.records:
            captured = evaluated.form(key)
            assert captured is not None
            yield CapturedForm(
                site=site,
                subject=subject,
                key=key,
                status=FormStatus.COMPLETE,
                version=1,
                record=calculated_texts(captured),
                saved_by=SAVED_BY,
                saved_at=saved_at,
            )
