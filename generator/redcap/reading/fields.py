"""One field of REDCap as one field of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forms_spec.field_types import field_type
from forms_spec.model.text_templates import escaped
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.scope import LogicScope
from generator.redcap.logic.translate import translate_condition
from generator.redcap.reading.apply_tags import heed_tags
from generator.redcap.reading.dictionary_rows import Item
from generator.redcap.reading.field_context import FieldContext
from generator.redcap.reading.field_plan import (
    Keys,
    RedcapFieldPlan,
    field_of,
    item_type,
)
from generator.redcap.reading.labels import has_markup, plain_lines, plain_text
from generator.redcap.reading.piping import piped_text
from generator.redcap.reading.ranges import End, read_end
from generator.redcap.reading.tag_effects import BOXES
from generator.redcap.reading.type_keys import LIMIT_COLUMNS, TYPE_KEYS

CHOOSING = ("dropdown", "radio", "checkbox")

_KEY_ORDER = (
    "label", "type", "codes", "gives", "value", "places", "seconds", "anchors", "length", "pattern",
    "control", "entry", "retired", "max_choices", "required", "missing", "range", "expected", "show_when",
    "default", "prefill", "placeholder", "identifier", "help", "annotation", "redcap",
)  # fmt: skip
_UNUSED_COLUMNS = (
    ("alignment", "alignment", "the page decides where the answer is placed"),
    ("question-number", "number", "questions are not numbered"),
    ("ranking", "ranking", "an answer may be chosen twice in the grid"),
)
"""Columns without a meaning here, with the kind of their losses."""


@dataclass(kw_only=True)
class FieldMaker(FieldContext):
    """Makes the fields of a project. What it cannot say is kept under ``redcap`` and
    listed.
    """

    def make(self, plan: RedcapFieldPlan, scope: LogicScope) -> Keys:
        """The keys of the field in the order in which they are written."""
        item, keys = plan.item, Keys()
        scope.in_cycle = item.name in scope.project.cyclic
        keys["label"] = self._label(plan, scope)
        keys["type"] = plan.type

        # The type comes first, since it may change: what follows asks for it. Tags come
        # last, since they ask for everything else.
        TYPE_KEYS[item_type(plan)](self, plan, keys, scope)
        self._flags(plan, keys)
        self._limits(plan, keys, scope)
        self._condition(plan, keys, scope)
        self._help(plan, keys, scope)
        heed_tags(self, plan, keys, scope)

        has_answer = keys["type"] not in ("calculated", "note")
        if self.missing and has_answer and plan.tag("NOMISSING"):
            keys["missing"] = []

        for kind, column, why in _UNUSED_COLUMNS:
            self.keep_written(keys, item, kind, column, why)

        if plan.name != item.name:
            keys.setdefault("redcap", {})["name"] = item.name
        if item.annotation.strip():
            keys["annotation"] = plain_lines(item.annotation)

        return _ordered(keys)

    # Texts

    def _label(self, plan: RedcapFieldPlan, scope: LogicScope) -> str:
        item = plan.item
        label = self.read_text(item, "label", scope)
        if label:
            return label

        why = "the name is used as the label"
        # A label of markup alone is lost; one that is blank is not.
        self.loss(item, "no-label", "label", why, harmless=not item.label)

        return escaped(plain_text(item.name)) or plan.name

    def _help(self, plan: RedcapFieldPlan, keys: Keys, scope: LogicScope) -> None:
        if not plan.item.note.strip():
            return

        text = self.read_text(plan.item, "note", scope)
        if text:
            keys["help"] = text

    def read_text(self, item: Item, column: str, scope: LogicScope) -> str:
        """A text to the reader: markup taken out, and what else is lost of it listed."""
        cell = item.cell(column)
        text = plain_text(cell)
        if has_markup(cell):
            why = "labels are plain text: markup and pictures are taken out"
            self.loss(item, "html", column, why)
        elif text != cell:
            why = "spaces at the ends and repeated spaces are taken out"
            self.loss(item, "white-space", column, why, harmless=True)

        # Most texts name nothing that REDCap would replace.
        if "[" not in text and "{" not in text:
            return text

        dropped = self.dropped.get((item.name, column))
        if dropped:
            self.loss(item, "piping", column, dropped)
            return escaped(text)

        piped = piped_text(text, scope)
        for name, why in piped.lost:
            self.loss(item, "piping", column, why, original=name)

        self.noted(item, column, cell, scope)

        return piped.text

    # Flags

    def _flags(self, plan: RedcapFieldPlan, keys: Keys) -> None:
        """Whether the field is required, and whether it identifies a person."""
        item = plan.item
        for column in ("required", "identifier"):
            flag = item.cell(column).strip().lower()
            if flag in ("", "n", "no", "false", "0"):
                continue

            if flag != "y":
                self.keep(keys, item, "unknown-flag", column, "only y means yes")
            elif self._has_flag(keys["type"], column):
                keys[column] = "true"
            else:
                why = f"nobody answers {field_of(keys['type'])}"
                self.keep(keys, item, "unused-flag", column, why)

    @staticmethod
    def _has_flag(type_: str, column: str) -> bool:
        # A calculated value may identify a person, but nobody can be required to give it.
        if type_ == "calculated":
            return column != "required"

        return type_ != "note"

    # Limits

    def _limits(self, plan: RedcapFieldPlan, keys: Keys, scope: LogicScope) -> None:
        """Limits of REDCap warn; with @FORCE-MINMAX they are errors."""
        item = plan.item
        has_limits = item.minimum.strip() or item.maximum.strip()
        # The limits of a slider are its ends, which its type has read.
        if item.type == "slider" or not has_limits:
            return

        type_ = keys["type"]
        if type_ not in BOXES or "range" not in field_type(type_).facets:
            for column in LIMIT_COLUMNS:
                why = f"{field_of(type_)} has no limits"
                self.keep_written(keys, item, "unused-limit", column, why)

            return

        ends = [self._end(plan, keys, column, scope) for column in LIMIT_COLUMNS]
        if any(ends):
            key = "range" if plan.tag("FORCE-MINMAX") else "expected"
            keys[key] = _range(ends)

    def _end(
        self, plan: RedcapFieldPlan, keys: Keys, column: str, scope: LogicScope
    ) -> str | None:
        """One end of a range in our language; None where there is none to translate."""
        item = plan.item
        written = item.cell(column)
        try:
            end = self._read_end(plan, written, scope)
        except LogicFault as fault:
            self.dictionary.say(
                "redcap-limit",
                item.row,
                column,
                written,
                name=item.name,
                why=fault.why,
            )
            self.keep(keys, item, "limit", column, fault.why)

            return None

        self.noted(item, column, written, scope)
        if end is None:
            return None
        if end.spelled:
            why = f"written as {end.text}"
            self.loss(item, "limit-spelling", column, why, harmless=True)

        return end.text

    def _read_end(
        self, plan: RedcapFieldPlan, written: str, scope: LogicScope
    ) -> End | None:
        dropped = self.dropped.get((plan.item.name, "limits"))
        if dropped and written.strip():
            raise LogicFault(dropped)

        return read_end(written, plan.validation, scope)

    # Branching logic

    def _condition(self, plan: RedcapFieldPlan, keys: Keys, scope: LogicScope) -> None:
        item = plan.item
        if not item.branching.strip():
            return

        try:
            dropped = self.dropped.get((item.name, "show_when"))
            if dropped:
                raise LogicFault(dropped)

            keys["show_when"] = translate_condition(item.branching, scope)
            self.noted(item, "branching", item.branching, scope)
        except LogicFault as fault:
            scope.notes.clear()
            self.fault(item, "branching", item.branching, fault)
            self.keep(keys, item, "branching", "branching", fault.why)


def _ordered(keys: Keys) -> Keys:
    ordered = Keys()
    for key in _KEY_ORDER:
        if key in keys:
            ordered[key] = keys[key]

    # Text is the type of a field that names none.
    if ordered["type"] == "text":
        del ordered["type"]

    return ordered


def _range(ends: Sequence[str | None]) -> str | list[str | None]:
    """The two ends of a range as a dictionary has them."""
    has_calls = any("(" in end for end in filter(None, ends))
    if not has_calls:
        return [*ends]

    # An expression with a call has commas of its own, so it is written in one text.
    written = [end or "null" for end in ends]
    return f"[{', '.join(written)}]"
