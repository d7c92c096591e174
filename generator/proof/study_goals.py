"""What is asked of the schedule, of eligibility and of a subject's statuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from forms_spec.findings.places import TextPlace
from forms_spec.model.criteria import Criterion, Eligibility
from forms_spec.model.study import Study
from forms_spec.model.visits import Scheduled
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.reads import references
from forms_spec.rules.semantics.resolved import Core
from generator.proof.blocks import Constraints
from generator.proof.encoder import Encoder
from generator.proof.goals import Goal, Spot, Wanted, asked
from generator.proof.logic import FALSE, Bool, ThreeValued, conj, disj, neg

NOBODY = "nobody-eligible"


def due_name(item: Scheduled) -> str:
    return f"due {item.form} {item.visit}"


def schedule_goals(study: Study) -> Iterator[Goal]:
    """Whether each form that is asked for under a condition ever is."""
    for item in study.schedule:
        if item.when is None:
            continue

        spot = Spot(study, Home(form=study.forms[item.form]), item.visit)
        core = spot.core(item.when)
        yield Goal(
            name=due_name(item),
            form=item.form,
            asks=f"{item.visit} {asked('due', core)}",
            build=_truth_wanted(spot, core),
            reads=(core,),
            code="form-cannot-be-due",
            place=item.when.place,
            value=item.when.text,
            words={"name": item.form, "visit": item.visit},
        )


def _truth_wanted(spot: Spot, core: Core) -> Callable[[Encoder], Wanted]:
    def build(encoder: Encoder) -> Wanted:
        block, truth = spot.truth(encoder, core)
        return spot.wanted(encoder, (block,), truth.yes)

    return build


def status_goals(study: Study) -> Iterator[Goal]:
    """Whether each status of a subject can be reached."""
    for status in study.statuses:
        spot = Spot(study, Home(form=study.forms[status.form]))
        core = spot.core(status.when)
        yield Goal(
            name=f"status {status.status.value}",
            form=status.form,
            asks=asked("status", core),
            build=_truth_wanted(spot, core),
            reads=(core,),
            code="status-cannot-be-reached",
            place=status.when.place,
            value=status.when.text,
            words={"name": status.status.value},
        )


class CriterionSpot:
    """A criterion of eligibility by its sources."""

    def __init__(self, study: Study, eligibility: Eligibility, item: Criterion) -> None:
        self.item = item
        self.name = item.field.name
        self.form = eligibility.form
        form = study.forms[eligibility.form]
        self.spot = Spot(study, Home(form=form), eligibility.visit)
        self.met = self.spot.core(item.met)
        moot = item.not_applicable
        self.moot = None if moot is None else self.spot.core(moot)

    @property
    def reads(self) -> tuple[Core, ...]:
        return (self.met,) if self.moot is None else (self.met, self.moot)

    def terms(self, encoder: Encoder) -> tuple[list[Constraints], Bool, Bool]:
        """Where the subject surely passes, and where the criterion surely bars it."""
        block, met = self.spot.truth(encoder, self.met)
        blocks, moot = [block], FALSE
        if self.moot is not None:
            moot_block, moot = self.spot.truth(encoder, self.moot)
            blocks.append(moot_block)

        return blocks, self._passes(met, moot), self._bars(met, moot)

    def _passes(self, met: ThreeValued, moot: ThreeValued) -> Bool:
        good = met.yes if self.item.inclusion else met.no
        return disj((moot.yes, good))

    def _bars(self, met: ThreeValued, moot: ThreeValued) -> Bool:
        bad = met.no if self.item.inclusion else met.yes
        return conj((moot.no, bad))


def criterion_spots(study: Study) -> list[CriterionSpot]:
    """Every criterion of eligibility; none in a study without them."""
    eligibility = study.eligibility
    if eligibility is None:
        return []

    return [CriterionSpot(study, eligibility, item) for item in eligibility.criteria]


def eligibility_goals(study: Study) -> Iterator[Goal]:
    """Whether each criterion lets somebody pass and keeps somebody out, and whether all
    together do.
    """
    spots = criterion_spots(study)
    for spot in spots:
        yield from _criterion_goals(spot, spot.form)

    if spots:
        yield passing_goal(study, spots)


def passing_goal(study: Study, spots: Sequence[CriterionSpot]) -> Goal:
    """Whether somebody passes all of some criteria."""
    assert study.eligibility is not None
    reads = tuple(read for spot in spots for read in spot.reads)
    sorts = [spot.item.inclusion for spot in spots]

    def build(encoder: Encoder) -> Wanted:
        blocks: list[Constraints] = []
        conditions = []
        for spot in spots:
            more, passes, _ = spot.terms(encoder)
            blocks += more
            conditions.append(passes)
        return Wanted(blocks=tuple(blocks), condition=conj(conditions))

    return Goal(
        name=f"eligible {' '.join(spot.name for spot in spots)}",
        form=study.eligibility.form,
        asks=f"{sorts} {asked('eligible', *reads)}",
        build=build,
        reads=reads,
        code=NOBODY,
        place=study.eligibility.place,
        after=tuple(f"passes {spot.name}" for spot in spots),
    )


def _criterion_goals(spot: CriterionSpot, form: str) -> Iterator[Goal]:
    name = spot.item.field.name
    place: TextPlace = spot.item.met.place
    for index, (kind, code) in enumerate(
        (("passes", "criterion-bars-everybody"), ("bars", "criterion-bars-nobody"))
    ):

        def build(encoder: Encoder, index: int = index) -> Wanted:
            blocks, *conditions = spot.terms(encoder)
            return Wanted(blocks=tuple(blocks), condition=conditions[index])

        yield Goal(
            name=f"{kind} {name}",
            form=form,
            asks=f"{spot.item.inclusion} {asked(kind, *spot.reads)}",
            build=build,
            reads=spot.reads,
            code=code,
            place=place,
            value=spot.item.met.text,
            words={"name": name.upper()},
        )


def waiting_pairs(study: Study) -> Iterator[tuple[Scheduled, Scheduled]]:
    """Pairs of conditional forms of one visit, of which each may wait for the other."""
    conditional = [item for item in study.schedule if item.when is not None]
    for index, first in enumerate(conditional):
        for other in conditional[index + 1 :]:
            is_circle = _reads(study, first, other.form) and _reads(
                study, other, first.form
            )
            if first.visit == other.visit and is_circle:
                yield first, other


def _reads(study: Study, item: Scheduled, form: str) -> bool:
    """Whether the condition of a form reads another form."""
    assert item.when is not None
    home = Home(form=study.forms[item.form])
    tables = {read.table for read in references(item.when, study, home)}
    forms = {study.tables[table].form.name for table in tables if table}
    return form != item.form and form in forms


def waiting_goals(study: Study) -> Iterator[Goal]:
    """Whether a form can be due while another that is conditional was not begun."""
    for pair in waiting_pairs(study):
        for item, other in (pair, pair[::-1]):
            spot = Spot(study, Home(form=study.forms[item.form]), item.visit)
            assert item.when is not None
            core = spot.core(item.when)

            def build(
                encoder: Encoder,
                spot: Spot = spot,
                core: Core = core,
                other: Scheduled = other,
            ) -> Wanted:
                block, truth = spot.truth(encoder, core)
                home = spot.frames(encoder)[0][0]
                with encoder.world.blocks.writing(Constraints()) as aside:
                    place = encoder.world.visits.meant(other.form, home)
                    there = place is not None and encoder.world.exists(place)
                condition = conj((truth.yes, neg(there)))
                return Wanted(blocks=(block, aside), condition=condition)

            yield Goal(
                name=f"first {item.form} {other.form} {item.visit}",
                form=item.form,
                asks=f"{item.visit} {other.form} {asked('first', core)}",
                build=build,
                reads=(core,),
            )
