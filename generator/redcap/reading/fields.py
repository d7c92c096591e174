"""One field of REDCap as one field of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from forms_spec.field_types import field_type
from forms_spec.model.text_templates import escaped
from generator.redcap.logic.dates import shifted_date
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.scope import LogicScope
from generator.redcap.logic.translate import translate_condition, translate_value
from generator.redcap.logic.values import ValueType
from generator.redcap.reading.apply_tags import heed_tags
from generator.redcap.reading.choices import slider_labels
from generator.redcap.reading.codelists import Codelists, as_codes
from generator.redcap.reading.dictionary_rows import Dictionary, Item
from generator.redcap.reading.field_plan import FieldPlan, Keys, item_type
from generator.redcap.reading.labels import has_markup, plain_lines, plain_text
from generator.redcap.reading.piping import piped_text
from generator.redcap.reading.ranges import End, read_end
from generator.redcap.reading.tag_effects import BOXES
from generator.redcap.reading.tag_parser import Tag
from generator.redcap.reading.validation import VALIDATIONS

LOOKUP = re.compile(r"\s*BIOPORTAL:", re.IGNORECASE)
CHOOSING = ("dropdown", "radio", "checkbox")


@dataclass(kw_only=True)
class FieldMaker:
    """Makes the fields of a project. What it cannot say is kept under ``redcap`` and
    listed.

    ``missing`` is True where the project has codes of missing data.
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
        self.dictionary.loss(
            item, kind, column, why, original=original, harmless=harmless
        )

    def keep(self, keys: Keys, item: Item, kind: str, column: str, why: str) -> None:
        """A cell without a meaning here: it stays with the field, and is listed."""
        if text := plain_lines(item.cell(column)):
            keys.setdefault("redcap", {})[column] = text
        self.loss(item, kind, column, why)

    def make(self, plan: FieldPlan, scope: LogicScope) -> Keys:
        """The keys of the field in the order in which they are written."""
        item, keys = plan.item, Keys()
        scope.in_cycle = item.name in scope.project.cyclic
        keys["label"] = self.label(plan, scope)
        keys["type"] = plan.type
        _TYPES[item_type(plan)](self, plan, keys, scope)
        self.flags(plan, keys)
        self.limits(plan, keys, scope)
        self.shown(plan, keys, scope)
        self.note(plan, keys, scope)
        heed_tags(self, plan, keys, scope)
        if (
            self.missing
            and plan.tag("NOMISSING")
            and keys["type"] not in ("calculated", "note")
        ):
            keys["missing"] = []

        self.rest(plan, keys)
        if plan.name != item.name:
            keys.setdefault("redcap", {})["name"] = item.name
        if item.annotation.strip():
            keys["annotation"] = plain_lines(item.annotation)
        return _ordered(keys)

    def label(self, plan: FieldPlan, scope: LogicScope) -> str:
        item = plan.item
        text = self.read_text(item, "label", scope)
        if not text:
            self.loss(
                item,
                "no-label",
                "label",
                "the name is used as the label",
                harmless=not item.label,
            )
            return escaped(plain_text(item.name)) or plan.name

        return text

    def read_text(self, item: Item, column: str, scope: LogicScope) -> str:
        """A text to the reader: markup taken out, and what else is lost of it listed."""
        cell = item.cell(column)
        text = plain_text(cell)
        if has_markup(cell):
            self.loss(
                item,
                "html",
                column,
                "labels are plain text; markup and pictures are taken out",
            )
        elif text != cell:
            self.loss(
                item,
                "white-space",
                column,
                "blanks at the ends and in rows",
                harmless=True,
            )

        if "[" not in text and "{" not in text:
            return text
        if why := self.dropped.get((item.name, column)):
            self.loss(item, "piping", column, why)
            return escaped(text)

        result = piped_text(text, scope)
        for name, why in result.lost:
            self.loss(item, "piping", column, why, original=name)
        self.noted(item, column, cell, scope)

        return result.text

    # Types

    def plain(self, plan: FieldPlan, keys: Keys, _scope: LogicScope) -> None:
        item = plan.item
        keys.update(plan.validation.keys)
        if plan.validation.note:
            self.loss(item, "validation", "validation", plan.validation.note)
        if item.type in ("text", "notes") and LOOKUP.match(item.choices):
            self.keep(
                keys,
                item,
                "ontology",
                "choices",
                "terms are not looked up: any text is accepted",
            )
        elif item.choices.strip() and item.type != "sql":
            self.keep(
                keys,
                item,
                "unused-choices",
                "choices",
                "the field's type has no choices",
            )

        validation = item.validation.strip()
        if validation and validation not in VALIDATIONS and item.type == "text":
            self.keep(
                keys, item, "unknown-validation", "validation", "any text is accepted"
            )
        elif plan.validation.comma:
            keys.setdefault("redcap", {})["validation"] = validation
            self.loss(
                item,
                "decimal-comma",
                "validation",
                "numbers are typed with point or comma",
                harmless=True,
            )
        elif plan.validation.order and plan.validation.order != (self.order or "ymd"):
            keys.setdefault("redcap", {})["validation"] = validation
            self.loss(
                item,
                "date-order",
                "validation",
                "dates are typed in the study's order",
                harmless=True,
            )

    def calculated(self, plan: FieldPlan, keys: Keys, scope: LogicScope) -> None:
        """A calc field, or a text with @CALCTEXT or @CALCDATE."""
        item = plan.item
        if item.name == self.subject:
            keys |= {"gives": "text", "value": "subjid"}
            why = (
                "the record id is the subject's id; --record-id names another field, "
                "or none"
            )
            self.loss(item, "record-id", "name", why, harmless=True)
            if item.validation.strip():
                self.keep(
                    keys, item, "record-id", "validation", "any subject ID is accepted"
                )

            return

        gives = {ValueType.TEXT: "text", ValueType.DATE: "date"}.get(plan.value_type)
        tag = _calc_tag(plan)
        argument = tag.argument or "" if tag else item.choices
        column = "annotation" if tag else "choices"
        formula = self.formula(plan, argument, scope, column)
        if formula is None:
            keys["type"] = "text" if gives == "text" else gives or "decimal"
            if column == "choices":
                keys.setdefault("redcap", {})["type"] = item.type
            if column == "choices" and plain_lines(argument):
                keys.setdefault("redcap", {})["choices"] = plain_lines(argument)
            return

        if gives:
            keys["gives"] = gives
        keys["value"] = formula

    def formula(
        self, plan: FieldPlan, written: str, scope: LogicScope, column: str
    ) -> str | None:
        item = plan.item
        if why := self.dropped.get((item.name, "value")):
            self.loss(item, "calculation", column, why, original=written)
            return None

        try:
            tag = _calc_tag(plan)
            if tag is not None and tag.name == "CALCDATE":
                text = shifted_date(written, scope)
            else:
                text = translate_value(written, scope, plan.value_type)
        except LogicFault as fault:
            self.fault(item, column, written, fault)
            self.loss(item, "calculation", column, fault.why, original=written)
            return None

        self.noted(item, column, written, scope)

        return text

    def fault(self, item: Item, column: str, text: str, fault: LogicFault) -> None:
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
        for kind, why in scope.notes:
            self.loss(item, kind, column, why, original=text)
        scope.notes.clear()

    def choosing(self, plan: FieldPlan, keys: Keys, _scope: LogicScope) -> None:
        if not plan.answers:
            keys["type"] = "text"
            return

        name = self.codelists.name(plan.answers)
        keys["codes"] = name or as_codes(plan.answers)
        self.control(plan, keys)

    def control(self, plan: FieldPlan, keys: Keys) -> None:
        """Radio or list, where it is not what the number of answers gives anyway."""
        count = len(plan.answers)
        usual = "radio" if count <= 7 else "list" if count <= 15 else "typeahead"
        item = plan.item
        wanted = {"radio": "radio", "dropdown": "list"}.get(item.type, "")
        if item.type == "dropdown" and item.validation.strip() == "autocomplete":
            wanted = "typeahead"
        elif item.validation.strip() and item.type != "checkbox":
            self.keep(
                keys,
                item,
                "unused-validation",
                "validation",
                "the field's type has no validation",
            )

        if wanted and wanted != usual:
            keys["control"] = wanted

    def fixed(self, plan: FieldPlan, keys: Keys, _scope: LogicScope) -> None:
        item = plan.item
        keys["codes"] = self.codelists.fixed_name(item.type)
        if item.choices.strip():
            self.keep(
                keys,
                item,
                "unused-choices",
                "choices",
                f"a {item.type} field has its own answers",
            )

    def slider(self, plan: FieldPlan, keys: Keys, _scope: LogicScope) -> None:
        item = plan.item
        keys["places"] = "0"
        low, high = (_whole(item.minimum) or "0", _whole(item.maximum) or "100")

        for column in ("minimum", "maximum"):
            if item.cell(column).strip() and (
                _whole(item.cell(column)) is None or int(low) >= int(high)
            ):
                self.keep(
                    keys,
                    item,
                    "limit",
                    column,
                    "a line has two whole numbers as its ends, the lower first",
                )

        keys["range"] = [low, high] if int(low) < int(high) else ["0", "100"]
        left, middle, right = slider_labels(item.choices)
        if left and right and left != right:
            keys["anchors"] = [plain_text(left) or left, plain_text(right) or right]
        if item.choices.strip() and (middle or "anchors" not in keys):
            self.keep(
                keys,
                item,
                "slider-labels",
                "choices",
                "a line has words at its two ends, both or none",
            )

        if item.validation.strip() == "number":
            keys.setdefault("redcap", {})["validation"] = "number"
            self.loss(
                item,
                "slider-number",
                "validation",
                "the number is always shown beside the line",
                harmless=True,
            )
        elif item.validation.strip():
            self.keep(
                keys,
                item,
                "unused-validation",
                "validation",
                "a slider has no validation",
            )

    def file(self, plan: FieldPlan, keys: Keys, _scope: LogicScope) -> None:
        item = plan.item
        if item.validation.strip():
            self.keep(
                keys,
                item,
                "signature",
                "validation",
                "a signature is uploaded as a file",
            )

        if item.choices.strip():
            self.keep(keys, item, "unused-choices", "choices", "a file has no choices")

    def note_only(self, plan: FieldPlan, keys: Keys, _scope: LogicScope) -> None:
        if plan.item.choices.strip():
            self.keep(
                keys,
                plan.item,
                "unused-choices",
                "choices",
                "text to the reader has no choices",
            )

    def lookup(self, plan: FieldPlan, keys: Keys, _scope: LogicScope) -> None:
        self.keep(
            keys,
            plan.item,
            "sql",
            "choices",
            "answers come from REDCap's database: any text is accepted",
        )
        if plan.item.validation.strip():
            self.keep(
                keys,
                plan.item,
                "unused-validation",
                "validation",
                "there is no list to look up in",
            )

        keys.setdefault("redcap", {})["type"] = "sql"

    def unknown(self, plan: FieldPlan, keys: Keys, _scope: LogicScope) -> None:
        item = plan.item
        self.keep(
            keys,
            item,
            "unknown-type",
            "type",
            "not a REDCap field type, so it is imported as text",
        )
        if item.choices.strip():
            self.keep(
                keys, item, "unused-choices", "choices", "the field's type is unknown"
            )

    # What every field may have

    def flags(self, plan: FieldPlan, keys: Keys) -> None:
        item = plan.item
        for column in ("required", "identifier"):
            text = item.cell(column).strip().lower()
            if text not in ("", "y", "n", "no", "false", "0"):
                self.keep(keys, item, "unknown-flag", column, "only y means yes")
            elif (
                text == "y"
                and keys["type"] not in ("note",)
                and not (column == "required" and keys["type"] == "calculated")
            ):
                keys[column] = "true"
            elif text == "y":
                self.keep(
                    keys,
                    item,
                    "unused-flag",
                    column,
                    f"a {keys['type']} field is not asked",
                )

    def limits(self, plan: FieldPlan, keys: Keys, scope: LogicScope) -> None:
        """Limits of REDCap warn; with @FORCE-MINMAX they refuse."""
        item = plan.item
        if item.type == "slider" or not (item.minimum.strip() or item.maximum.strip()):
            return
        if keys["type"] not in BOXES or "range" not in field_type(keys["type"]).facets:
            for column in ("minimum", "maximum"):
                if item.cell(column).strip():
                    self.keep(
                        keys,
                        item,
                        "unused-limit",
                        column,
                        f"a {keys['type']} field has no limits",
                    )

            return

        ends = [
            self.end(plan, keys, column, scope) for column in ("minimum", "maximum")
        ]
        if any(ends):
            where = "range" if plan.tag("FORCE-MINMAX") else "expected"
            bracketed = any("(" in (end or "") for end in ends)
            keys[where] = (
                f"[{', '.join(end or 'null' for end in ends)}]" if bracketed else ends
            )

    def end(
        self, plan: FieldPlan, keys: Keys, column: str, scope: LogicScope
    ) -> str | None:
        item = plan.item
        try:
            if (why := self.dropped.get((item.name, "limits"))) and item.cell(
                column
            ).strip():
                raise LogicFault(why)

            result: End | None = read_end(item.cell(column), plan.validation, scope)
        except LogicFault as fault:
            self.dictionary.say(
                "redcap-limit",
                item.row,
                column,
                item.cell(column),
                name=item.name,
                why=fault.why,
            )
            self.keep(keys, item, "limit", column, fault.why)

            return None

        self.noted(item, column, item.cell(column), scope)
        if result is not None and result.spelled:
            self.loss(
                item,
                "limit-spelling",
                column,
                f"written as {result.text}",
                harmless=True,
            )

        return result.text if result else None

    def shown(self, plan: FieldPlan, keys: Keys, scope: LogicScope) -> None:
        item = plan.item
        if not item.branching.strip():
            return
        try:
            if why := self.dropped.get((item.name, "show_when")):
                raise LogicFault(why)
            keys["show_when"] = translate_condition(item.branching, scope)
            self.noted(item, "branching", item.branching, scope)
        except LogicFault as fault:
            scope.notes.clear()
            self.fault(item, "branching", item.branching, fault)
            self.keep(keys, item, "branching", "branching", fault.why)

    def note(self, plan: FieldPlan, keys: Keys, scope: LogicScope) -> None:
        if plan.item.note.strip() and (
            text := self.read_text(plan.item, "note", scope)
        ):
            keys["help"] = text

    def rest(self, plan: FieldPlan, keys: Keys) -> None:
        item = plan.item
        if item.alignment.strip():
            self.keep(
                keys,
                item,
                "alignment",
                "alignment",
                "the page decides where the answer is placed",
            )

        if item.number.strip():
            self.keep(
                keys, item, "question-number", "number", "questions are not numbered"
            )

        if item.ranking.strip():
            self.keep(
                keys,
                item,
                "ranking",
                "ranking",
                "an answer may be chosen twice in the grid",
            )


def _calc_tag(plan: FieldPlan) -> Tag | None:
    return plan.tag("CALCTEXT") or plan.tag("CALCDATE")


def _whole(text: str) -> str | None:
    return text.strip() if re.fullmatch(r"-?[0-9]{1,6}", text.strip()) else None


_ORDER = (
    "label", "type", "codes", "gives", "value", "places", "seconds", "anchors", "length", "pattern",
    "control", "entry", "retired", "max_choices", "required", "missing", "range", "expected", "show_when",
    "default", "prefill", "placeholder", "identifier", "help", "annotation", "redcap",
)  # fmt: skip


def _ordered(keys: Keys) -> Keys:
    return {
        key: keys[key]
        for key in _ORDER
        if key in keys and (key != "type" or keys[key] != "text")
    }


_TYPES: Mapping[str, Callable[[FieldMaker, FieldPlan, Keys, LogicScope], None]] = (
    MappingProxyType(
        {
            "text": FieldMaker.plain,
            "notes": FieldMaker.plain,
            "dropdown": FieldMaker.choosing,
            "radio": FieldMaker.choosing,
            "checkbox": FieldMaker.choosing,
            "calc": FieldMaker.calculated,
            "calculated": FieldMaker.calculated,
            "file": FieldMaker.file,
            "descriptive": FieldMaker.note_only,
            "slider": FieldMaker.slider,
            "yesno": FieldMaker.fixed,
            "truefalse": FieldMaker.fixed,
            "sql": FieldMaker.lookup,
            "unknown": FieldMaker.unknown,
        }
    )
)
