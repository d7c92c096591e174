"""What every part of the writer of cells shares: the study, the place, and the losses.

The parts (types, limits, lost facets) take a ``CellContext``. Only ``write_cells``
knows all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.study import Study
from forms_spec.model.text_templates import Slot
from forms_spec.rules import Expression
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.write import LogicWriter
from generator.redcap.losses import CellLoss
from generator.redcap.reading.columns import HEADERS

Cells = dict[str, str]
"""The cells of a field by the names of ``columns.HEADERS``."""

Key = tuple[str, str]
"""A table and the name of one of its fields."""

_TEXT_COLUMNS = {"label": "label", "help": "note", "title": "section"}


@dataclass(kw_only=True)
class CellContext:
    """The form, and the group of rows, whose cells are written.

    ``names`` are the names in REDCap. ``group`` is None outside of rows.
    """

    study: Study
    names: Mapping[Key, str]
    losses: list[CellLoss] = field(default_factory=list)
    form: Form = field(init=False)
    group: Group | None = None

    def loss(
        self,
        name: str,
        column: str,
        kind: str,
        original: str,
        why: str,
        *,
        harmless: bool = False,
    ) -> None:
        """Lists what a cell of a field does not say; ``name`` is the one in REDCap."""
        self.losses.append(
            CellLoss(
                kind=kind,
                field=name,
                column=HEADERS.get(column, column),
                original=original,
                why=why,
                harmless=harmless,
            )
        )

    def writer(self, *, rows: bool = True) -> LogicWriter:
        """A writer of logic at this place; without ``rows`` it sees the form only."""
        group = self.group if rows else None
        return LogicWriter(self.study, self.form, self.names, group)

    def logic(
        self,
        expression: Expression,
        name: str,
        column: str,
        *,
        condition: bool = False,
        rows: bool = True,
    ) -> str:
        """The logic of an expression, for a cell of the field ``name``.

        What it cannot say, or says otherwise, is listed. It is empty where it cannot be
        said at all.
        """
        writer = self.writer(rows=rows)
        write = writer.condition_text if condition else writer.formula_text
        try:
            text = write(expression)
        except LogicFault as fault:
            self.loss(name, column, "rule", expression.text, fault.why)
            return ""

        for kind, why in writer.notes:
            self.loss(name, column, kind, expression.text, why)

        return text

    def text(self, owner: Field | Group, key: str, name: str) -> str:
        """A text, with the answers in it as REDCap pipes them.

        ``name`` is that of the owner in REDCap, for what cannot be piped.
        """
        if key not in owner.wordings:
            return getattr(owner, key) or ""

        parts = []
        for part in owner.wordings[key]:
            if isinstance(part, Slot):
                parts.append(self._piped(part, key, name))
            else:
                parts.append(part)

        return "".join(parts)

    def _piped(self, slot: Slot, key: str, name: str) -> str:
        try:
            text = self.writer().value(slot.expression.tree, partial=True).text
        except LogicFault as fault:
            column = _TEXT_COLUMNS[key]
            self.loss(name, column, "piping", slot.expression.text, fault.why)
            return f"[{slot.expression.text}]"

        if slot.coded:
            return f"{text.removesuffix(']')}:value]"

        return text
