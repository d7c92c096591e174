"""What is asked of each field: whether it is shown, answered, required and computed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from forms_spec.evaluation.form_plan import FieldPlan, plan_of
from forms_spec.model.fields import Form, Group
from forms_spec.model.study import Study
from forms_spec.rules.runtime.compiler import compile_core
from forms_spec.rules.runtime.environment import Frames
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.resolved import Core
from generator.proof.encoder import Encoder
from generator.proof.goals import Confirm, Goal, Spot, Wanted, asked, says
from generator.proof.logic import Bool, conj, neg
from generator.proof.values import Scalar


@dataclass(frozen=True, slots=True)
class FieldSpot:
    """A field at its home."""

    plan: FieldPlan
    spot: Spot

    @property
    def name(self) -> str:
        return f"{self.plan.table}.{self.plan.field.name}"

    @property
    def form(self) -> str:
        return self.spot.home.form.name

    def goal(self, kind: str, condition: Any, **more: Any) -> Goal:
        """A question about the field's cell; ``condition`` is made from the cell."""
        table, name = self.plan.table, self.plan.field.name

        def build(encoder: Encoder) -> Wanted:
            block, cell = self.spot.cell(encoder, table, name)
            return self.spot.wanted(encoder, (block,), condition(cell))

        return Goal(
            name=f"{kind} {self.name}",
            form=self.form,
            asks=f"{kind} {self.name}",
            build=build,
            cells=((table, name),),
            spot=self.spot,
            **{"place": self.plan.field.place, "words": {"name": name}, **more},
        )


def field_spots(study: Study, form: Form) -> Iterator[FieldSpot]:
    """Every field of a form with a value."""
    for plan in plan_of(study, form).fields.values():
        yield FieldSpot(plan, Spot(study, plan.home))


def group_goals(study: Study, form: Form, group: Group) -> Iterator[Goal]:
    """Whether a group with a condition is ever shown."""
    if group.show_when is None:
        return

    spot = Spot(study, Home(form=form))
    condition = spot.core(group.show_when)

    def build(encoder: Encoder) -> Wanted:
        block, shown = spot.truth(encoder, condition)
        return spot.wanted(encoder, (block,), shown.yes)

    yield Goal(
        name=f"group {form.name}.{group.name}",
        form=form.name,
        asks=asked("shown", condition),
        build=build,
        reads=(condition,),
        code="group-cannot-show",
        place=group.show_when.place,
        value=group.show_when.text,
        words={"name": group.title or group.name},
    )


def field_goals(item: FieldSpot) -> Iterator[Goal]:
    """Whether a field can be shown and answered, and where it has to be."""
    plan = item.plan
    after: tuple[str, ...] = ()
    group = _group_of(item)
    if group is not None and group.show_when is not None:
        after = (f"group {item.form}.{group.name}",)

    own = plan.field.show_when
    if own is not None:
        yield item.goal(
            "shown",
            lambda cell: cell.shown.yes,
            code="field-cannot-show",
            place=own.place,
            value=own.text,
            after=after,
        )
        after = (*after, f"shown {item.name}")

    if plan.value is None:
        yield _answered(item, after)

    yield from _required(item, after)


def _answered(item: FieldSpot, after: tuple[str, ...]) -> Goal:
    """Whether there is an answer once the ends of the range are known."""
    limits = item.plan.field.ranges.get(None)
    ends = () if limits is None else (limits.low, limits.high)
    cores = [item.spot.core(end, item.plan.type) for end in ends if end is not None]

    def build(encoder: Encoder) -> Wanted:
        block, cell = item.spot.cell(encoder, item.plan.table, item.plan.field.name)
        blocks, conditions = [block], [cell.shown.yes, cell.given]
        for core in cores:
            end_block, end = item.spot.value(encoder, core)
            blocks.append(end_block)
            conditions.append(end.known)

        return item.spot.wanted(encoder, blocks, *conditions)

    goal = item.goal("answered", None, code="answer-impossible", after=after)
    return replace(goal, build=build)


def _group_of(item: FieldSpot) -> Group | None:
    groups = item.spot.home.form.groups
    return next((g for g in groups if g.name == item.plan.field.group), None)


def _required(item: FieldSpot, after: tuple[str, ...]) -> Iterator[Goal]:
    """Whether the condition of an obligation is ever TRUE, and where it is shown."""
    required = item.plan.field.required
    if isinstance(required, bool) or item.plan.value is not None:
        return

    condition = item.spot.core(required)
    more = {"place": required.place, "value": required.text, "reads": (condition,)}

    def build(asked_for: Any) -> Any:
        def wanted(encoder: Encoder) -> Wanted:
            block, truth = item.spot.truth(encoder, condition)
            table, name = item.plan.table, item.plan.field.name
            cell_block, cell = item.spot.cell(encoder, table, name)
            blocks = (block, cell_block)
            return item.spot.wanted(encoder, blocks, asked_for(cell, truth))

        return wanted

    kinds: tuple[tuple[str, str, Any, tuple[str, ...], str], ...] = (
        (
            "required",
            "field-cannot-be-required",
            lambda _cell, truth: truth.yes,
            after,
            "",
        ),
        ("hidden", "", lambda cell, truth: conj((truth.yes, cell.shown.no)), (), ""),
        (
            "demanded",
            "required-where-never-shown",
            lambda cell, truth: conj((truth.yes, cell.shown.yes)),
            (*after, f"required {item.name}"),
            f"hidden {item.name}",
        ),
    )
    for kind, code, asked_for, causes, shows in kinds:
        goal = item.goal(
            kind,
            None,
            code=code,
            after=causes,
            shows=shows,
            confirm=_is_hidden(item, condition) if kind == "hidden" else None,
            shown_only=kind == "hidden",
            **more,
        )
        yield _with_build(goal, build(asked_for), asked(kind, condition))


def _is_hidden(item: FieldSpot, required: Core) -> Confirm:
    """Asks the evaluator whether a field has to be answered where it is hidden."""
    is_required = says(required, True)
    plan = item.plan

    def confirm(frames: Frames) -> bool:
        hidden = any(condition(frames) is False for condition in plan.shown)
        return hidden and is_required(frames)

    return confirm


def _with_build(goal: Goal, build: Any, asks: str) -> Goal:
    return replace(goal, build=build, asks=f"{goal.name} {asks}")


def formula_goals(item: FieldSpot) -> Iterator[Goal]:
    """Whether a formula ever gives a value, within the range, and every code."""
    value = item.plan.field.value
    # What belongs to a comparator has a formula of the program's own making.
    if value is None or item.plan.field.part_of is not None:
        return

    core = item.spot.core(value, item.plan.type)
    more = {"place": value.place, "value": value.text, "reads": (core,)}

    def goal(kind: str, condition: Any, **extra: Any) -> Goal:
        def build(encoder: Encoder) -> Wanted:
            block, result = item.spot.value(encoder, core)
            return item.spot.wanted(encoder, (block,), condition(encoder, result))

        base = item.goal(kind, None, **{**more, **extra})
        return _with_build(base, build, asked(kind, core))

    known = f"known {item.name}"
    yield goal(
        "known",
        lambda _encoder, result: result.known,
        code="result-never-known",
        confirm=lambda frames: compile_core(core)(frames) is not None,
    )
    yield item.goal(
        "fits",
        lambda cell: cell.seen.known,
        code="result-never-fits",
        after=(known, f"shown {item.name}"),
        shows=known,
        **more,
    )
    if item.plan.field.kind.name == "choice":
        yield from _codes(item, goal, core)


def _codes(item: FieldSpot, goal: Any, core: Core) -> Iterator[Goal]:
    codes = item.plan.field.codelist.by_code if item.plan.field.codelist else {}

    def gives(code: str) -> Any:
        def condition(encoder: Encoder, result: Scalar) -> Bool:
            same = result.value == encoder.world.text(code)
            return conj((result.known, same))

        return condition

    def strange(encoder: Encoder, result: Scalar) -> Bool:
        return conj((result.known, neg(encoder.world.among(result.value, codes))))

    # A list that several fields share may hold more than each of them needs.
    is_own = item.plan.field.codelist is not None and (
        item.plan.field.codelist.name == item.name
    )
    for code in codes if is_own else ():
        yield goal(
            f"code {code}",
            gives(code),
            code="code-cannot-result",
            words={"name": item.plan.field.name, "given": code},
            after=(f"known {item.name}",),
        )

    yield goal(
        "strange",
        strange,
        code="result-leaves-codes",
        fear=True,
        about=item.plan.field.name,
        confirm=lambda frames: compile_core(core)(frames) not in (None, *codes),
    )
