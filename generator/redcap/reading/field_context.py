"""What all parts of a field are made with: the project, and the list of its losses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.scope import LogicScope
from generator.redcap.reading.codelists import Codelists
from generator.redcap.reading.dictionary_rows import Dictionary, Item
from generator.redcap.reading.field_plan import Keys
from generator.redcap.reading.labels import plain_lines


@dataclass(kw_only=True)
class FieldContext:
    """The project that fields are made for. What a field cannot say is listed.

    ``subject`` is the record id, ``order`` how dates are typed. ``missing`` is True
    where the project has codes of missing data. ``dropped`` are the texts that the
    finished dictionary has not accepted, by the field's name and what they say of it,
    and why.
    """

    dictionary: Dictionary
    codelists: Codelists
    subject: str = ""
    order: str | None = None
    missing: bool = False
    dropped: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def loss(
        self,
        item: Item,
        kind: str,
        column: str,
        why: str,
        *,
        harmless: bool = False,
        original: str | None = None,
    ) -> None:
        """Lists what is lost of a cell; ``original`` where that is not the whole cell."""
        self.dictionary.loss(
            item, kind, column, why, original=original, harmless=harmless
        )

    def keep(self, keys: Keys, item: Item, kind: str, column: str, why: str) -> None:
        """A cell without a meaning here: it stays with the field, and is listed."""
        text = plain_lines(item.cell(column))
        if text:
            keys.setdefault("redcap", {})[column] = text

        self.loss(item, kind, column, why)

    def keep_written(
        self, keys: Keys, item: Item, kind: str, column: str, why: str
    ) -> None:
        """The same, where anything is written in the cell."""
        if item.cell(column).strip():
            self.keep(keys, item, kind, column, why)

    def fault(self, item: Item, column: str, text: str, fault: LogicFault) -> None:
        """A finding at the character of a logic text that cannot be translated."""
        self.dictionary.say(
            "redcap-logic",
            item.row,
            column,
            text,
            name=item.name,
            why=fault.why,
            at=fault.start + 1,
        )

    def noted(self, item: Item, column: str, text: str, scope: LogicScope) -> None:
        """Lists what a translation has noted on the way."""
        for kind, why in scope.notes:
            self.loss(item, kind, column, why, original=text)
        scope.notes.clear()
