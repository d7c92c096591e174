"""A study of ours as the cells of a data dictionary: what REDCap has no words for is
listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from forms_spec.field_types import FIELD_TYPES
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.study import Study
from forms_spec.model.text_templates import Slot
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules import Expression
from generator.redcap.box_codes import redcap_codes, renamed
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.write import LogicWriter
from generator.redcap.logic.write_calls import day_of
from generator.redcap.losses import Loss
from generator.redcap.reading.choices import write_choices
from generator.redcap.reading.codelists import FIXED
from generator.redcap.reading.columns import COLUMNS, HEADERS
from generator.redcap.reading.validation import VALIDATIONS
from generator.redcap.writing.cell_facts import (
    SUBJECT,
    by_pattern,
    exact_places,
    range_text,
    subject_field,
    table_of,
)
from generator.redcap.writing.write_tags import (
    about_of,
    annotation,
    tags_of,
    words_said,
)

Cells = dict[str, str]


@dataclass(kw_only=True)
class CellWriter:
    """Writes one row for each field, in page order.

    ``names`` are the names in REDCap, by table and name.
    """

    study: Study
    names: Mapping[tuple[str, str], str]
    losses: list[Loss] = field(default_factory=list)
    home: Form = field(init=False)
    rows_of: Group | None = None

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
        self.losses.append(
            Loss(
                kind=kind,
                row=0,
                field=name,
                column=HEADERS.get(column, column),
                original=original,
                why=why,
                harmless=harmless,
            )
        )

    def rows(self, form: Form) -> Iterator[tuple[tuple[str, str], Cells]]:
        """The cells of a form's fields, by table and name; a repeating group is an
        instrument of its own.
        """
        for text, key in ((form.help, "help"), (form.domain, "domain")):
            if text:
                self.loss(form.name, key, "form", text, f"REDCap's forms have no {key}")

        for group in form.groups:
            yield from self.group(form, group)

    def group(
        self, form: Form, group: Group
    ) -> Iterator[tuple[tuple[str, str], Cells]]:
        table = group.name if group.rows is not None else form.name
        self.home, self.rows_of = form, None
        title = self.text(group, "title")
        if group.help:
            self.loss(
                group.name,
                "section",
                "help",
                group.help,
                "a section has no line below its title",
            )

        if group.rows is not None and group.name != form.name:
            self.loss(
                group.name,
                "form",
                "rows",
                form.name,
                "rows of a form are a repeating instrument of their own",
            )

        for item in group.fields:
            cells = self.field(form, group, table, item)
            cells["form"] = table
            if title:
                cells["section"], title = title, ""
            if group.layout == "grid" and item.codelist is not None:
                cells["matrix"] = item.redcap.get("matrix", group.name)
                if cells["type"] == "dropdown":
                    cells |= {
                        "type": "radio",
                        "validation": item.redcap.get("validation", ""),
                    }

            yield (table, item.name), cells

    def field(self, form: Form, group: Group, table: str, item: Field) -> Cells:
        self.home, self.rows_of = form, group if group.rows is not None else None
        name = self.names[table, item.name]
        wanted = item.redcap.get("name") or item.name
        if name != wanted:
            why = f"is {name} in REDCap, where another field or column is called so"
            self.loss(name, "name", "name", wanted, why, harmless=True)

        cells = dict.fromkeys(COLUMNS, "")
        cells |= {
            "name": name,
            "label": self.text(item, "label"),
            "note": self.text(item, "help"),
        }
        tags = {
            about_of(tag): tag
            for tag in _WRITERS[item.type.redcap.type](self, item, cells, form)
        }
        self.facets(item, cells)
        self.shown(group, item, cells)
        cells["identifier"] = "y" if item.identifier else ""
        cells["required"] = self.required(item)

        for column, text in item.redcap.items():
            if column in COLUMNS and column not in ("name", "form"):
                self.kept(item, cells, column, text)

        if (
            cells["type"] not in ("text", "notes", "dropdown")
            and "validation" not in item.redcap
        ):
            cells["validation"] = ""

        text = item.annotation or ""
        cells["annotation"] = annotation(
            text, item, cells["type"], cells["validation"], tags | tags_of(item)
        )
        self.unsaid(item, name)

        return cells

    def text(self, item: Field | Group, key: str) -> str:
        """A text, its answers as REDCap pipes them."""
        if key not in item.wordings:
            return getattr(item, key) or ""
        return "".join(
            part if isinstance(part, str) else self.piped(item, key, part)
            for part in item.wordings[key]
        )

    def piped(self, item: Field | Group, key: str, slot: Slot) -> str:
        try:
            text = self.writer().value(slot.expression.tree, partial=True).text
        except LogicFault as fault:
            column = {"label": "label", "help": "note", "title": "section"}[key]
            self.loss(item.name, column, "piping", slot.expression.text, fault.why)
            return f"[{slot.expression.text}]"

        return f"{text[:-1]}:value]" if slot.coded else text

    def kept(self, item: Field, cells: Cells, column: str, text: str) -> None:
        """A cell that was kept for REDCap, as long as the dictionary does not say
        something else by now.
        """
        validation = VALIDATIONS.get(text)
        other_type = (
            column == "validation"
            and validation is not None
            and validation.type != item.type.name
        )
        if (
            cells[column]
            and (column in _NATIVE_FIRST or other_type)
            and cells[column] != text
        ):
            why = f"the dictionary says {cells[column]} by now"
            self.loss(cells["name"], column, "kept-cell", text, why)
        else:
            cells[column] = text

    def writer(self) -> LogicWriter:
        return LogicWriter(self.study, self.home, self.names, self.rows_of)

    def logic(
        self,
        expression: Expression,
        name: str,
        column: str,
        *,
        condition: bool = False,
        rows: bool = True,
    ) -> str:
        """The logic of an expression of this field; what it cannot say, or says
        otherwise, is listed.
        """
        writer = LogicWriter(
            self.study, self.home, self.names, self.rows_of if rows else None
        )
        try:
            text = (
                writer.condition_text(expression)
                if condition
                else writer.formula_text(expression)
            )
        except LogicFault as fault:
            self.loss(name, column, "rule", expression.text, fault.why)
            return ""

        for kind, why in writer.notes:
            self.loss(name, column, kind, expression.text, why)
        return text

    def shown(self, group: Group, item: Field, cells: Cells) -> None:
        """The conditions of the group and of the field; the group's sees the form's own
        fields.
        """
        if (
            item.value is not None
            and item.value.text == SUBJECT
            and self.holds_subject(item)
        ):
            for rule in (group.show_when, item.show_when):
                if rule is not None:
                    self.loss(
                        cells["name"],
                        "branching",
                        "record-id",
                        rule.text,
                        "a record id is always shown",
                    )

            return

        written = [(group.show_when, False), (item.show_when, True)]
        texts = [
            self.logic(rule, cells["name"], "branching", condition=True, rows=rows)
            for rule, rows in written
            if rule is not None
        ]
        texts = [text for text in texts if text]
        cells["branching"] = (
            texts[0] if len(texts) == 1 else " and ".join(f"({text})" for text in texts)
        )

    def required(self, item: Field) -> str:
        if isinstance(item.required, bool):
            return "y" if item.required else ""
        self.loss(
            item.name,
            "required",
            "required",
            item.required.text,
            "REDCap's fields are required always or never",
        )

        return ""

    # Types: each sets its cells and gives its action tags

    def box(self, item: Field, cells: Cells, _form: Form) -> list[str]:
        spelling = item.type.redcap
        cells["type"] = spelling.type
        if item.comparators:
            why = (
                "a number of REDCap takes no comparator, so it is a text without limits"
            )
            self.loss(
                cells["name"],
                "validation",
                "comparator",
                ", ".join(item.comparators),
                why,
            )

            return []

        cells["validation"] = self.validation(item)
        if spelling.loss:
            kind = item.type.name.replace("_", "-")
            self.loss(cells["name"], "validation", kind, item.label, spelling.loss)
            if not cells["validation"]:
                return []

        return self.limits(item, cells)

    def validation(self, item: Field) -> str:
        kind = item.type.name
        if kind == "decimal":
            places = exact_places(self.study, item)
            if places is None and item.places is not None:
                why = "REDCap's numbers have any number of decimals, or exactly as many"
                self.loss(
                    self.names[table_of(self.study, item), item.name],
                    "validation",
                    "places",
                    f"at most {item.places}",
                    why,
                )

            return f"number_{places}dp" if places is not None else "number"

        if kind == "time":
            return "time_hh_mm_ss" if item.seconds else "time"
        if kind in ("date", "datetime"):
            seconds = "_seconds" if item.seconds else ""
            return f"{kind}{seconds}_{self.study.date_order or 'ymd'}"

        return next(iter(item.type.redcap.validations), "")

    def tick(self, _one: Field, cells: Cells, _form: Form) -> list[str]:
        self.loss(
            cells["name"],
            "type",
            "tick",
            "true, false",
            "a true/false field holds 1 and 0",
        )
        cells["type"] = "truefalse"

        return []

    def choice(self, item: Field, cells: Cells, _form: Form) -> list[str]:
        assert item.codelist is not None
        value = tuple(
            (code.code, code.label, code.exclusive) for code in item.codelist.codes
        )
        for type_, (name, answers) in FIXED.items():
            if item.codelist.name == name and value == answers:
                cells["type"] = type_
                return []

        cells["type"] = {"radio": "radio"}.get(item.control, "dropdown")
        cells["choices"] = self.answers(item, cells)
        cells["validation"] = "autocomplete" if item.control == "typeahead" else ""

        return []

    def answers(self, item: Field, cells: Cells) -> str:
        """The choices column; a bar parts two answers and so stands in none."""
        codes = item.codelist.codes if item.codelist else ()
        for code in codes:
            if "|" in code.label:
                why = "a bar in a label is written as a slash"
                self.loss(
                    cells["name"],
                    "choices",
                    "answer",
                    f"{code.code}, {code.label}",
                    why,
                )

        for before, after in renamed(self.study, item):
            why = (
                f"the code is {after} in REDCap: signs of its own would make it "
                "another, or none"
            )
            self.loss(cells["name"], "choices", "code", before, why)

        others = redcap_codes(self.study, item)

        return write_choices(
            [(others[entry.code], entry.label.replace("|", "/")) for entry in codes]
        )

    def choices(self, item: Field, cells: Cells, _form: Form) -> list[str]:
        assert item.codelist is not None
        cells["type"] = "checkbox"
        cells["choices"] = self.answers(item, cells)
        others = redcap_codes(self.study, item)
        alone = ",".join(
            others[code.code] for code in item.codelist.codes if code.exclusive
        )

        return [f"@NONEOFTHEABOVE='{alone}'"] if alone else []

    def line(self, item: Field, cells: Cells, _form: Form) -> list[str]:
        cells["type"] = "slider"
        cells["choices"] = (
            " | ".join((item.anchors[0], "", item.anchors[1])) if item.anchors else ""
        )
        value = item.ranges.get(None)
        low, high = (
            (end.text if end else "" for end in (value.low, value.high))
            if value
            else ("0", "10")
        )
        if (low, high) != ("0", "100"):
            cells["minimum"], cells["maximum"] = low, high
        if item.type.name == "vas" and item.places != 0:
            self.loss(
                cells["name"],
                "type",
                "places",
                str(item.places),
                "a slider takes whole numbers only",
            )

        return []

    def calculated(self, item: Field, cells: Cells, _form: Form) -> list[str]:
        assert item.value is not None
        if item.value.text == SUBJECT and self.holds_subject(item):
            cells["type"] = "text"
            return []

        if item.kind.name in ("decimal", "integer"):
            cells["type"] = "calc"
            cells["choices"] = self.rounded(
                item, self.logic(item.value, cells["name"], "choices")
            )
            return []

        cells["type"] = "text"
        if item.kind.name == "date":
            cells["validation"] = f"date_{self.study.date_order or 'ymd'}"
        if moved := self.moved(item.value):
            return [moved]
        text = self.logic(item.value, cells["name"], "annotation")

        return [f"@CALCTEXT({text})"] if text else []

    def holds_subject(self, item: Field) -> bool:
        """Whether this is the record id: of the fields that hold the subject's id the
        one that can be.
        """
        return subject_field(self.study) is item

    def moved(self, value: Expression) -> str:
        """A date moved by days or months, which only @CALCDATE can say."""
        node = value.tree
        if (
            not isinstance(node, syntax_tree.Call)
            or node.function not in _MOVES
            or len(node.arguments) != 2
        ):
            return ""

        writer = self.writer()

        try:
            day = day_of(writer, node.arguments[0]).guarded()
            count = writer.value(node.arguments[1]).guarded()
        except LogicFault:
            return ""

        return f"@CALCDATE({day}, {count}, '{_MOVES[node.function]}')"

    def rounded(self, item: Field, text: str) -> str:
        """A calculated field of ours is rounded to its places."""
        places = 0 if item.kind.name == "integer" else item.places
        return f"round({text}, {places})" if text and places is not None else text

    def file(self, item: Field, cells: Cells, _form: Form) -> list[str]:
        cells["type"] = "file"
        if item.upload is not None and item.upload.endings:
            self.loss(
                cells["name"],
                "type",
                "accept",
                ", ".join(item.upload.endings),
                "REDCap takes every file",
            )

        return []

    def note(self, _one: Field, cells: Cells, _form: Form) -> list[str]:
        cells["type"] = "descriptive"
        return []

    # Facets

    def limits(self, item: Field, cells: Cells) -> list[str]:
        hard, soft = item.ranges.get(None), item.expected.get(None)
        for unit, text in (*item.ranges.items(), *item.expected.items()):
            if unit is not None:
                self.loss(
                    cells["name"],
                    "minimum",
                    "range",
                    f"{unit}: {range_text(text)}",
                    "limits of a chosen unit",
                )

        if hard is not None and soft is not None:
            self.loss(
                cells["name"],
                "minimum",
                "expected",
                range_text(soft),
                "only one pair of limits; the hard ones stay",
            )

        for text in item.alert.values():
            self.loss(
                cells["name"],
                "minimum",
                "alert",
                range_text(text),
                "REDCap has no alert values",
            )

        chosen = hard or soft
        if chosen is None:
            return []
        ends = (
            ("minimum", chosen.low, chosen.low_open),
            ("maximum", chosen.high, chosen.high_open),
        )

        for column, end, is_open in ends:
            cells[column] = self.end(item, end, column)
            if is_open:
                self.loss(
                    cells["name"],
                    column,
                    "range",
                    range_text(chosen),
                    "the end itself is allowed in REDCap",
                )

        return (
            ["@FORCE-MINMAX"]
            if hard is not None and (cells["minimum"] or cells["maximum"])
            else []
        )

    def end(self, item: Field, end: Expression | None, column: str) -> str:
        if end is None:
            return ""
        node = end.tree
        while isinstance(node, syntax_tree.Call) and node.function in (
            "date_of",
            "datetime_of",
        ):
            node = node.arguments[0]

        if isinstance(node, syntax_tree.Today):
            return "today"
        if isinstance(node, syntax_tree.Literal):
            return end.text.replace("T", " ")
        if isinstance(node, syntax_tree.ParameterReference):
            return self.study.parameters[node.name].value

        try:
            entry = self.writer().value(node)
        except LogicFault:
            entry = None

        if entry is None or not (
            entry.text.startswith("[") or isinstance(node, syntax_tree.Negative)
        ):
            name = self.names.get((item.form, item.name), item.name)
            self.loss(name, column, "range", end.text, "no constant and no field")
            return ""

        return entry.text

    def facets(self, item: Field, cells: Cells) -> None:
        name = cells["name"]
        if item.min_length is not None:
            self.loss(
                name,
                "validation",
                "length",
                str(item.min_length),
                "REDCap has no least length",
            )

        pattern = item.stated_pattern
        if pattern is not None and words_said(item) is None:
            cells["validation"] = by_pattern(pattern.expression)
            if not cells["validation"]:
                self.loss(
                    name,
                    "validation",
                    "pattern",
                    pattern.expression,
                    "REDCap has no patterns of one's own",
                )

    def unsaid(self, item: Field, name: str) -> None:
        """Facets without any column."""
        if item.unit is not None:
            fixed = item.unit.fixed or ", ".join(
                choice.code for choice in item.unit.choices
            )
            self.loss(
                name,
                "note",
                "unit",
                fixed,
                "REDCap has no units; a chosen one is a field of its own",
            )

        if item.missing:
            fixed = ", ".join(code.code for code in item.missing)
            self.loss(
                name,
                "choices",
                "missing",
                fixed,
                "codes of missing data belong to REDCap's project",
            )

        for key, standard in (("cdash", item.cdash), ("sdtm", item.sdtm)):
            if standard:
                self.loss(
                    name, "annotation", key, standard, "REDCap has no standard names"
                )

        for code in item.codelist.codes if item.codelist else ():
            if code.synonyms:
                words = f"{code.code}: {', '.join(code.synonyms)}"
                self.loss(
                    name,
                    "choices",
                    "synonyms",
                    words,
                    "REDCap has no other words for a choice",
                )

            if code.number is not None:
                self.loss(
                    name,
                    "choices",
                    "number",
                    f"{code.code}: {code.number}",
                    "REDCap counts with the code itself",
                )


_MOVES = {"add_days": "d", "add_months": "M"}
_NATIVE_FIRST = ("branching", "minimum", "maximum", "required", "identifier")


_WRITERS: Mapping[str, Callable[[CellWriter, Field, Cells, Form], list[str]]] = (
    MappingProxyType(
        {
            "text": CellWriter.box,
            "notes": CellWriter.box,
            "radio": CellWriter.choice,
            "dropdown": CellWriter.choice,
            "checkbox": CellWriter.choices,
            "truefalse": CellWriter.tick,
            "slider": CellWriter.line,
            "calc": CellWriter.calculated,
            "file": CellWriter.file,
            "descriptive": CellWriter.note,
        }
    )
)
"""By the field type of REDCap that a field type is."""

if holes := {field_type.redcap.type for field_type in FIELD_TYPES} ^ _WRITERS.keys():
    raise TypeError(f"REDCap's field types without cells, or without a use: {holes}")
