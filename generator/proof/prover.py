"""All questions about a study, asked and answered; what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.model.study import Study
from generator.proof.answers import EarlierAnswers
from generator.proof.cone_keys import ConeKeys
from generator.proof.encoder import Encoder
from generator.proof.goal_sources import goal_sources
from generator.proof.goals import Goal, Wanted
from generator.proof.outlines import GoalMaker, GoalOutline
from generator.proof.pair_goals import (
    PairQuestion,
    RulePair,
    asked_together,
    rule_pairs,
)
from generator.proof.rule_goals import RuleSpot, rule_spots
from generator.proof.shortest import shortest_record
from generator.proof.solver import NO, UNDECIDED, YES, Clock, Questions
from generator.proof.study_goals import (
    NOBODY,
    criterion_spots,
    due_name,
    passing_goal,
    waiting_pairs,
)
from generator.proof.witness import WitnessRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class ProvedFault:
    """A finding, with the shortest record that shows it where there is one."""

    finding: Finding
    record: WitnessRecord | None = None


@dataclass(kw_only=True, slots=True)
class StudyProof:
    """What was found, and how much was asked: of all ``questions`` those whose answer
    was not known from an earlier run.

    ``answers`` says of each question whether there is a record for it. ``unconfirmed``
    counts the records of the solver that the evaluator judged otherwise.
    """

    faults: list[ProvedFault] = field(default_factory=list)
    questions: int = 0
    asked: int = 0
    unconfirmed: int = 0
    answers: dict[str, str] = field(default_factory=dict)

    @property
    def findings(self) -> list[Finding]:
        return [fault.finding for fault in self.faults]

    @property
    def undecided(self) -> list[str]:
        """The names of the questions that took too long."""
        return [name for name, item in self.answers.items() if item == UNDECIDED]


def prove(
    study: Study,
    *,
    seconds: float | None = None,
    earlier: EarlierAnswers | None = None,
) -> StudyProof:
    """Everything that can be proved of a study.

    ``seconds`` of processor time are spent at most; what is left then is undecided.
    ``earlier`` are the answers of another run, which takes up those of this one.
    """
    return _Prover(study, Clock.of(seconds), earlier or EarlierAnswers()).proof()


class _Prover:
    def __init__(self, study: Study, clock: Clock, earlier: EarlierAnswers) -> None:
        self.study = study
        self.clock = clock
        self.earlier = earlier
        self.keys = ConeKeys(study)
        self.result = StudyProof()
        self.answers = self.result.answers
        self.rules = list(rule_spots(study))
        self.maker = GoalMaker(study, self.keys, earlier)
        self.outlines: dict[str, GoalOutline] = {}
        self.encoders: dict[str, Encoder] = {}
        self.known_keys: dict[str, str] = {}

    def proof(self) -> StudyProof:
        by_form: dict[str, list[GoalOutline]] = {}
        for outline in self.maker.outlines(goal_sources(self.study, self.rules)):
            self.outlines[outline.name] = outline
            by_form.setdefault(outline.form, []).append(outline)

        pair_faults: list[ProvedFault] = []
        for form, own in by_form.items():
            questions = Questions(self.clock)
            self.ask_outlines(form, own, questions)
            pair_faults += self.pairs(form, questions)

        faults = chain(self.faults(), pair_faults, self.visits(), self.waiting())
        self.result.faults += _without_echoes(faults)
        return self.result

    def encoder(self, form: str) -> Encoder:
        if form not in self.encoders:
            self.encoders[form] = Encoder(self.study, form)

        return self.encoders[form]

    def ask_outlines(
        self, form: str, outlines: Iterable[GoalOutline], questions: Questions
    ) -> None:
        """Asks what no earlier run knows the answer to."""
        keys: dict[str, str] = {}
        wanted: dict[str, Wanted] = {}
        for outline in outlines:
            keys[outline.name] = outline.key
            answer = self.earlier.answer(outline.key)
            if answer is None:
                goal = self.maker.goal(outline.name)
                wanted[outline.name] = goal.build(self.encoder(form))
            else:
                self.answers[outline.name] = answer

        self.known_keys |= keys
        self.note(keys, questions.answers(wanted))

    def ask(self, form: str, goals: Iterable[Goal], questions: Questions) -> None:
        """The same of questions that stand for themselves."""
        keys: dict[str, str] = {}
        wanted: dict[str, Wanted] = {}
        for goal in goals:
            keys[goal.name] = self.keys.key(goal)
            answer = self.earlier.answer(keys[goal.name])
            if answer is None:
                wanted[goal.name] = goal.build(self.encoder(form))
            else:
                self.answers[goal.name] = answer

        self.note(keys, questions.answers(wanted))

    def note(self, keys: Mapping[str, str], answers: Mapping[str, str]) -> None:
        """Takes up new answers to the questions that have these keys."""
        for name, answer in answers.items():
            self.answers[name] = answer
            # Another run may have more time, but not more effort for a question.
            if answer != UNDECIDED or not self.clock.is_over:
                self.earlier.keep_answer(keys[name], answer)
        self.result.questions += len(keys)
        self.result.asked += len(answers)

    def faults(self) -> Iterator[ProvedFault]:
        for name, outline in self.outlines.items():
            if not outline.fault or self.answers[name] != outline.fault:
                continue
            goal = self.maker.goal(name)
            if not self.is_own(goal):
                continue

            shown = self.maker.shown_by(goal)
            record = self.record(shown) if shown is not None else None
            # A record that the evaluator does not confirm shows nothing.
            if goal.fear and record is None:
                continue
            words = dict(goal.words)
            if goal.code == NOBODY:
                words["names"] = " and ".join(self.excluding())
            yield ProvedFault(
                finding=finding(goal.code, text=goal.place, value=goal.value, **words),
                record=record,
            )

    def is_own(self, goal: Goal) -> bool:
        """A fault of its own: not one that follows from what a cause says already."""
        return all(self.answers.get(cause, YES) == YES for cause in goal.after)

    def excluding(self) -> list[str]:
        """A few criteria that nobody passes together, each of which is needed for it."""
        spots = criterion_spots(self.study)
        questions = Questions(self.clock)
        for spot in tuple(spots):
            others = [item for item in spots if item is not spot]
            goal = passing_goal(self.study, others)
            self.ask(goal.form, (goal,), questions)
            if self.answers.pop(goal.name) == NO:
                spots = others

        return [spot.name.upper() for spot in spots]

    def record(self, goal: Goal) -> WitnessRecord | None:
        """The shortest record for a goal; None where nothing can confirm it."""
        if goal.confirm is None or goal.spot is None or self.clock.is_over:
            return None

        key = self.keys.key(goal)
        is_known, record = self.earlier.record(key)
        if not is_known:
            record = shortest_record(self.encoder(goal.form), goal)
            self.earlier.keep_record(key, record)
        if record is None:
            self.result.unconfirmed += 1
        return record

    def pairs(self, form: str, questions: Questions) -> list[ProvedFault]:
        """Rules of a form that contradict or repeat each other."""
        rules = [item for item in self.rules if item.form == form]
        pairs = list(rule_pairs(rules, self.answers))
        self.ask_pairs(form, pairs, questions)
        return [fault for pair in pairs for fault in self.pair_faults(pair, questions)]

    def ask_pairs(
        self, form: str, pairs: Iterable[RulePair], questions: Questions
    ) -> None:
        """A rule is asked about among all that it is compared with. Most often this
        settles each pair of it.
        """
        keys: dict[str, str] = {}
        unknown: dict[str, list[PairQuestion]] = {}
        for question in chain.from_iterable(pair.questions() for pair in pairs):
            key = keys[question.name] = self.pair_key(question)
            answer = self.earlier.answer(key)
            if answer is None:
                unknown.setdefault(question.alone, []).append(question)
            else:
                self.answers[question.name] = answer

        together = {
            name: asked_together(items, self.encoder(form))
            for name, items in unknown.items()
        }
        among = questions.answers(together, is_glance=True)
        answers: dict[str, str] = {}
        wanted: dict[str, Wanted] = {}
        for name, items in unknown.items():
            for item in items:
                if among[name] == YES:
                    answers[item.name] = YES
                else:
                    wanted[item.name] = asked_together([item], self.encoder(form))

        self.note(keys, answers | questions.answers(wanted))

    def pair_key(self, question: PairQuestion) -> str:
        """The key of a question about two rules, from the keys of each of them."""
        first, other = (
            self.known_keys[f"kept {item.rule.name}"]
            for item in (question.item, question.beside)
        )
        return sha256(f"{question.kind} {first} {other}".encode()).hexdigest()

    def pair_faults(
        self, pair: RulePair, questions: Questions
    ) -> Iterator[ProvedFault]:
        kept_first, kept_other, *broken = (
            self.answers[question.name] for question in pair.questions()
        )
        if NO in (kept_first, kept_other):
            yield from self.contradiction(pair, questions)
        elif NO in broken:
            yield from self.repetition(pair, broken)

    def contradiction(
        self, pair: RulePair, questions: Questions
    ) -> Iterator[ProvedFault]:
        """Two rules that never hold together, though one always comes with the other."""
        goals = list(pair.more_goals())
        self.ask(pair.first.form, goals, questions)
        kept_first, kept_other, together, *alone = (
            self.answers[goal.name] for goal in goals
        )
        excluded = kept_first == kept_other == NO
        # Rules that meet only now and then may well forbid that.
        if excluded and together == YES and NO in alone:
            yield self.of_pair("rules-exclude", pair.first, pair.other, goals[2])

    def repetition(self, pair: RulePair, only: list[str]) -> Iterator[ProvedFault]:
        first, other = pair.first, pair.other
        # A warning from 100 on and an error from 120 on are two rules.
        if first.rule.severity is not other.rule.severity:
            return

        goal = pair.both_broken()
        if only == [NO, NO]:
            yield self.of_pair("rules-repeat", first, other, goal)
        elif only[0] == NO and not first.rule.unknown:
            yield self.of_pair("rule-adds-nothing", other, first, goal)
        elif only[1] == NO and not other.rule.unknown:
            yield self.of_pair("rule-adds-nothing", first, other, goal)

    def of_pair(
        self, code: str, first: RuleSpot, other: RuleSpot, goal: Goal
    ) -> ProvedFault:
        """A finding at the second rule, which names the first."""
        assertion = other.rule.assertion
        words: Mapping[str, str] = {"name": other.rule.name, "other": first.rule.name}
        return ProvedFault(
            finding=finding(
                code,
                text=assertion.place,
                value=assertion.text,
                related=(first.rule.assertion.place,),
                **words,  # type: ignore[arg-type]
            ),
            record=self.record(goal),
        )

    def visits(self) -> Iterator[ProvedFault]:
        """Visits of which no form can ever be due."""
        for visit in self.study.visits.values():
            items = [item for item in self.study.schedule if item.visit == visit.name]
            never = [
                item.when is not None and self.answers.get(due_name(item)) == NO
                for item in items
            ]
            if items and all(never):
                said = finding("visit-cannot-be-due", text=visit.place, name=visit.name)
                yield ProvedFault(finding=said)

    def waiting(self) -> Iterator[ProvedFault]:
        """Forms of which each needs the other first."""
        for first, other in waiting_pairs(self.study):
            names = (
                f"first {first.form} {other.form} {first.visit}",
                f"first {other.form} {first.form} {first.visit}",
            )
            waits = all(self.answers.get(name) == NO for name in names)
            # A form that is never due at all is a finding of its own.
            due = [self.answers.get(due_name(item)) for item in (first, other)]
            if waits and due == [YES, YES]:
                assert first.when is not None
                yield ProvedFault(
                    finding=finding(
                        "forms-wait",
                        text=first.when.place,
                        value=first.when.text,
                        name=first.form,
                        other=other.form,
                        visit=first.visit,
                    )
                )


def _without_echoes(faults: Iterable[ProvedFault]) -> Iterator[ProvedFault]:
    """Each finding of a text once: several fields and forms may share it."""
    seen: set[tuple[TextPlace | None, str]] = set()
    for fault in faults:
        key = (fault.finding.text, fault.finding.code)
        if key not in seen:
            seen.add(key)
            yield fault
