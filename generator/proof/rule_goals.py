"""What is asked of each edit check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.study import Study
from forms_spec.rules.runtime.compiler import compile_core
from forms_spec.rules.runtime.environment import Frames
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.resolved import Core
from generator.proof.encoder import Encoder
from generator.proof.goals import Confirm, Goal, Spot, Wanted, asked, says
from generator.proof.logic import TRUE, Bool, ThreeValued, conj


@dataclass(frozen=True, slots=True)
class RuleSpot:
    """An edit check at its home, with what it means."""

    rule: EditCheck
    spot: Spot
    when: Core | None
    assertion: Core

    @property
    def reads(self) -> tuple[Core, ...]:
        return (self.assertion,) if self.when is None else (self.when, self.assertion)

    @property
    def form(self) -> str:
        return self.spot.home.form.name

    @property
    def asked(self) -> str:
        """The rule's meaning as a text."""
        return f"{self.spot.row_table} {asked('rule', *self.reads)}"

    def terms(self, encoder: Encoder) -> tuple[Wanted, ThreeValued, ThreeValued]:
        """What the rule stands on, when it applies and what it asserts."""
        block, holds = self.spot.truth(encoder, self.assertion)
        blocks, applies = [block], TRUE
        if self.when is not None:
            condition_block, applies = self.spot.truth(encoder, self.when)
            blocks.append(condition_block)

        return self.spot.wanted(encoder, blocks, applies.yes), applies, holds

    def confirmed(self, kind: str) -> Confirm:
        """Asks the evaluator whether the rule applies, and is broken or kept."""
        applies = says(self.when, True) if self.when is not None else None
        assertion = self.assertion

        def confirm(frames: Frames) -> bool:
            is_applied = applies is None or applies(frames)
            return is_applied and _CONFIRMED[kind](compile_core(assertion)(frames))

        return confirm

    def goal(self, kind: str, **more: object) -> Goal:
        """A question about the rule alone."""

        def build(encoder: Encoder) -> Wanted:
            wanted, _, holds = self.terms(encoder)
            condition: Bool = conj((wanted.condition, _ASKED[kind](holds)))
            return Wanted(blocks=wanted.blocks, condition=condition)

        return Goal(
            name=f"{kind} {self.rule.name}",
            form=self.form,
            asks=f"{kind} {self.asked}",
            build=build,
            reads=self.reads,
            spot=self.spot,
            confirm=self.confirmed(kind),
            **more,  # type: ignore[arg-type]
        )


_ASKED: Mapping[str, Callable[[ThreeValued], Bool]] = {
    "applies": lambda _holds: True,
    "broken": lambda holds: holds.no,
    "kept": lambda holds: holds.yes,
}
_CONFIRMED: Mapping[str, Callable[[object], bool]] = {
    "applies": lambda _holds: True,
    "broken": lambda holds: holds is False,
    "kept": lambda holds: holds is True,
}


def rule_spots(study: Study) -> Iterator[RuleSpot]:
    """Every edit check of a study."""
    for rule in study.rules.values():
        table = study.tables[rule.on[0][0]]
        spot = Spot(study, Home(form=table.form, group=table.group))
        when = spot.core(rule.when) if rule.when is not None else None
        yield RuleSpot(rule, spot, when, spot.core(rule.assertion))


def rule_goals(item: RuleSpot) -> Iterator[Goal]:
    """Whether a rule ever applies, can be broken and can be kept."""
    rule, name = item.rule, item.rule.name
    if rule.is_of_codes:
        yield from _offer_goals(item)
        return

    words = {"name": name}
    after: tuple[str, ...] = ()
    if rule.when is not None:
        after = (f"applies {name}",)
        yield item.goal(
            "applies",
            code="rule-cannot-apply",
            place=rule.when.place,
            value=rule.when.text,
            words=words,
        )

    yield item.goal(
        "broken",
        # A rule whose ``assert`` is never FALSE may be there for its UNKNOWN.
        code="" if rule.unknown else "rule-cannot-break",
        place=rule.assertion.place,
        value=rule.assertion.text,
        words=words,
        after=after,
    )
    yield item.goal(
        "kept",
        code="rule-cannot-hold",
        place=rule.assertion.place,
        value=rule.assertion.text,
        words=words,
        after=(*after, f"broken {name}"),
        shows=f"broken {name}",
    )


def _offer_goals(item: RuleSpot) -> Iterator[Goal]:
    """Whether answers that have a condition are ever offered, and ever left out."""
    rule, name = item.rule, item.rule.name
    table, field = rule.on[0]
    words = {"name": field}
    place, value = rule.assertion.place, rule.assertion.text
    shown = f"shown {table}.{field}"
    yield item.goal("applies")
    yield item.goal(
        "broken",
        code="condition-cannot-be-false",
        place=place,
        value=value,
        after=(f"applies {name}", f"kept {name}", shown),
    )
    yield item.goal(
        "kept",
        code="answer-never-offered",
        place=place,
        value=value,
        words=words,
        after=(f"applies {name}", shown),
    )
