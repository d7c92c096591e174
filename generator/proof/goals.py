"""What has to be possible in a study that is sound, and what must not be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forms_spec.findings.places import TextPlace
from forms_spec.model.study import Study
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules.runtime.compiler import compile_core
from forms_spec.rules.runtime.environment import Frames
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.resolved import Core, RuleValue
from forms_spec.rules.semantics.resolver import resolve
from forms_spec.rules.semantics.types import Type
from generator.proof.blocks import Constraints
from generator.proof.cells import Cell, CellPlace
from generator.proof.core_text import core_text
from generator.proof.encoder import Encoder
from generator.proof.logic import Bool, ThreeValued, conj
from generator.proof.places import VISIT, FramePlaces, Occurrence
from generator.proof.rows import pinned_rows
from generator.proof.values import Term

Confirm = Callable[[Frames], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A question in terms of the solver: a condition, and the blocks it stands on."""

    blocks: tuple[Constraints, ...]
    condition: Bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """A question: is there a record for which this holds?

    ``code`` is the finding where the answer is "none", or for a ``fear`` where there is
    one; without a code the answer only matters to other goals. ``after`` names goals
    that must have an answer, so that a cause is not told again by its consequences.
    ``shows`` names the goal whose record shows the fault. ``confirm`` asks the
    evaluator whether a record really fulfils the goal; the field ``about`` which it is
    may be refused in that record. One that is ``shown_only`` is there for its record
    alone, and not asked. Of goals that have the same ``twin`` the first is asked.
    """

    name: str
    form: str
    asks: str
    build: Callable[[Encoder], Wanted]
    reads: tuple[Core, ...] = ()
    cells: tuple[tuple[str, str], ...] = ()
    code: str = ""
    place: TextPlace | None = None
    value: str | None = None
    words: Mapping[str, Any] = field(default_factory=dict)
    fear: bool = False
    after: tuple[str, ...] = ()
    shows: str = ""
    spot: Spot | None = None
    confirm: Confirm | None = None
    about: str | None = None
    shown_only: bool = False
    twin: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the expressions of a home stand: in its form, in a row, at a visit."""

    study: Study
    home: Home
    visit: str | None = None

    @property
    def row_table(self) -> str | None:
        return self.home.group.name if self.home.group else None

    def frames(self, encoder: Encoder) -> FramePlaces:
        place = encoder.world.home
        if self.visit is not None and not encoder.world.visits.repeats(self.visit):
            place = Occurrence(self.home.form.name, VISIT, self.visit)

        table = self.row_table
        if table is None:
            return ((place, None),)

        # A row that may be any of those that the dictionary lays down.
        index = -1 if pinned_rows(self.study, table) else 0
        return ((place, (table, index)),)

    def core(self, expression: Expression, type_: Type = Type.CONDITION) -> Core:
        return resolve(expression, self.study, self.home, type_).core

    def truth(self, encoder: Encoder, node: Core) -> tuple[Constraints, ThreeValued]:
        block, value = encoder.part(node, self.frames(encoder))
        assert isinstance(value, ThreeValued)
        return block, value

    def value(self, encoder: Encoder, node: Core) -> tuple[Constraints, Term]:
        return encoder.part(node, self.frames(encoder))

    def cell(self, encoder: Encoder, table: str, name: str) -> tuple[Constraints, Cell]:
        """A cell of the home, with the block that it and its row stand on."""
        place, row = self.frames(encoder)[0]
        block = Constraints()
        with encoder.world.blocks.writing(block):
            own = row if row is not None and table == row[0] else None
            cell = encoder.cell(CellPlace(place, own, table, name))
        encoder.finish()
        return block, cell

    def there(self, encoder: Encoder) -> tuple[Constraints, Bool]:
        """That the judged row is there at all."""
        block = Constraints()
        place, row = self.frames(encoder)[0]
        if row is None or row[1] < 0:
            return block, True

        with encoder.world.blocks.writing(block):
            rows = encoder.rows.of_group(place, row[0])
        return block, rows.rows[row[1]][0] if rows.rows else False

    def wanted(
        self, encoder: Encoder, blocks: Sequence[Constraints], *conditions: Bool
    ) -> Wanted:
        """All conditions together, in a row that is there."""
        from_row, there = self.there(encoder)
        condition = conj((there, *conditions))
        return Wanted(blocks=(from_row, *blocks), condition=condition)


def says(core: Core, value: RuleValue | None) -> Confirm:
    """Whether the evaluator gives exactly this value."""
    return lambda frames: compile_core(core)(frames) is value


def asked(kind: str, *cores: Core) -> str:
    """The text of a question, which is the same for the same question."""
    return f"{kind}({';'.join(map(core_text, cores))})"
