"""A study of ours as the cells of a data dictionary: what REDCap has no words for is listed."""

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
from generator.redcap.logic.words import LogicFault
from generator.redcap.logic.write import Writer
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
from generator.redcap.writing.write_tags import about_of, annotation, tags_of, words_said

Cells = dict[str, str]


@dataclass(kw_only=True)
class CellWriter:
    """Writes one row for each field, in page order. ``names`` are the names in REDCap, by table and name."""

    study: Study
    names: Mapping[tuple[str, str], str]
    losses: list[Loss] = field(default_factory=list)
    home: Form = field(init=False)
    rows_of: Group | None = None

    def loss(
        self, name: str, column: str, kind: str, original: str, why: str, *, harmless: bool = False
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
        """The cells of a form's fields, by table and name; a repeating group is an instrument of its own."""
        for text, key in ((form.help, "help"), (form.domain, "domain")):
            if text:
                self.loss(form.name, key, "form", text, f"REDCap's forms have no {key}")
        for group in form.groups:
            yield from self.group(form, group)

    def group(self, form: Form, group: Group) -> Iterator[tuple[tuple[str, str], Cells]]:
        table = group.name if group.rows is not None else form.name
        self.home, self.rows_of = form, None
        title = self.text(group, "title")
        if group.help:
            self.loss(group.name, "section", "help", group.help, "a section has no line below its title")
        if group.rows is not None and group.name != form.name:
            self.loss(
                group.name,
                "form",
                "rows",
                form.name,
                "rows of a form are a repeating instrument of their own",
            )
        for one in group.fields:
            cells = self.field(form, group, table, one)
            cells["form"] = table
            if title:
                cells["section"], title = title, ""
            if group.layout == "grid" and one.codelist is not None:
                cells["matrix"] = one.redcap.get("matrix", group.name)
                if cells["type"] == "dropdown":
                    cells |= {"type": "radio", "validation": one.redcap.get("validation", "")}
            yield (table, one.name), cells

    def field(self, form: Form, group: Group, table: str, one: Field) -> Cells:
        self.home, self.rows_of = form, group if group.rows is not None else None
        name = self.names[table, one.name]
        wanted = one.redcap.get("name") or one.name
        if name != wanted:
            why = f"is {name} in REDCap, where another field or column is called so"
            self.loss(name, "name", "name", wanted, why, harmless=True)
        cells = dict.fromkeys(COLUMNS, "")
        cells |= {"name": name, "label": self.text(one, "label"), "note": self.text(one, "help")}
        tags = {about_of(tag): tag for tag in _TYPES[one.type.name](self, one, cells, form)}
        self.facets(one, cells)
        self.shown(group, one, cells)
        cells["identifier"] = "y" if one.identifier else ""
        cells["required"] = self.required(one)
        for column, said in one.redcap.items():
            if column in COLUMNS and column not in ("name", "form"):
                self.kept(one, cells, column, said)
        if cells["type"] not in ("text", "notes", "dropdown") and "validation" not in one.redcap:
            cells["validation"] = ""
        said = one.annotation or ""
        cells["annotation"] = annotation(said, one, cells["type"], cells["validation"], tags | tags_of(one))
        self.unsaid(one, name)
        return cells

    def text(self, one: Field | Group, key: str) -> str:
        """A text, its answers as REDCap pipes them."""
        if key not in one.wordings:
            return getattr(one, key) or ""
        return "".join(
            part if isinstance(part, str) else self.piped(one, key, part) for part in one.wordings[key]
        )

    def piped(self, one: Field | Group, key: str, slot: Slot) -> str:
        try:
            said = self.writer().say(slot.expression.tree, partial=True).text
        except LogicFault as fault:
            column = {"label": "label", "help": "note", "title": "section"}[key]
            self.loss(one.name, column, "piping", slot.expression.text, fault.why)
            return f"[{slot.expression.text}]"
        return f"{said[:-1]}:value]" if slot.coded else said

    def kept(self, one: Field, cells: Cells, column: str, said: str) -> None:
        """A cell that was kept for REDCap, as long as the dictionary does not say something else by now."""
        held = VALIDATIONS.get(said)
        other_type = column == "validation" and held is not None and held.type != one.type.name
        if cells[column] and (column in _NATIVE_FIRST or other_type) and cells[column] != said:
            why = f"the dictionary says {cells[column]} by now"
            self.loss(cells["name"], column, "kept-cell", said, why)
        else:
            cells[column] = said

    def writer(self) -> Writer:
        return Writer(self.study, self.home, self.names, self.rows_of)

    def logic(
        self, expression: Expression, name: str, column: str, *, condition: bool = False, rows: bool = True
    ) -> str:
        """The logic of an expression of this field; what it cannot say, or says otherwise, is listed."""
        writer = Writer(self.study, self.home, self.names, self.rows_of if rows else None)
        try:
            said = writer.condition(expression) if condition else writer.formula(expression)
        except LogicFault as fault:
            self.loss(name, column, "rule", expression.text, fault.why)
            return ""
        for kind, why in writer.notes:
            self.loss(name, column, kind, expression.text, why)
        return said

    def shown(self, group: Group, one: Field, cells: Cells) -> None:
        """The conditions of the group and of the field; the group's sees the form's own fields."""
        if one.value is not None and one.value.text == SUBJECT and self.holds_subject(one):
            for rule in (group.show_when, one.show_when):
                if rule is not None:
                    self.loss(
                        cells["name"], "branching", "record-id", rule.text, "a record id is always shown"
                    )
            return
        said = [(group.show_when, False), (one.show_when, True)]
        texts = [
            self.logic(rule, cells["name"], "branching", condition=True, rows=rows)
            for rule, rows in said
            if rule is not None
        ]
        texts = [text for text in texts if text]
        cells["branching"] = texts[0] if len(texts) == 1 else " and ".join(f"({text})" for text in texts)

    def required(self, one: Field) -> str:
        if isinstance(one.required, bool):
            return "y" if one.required else ""
        self.loss(
            one.name,
            "required",
            "required",
            one.required.text,
            "REDCap's fields are required always or never",
        )
        return ""

    # Types: each sets its cells and gives its action tags

    def plain(self, one: Field, cells: Cells, _form: Form) -> list[str]:
        cells["type"] = "notes" if one.type.name == "long_text" else "text"
        return []

    def validated(self, one: Field, cells: Cells, _form: Form) -> list[str]:
        cells["type"] = "text"
        if one.comparators:
            why = "a number of REDCap takes no comparator, so it is a text without limits"
            self.loss(cells["name"], "validation", "comparator", ", ".join(one.comparators), why)
            return []
        cells["validation"] = self.validation(one)
        return self.limits(one, cells)

    def validation(self, one: Field) -> str:
        kind = one.type.name
        if kind == "decimal":
            places = exact_places(self.study, one)
            if places is None and one.places is not None:
                why = "REDCap's numbers have any number of decimals, or exactly as many"
                self.loss(
                    self.names[table_of(self.study, one), one.name],
                    "validation",
                    "places",
                    f"at most {one.places}",
                    why,
                )
            return f"number_{places}dp" if places is not None else "number"
        if kind == "time":
            return "time_hh_mm_ss" if one.seconds else "time"
        if kind in ("date", "datetime"):
            seconds = "_seconds" if one.seconds else ""
            return f"{kind}{seconds}_{self.study.date_order or 'ymd'}"
        return "integer"

    def partial(self, one: Field, cells: Cells, _form: Form) -> list[str]:
        self.loss(cells["name"], "validation", "partial-date", one.label, "REDCap has no partial dates: text")
        cells["type"] = "text"
        return []

    def tick(self, _one: Field, cells: Cells, _form: Form) -> list[str]:
        self.loss(cells["name"], "type", "tick", "true, false", "a true/false field holds 1 and 0")
        cells["type"] = "truefalse"
        return []

    def choice(self, one: Field, cells: Cells, _form: Form) -> list[str]:
        assert one.codelist is not None
        held = tuple((code.code, code.label, code.exclusive) for code in one.codelist.codes)
        for type_, (name, answers) in FIXED.items():
            if one.codelist.name == name and held == answers:
                cells["type"] = type_
                return []
        cells["type"] = {"radio": "radio"}.get(one.control, "dropdown")
        cells["choices"] = self.answers(one, cells)
        cells["validation"] = "autocomplete" if one.control == "typeahead" else ""
        return []

    def answers(self, one: Field, cells: Cells) -> str:
        """The choices column; a bar parts two answers and so stands in none."""
        codes = one.codelist.codes if one.codelist else ()
        for code in codes:
            if "|" in code.label:
                why = "a bar in a label is written as a slash"
                self.loss(cells["name"], "choices", "answer", f"{code.code}, {code.label}", why)
        for before, after in renamed(self.study, one):
            why = f"the code is {after} in REDCap: signs of its own would make it another, or none"
            self.loss(cells["name"], "choices", "code", before, why)
        others = redcap_codes(self.study, one)
        return write_choices([(others[one.code], one.label.replace("|", "/")) for one in codes])

    def choices(self, one: Field, cells: Cells, _form: Form) -> list[str]:
        assert one.codelist is not None
        cells["type"] = "checkbox"
        cells["choices"] = self.answers(one, cells)
        others = redcap_codes(self.study, one)
        alone = ",".join(others[code.code] for code in one.codelist.codes if code.exclusive)
        return [f"@NONEOFTHEABOVE='{alone}'"] if alone else []

    def line(self, one: Field, cells: Cells, _form: Form) -> list[str]:
        cells["type"] = "slider"
        cells["choices"] = " | ".join((one.anchors[0], "", one.anchors[1])) if one.anchors else ""
        held = one.ranges.get(None)
        low, high = (end.text if end else "" for end in (held.low, held.high)) if held else ("0", "10")
        if (low, high) != ("0", "100"):
            cells["minimum"], cells["maximum"] = low, high
        if one.type.name == "vas" and one.places != 0:
            self.loss(cells["name"], "type", "places", str(one.places), "a slider takes whole numbers only")
        return []

    def calculated(self, one: Field, cells: Cells, _form: Form) -> list[str]:
        assert one.value is not None
        if one.value.text == SUBJECT and self.holds_subject(one):
            cells["type"] = "text"
            return []
        if one.kind.name in ("decimal", "integer"):
            cells["type"] = "calc"
            cells["choices"] = self.rounded(one, self.logic(one.value, cells["name"], "choices"))
            return []
        cells["type"] = "text"
        if one.kind.name == "date":
            cells["validation"] = f"date_{self.study.date_order or 'ymd'}"
        if moved := self.moved(one.value):
            return [moved]
        text = self.logic(one.value, cells["name"], "annotation")
        return [f"@CALCTEXT({text})"] if text else []

    def holds_subject(self, one: Field) -> bool:
        """Whether this is the record id: of the fields that hold the subject's id the one that can be."""
        return subject_field(self.study) is one

    def moved(self, value: Expression) -> str:
        """A date moved by days or months, which only @CALCDATE can say."""
        node = value.tree
        if not isinstance(node, syntax_tree.Call) or node.function not in _MOVES or len(node.arguments) != 2:
            return ""
        writer = self.writer()
        try:
            day = day_of(writer, node.arguments[0]).guarded()
            count = writer.say(node.arguments[1]).guarded()
        except LogicFault:
            return ""
        return f"@CALCDATE({day}, {count}, '{_MOVES[node.function]}')"

    def rounded(self, one: Field, text: str) -> str:
        """A calculated field of ours is rounded to its places."""
        places = 0 if one.kind.name == "integer" else one.places
        return f"round({text}, {places})" if text and places is not None else text

    def file(self, one: Field, cells: Cells, _form: Form) -> list[str]:
        cells["type"] = "file"
        if one.upload is not None and one.upload.endings:
            self.loss(
                cells["name"], "type", "accept", ", ".join(one.upload.endings), "REDCap takes every file"
            )
        return []

    def note(self, _one: Field, cells: Cells, _form: Form) -> list[str]:
        cells["type"] = "descriptive"
        return []

    # Facets

    def limits(self, one: Field, cells: Cells) -> list[str]:
        hard, soft = one.ranges.get(None), one.expected.get(None)
        for unit, said in (*one.ranges.items(), *one.expected.items()):
            if unit is not None:
                self.loss(
                    cells["name"],
                    "minimum",
                    "range",
                    f"{unit}: {range_text(said)}",
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
        for said in one.alert.values():
            self.loss(cells["name"], "minimum", "alert", range_text(said), "REDCap has no alert values")
        chosen = hard or soft
        if chosen is None:
            return []
        ends = (("minimum", chosen.low, chosen.low_open), ("maximum", chosen.high, chosen.high_open))
        for column, end, is_open in ends:
            cells[column] = self.end(one, end, column)
            if is_open:
                self.loss(
                    cells["name"], column, "range", range_text(chosen), "the end itself is allowed in REDCap"
                )
        return ["@FORCE-MINMAX"] if hard is not None and (cells["minimum"] or cells["maximum"]) else []

    def end(self, one: Field, end: Expression | None, column: str) -> str:
        if end is None:
            return ""
        node = end.tree
        while isinstance(node, syntax_tree.Call) and node.function in ("date_of", "datetime_of"):
            node = node.arguments[0]
        if isinstance(node, syntax_tree.Today):
            return "today"
        if isinstance(node, syntax_tree.Literal):
            return end.text.replace("T", " ")
        if isinstance(node, syntax_tree.Parameter):
            return self.study.parameters[node.name].value
        try:
            said = self.writer().say(node)
        except LogicFault:
            said = None
        if said is None or not (said.text.startswith("[") or isinstance(node, syntax_tree.Negative)):
            name = self.names.get((one.form, one.name), one.name)
            self.loss(name, column, "range", end.text, "no constant and no field")
            return ""
        return said.text

    def facets(self, one: Field, cells: Cells) -> None:
        name = cells["name"]
        if one.min_length is not None:
            self.loss(name, "validation", "length", str(one.min_length), "REDCap has no least length")
        if one.pattern is not None and words_said(one) is None:
            cells["validation"] = by_pattern(one.pattern.expression)
            if not cells["validation"]:
                self.loss(
                    name,
                    "validation",
                    "pattern",
                    one.pattern.expression,
                    "REDCap has no patterns of one's own",
                )

    def unsaid(self, one: Field, name: str) -> None:
        """Facets without any column."""
        if one.unit is not None:
            said = one.unit.fixed or ", ".join(choice.code for choice in one.unit.choices)
            self.loss(name, "note", "unit", said, "REDCap has no units; a chosen one is a field of its own")
        if one.missing:
            said = ", ".join(code.code for code in one.missing)
            self.loss(name, "choices", "missing", said, "codes of missing data belong to REDCap's project")
        for key, standard in (("cdash", one.cdash), ("sdtm", one.sdtm)):
            if standard:
                self.loss(name, "annotation", key, standard, "REDCap has no standard names")
        for code in one.codelist.codes if one.codelist else ():
            if code.synonyms:
                words = f"{code.code}: {', '.join(code.synonyms)}"
                self.loss(name, "choices", "synonyms", words, "REDCap has no other words for a choice")
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


_TYPES: Mapping[str, Callable[[CellWriter, Field, Cells, Form], list[str]]] = MappingProxyType(
    {
        "text": CellWriter.plain,
        "long_text": CellWriter.plain,
        "integer": CellWriter.validated,
        "decimal": CellWriter.validated,
        "date": CellWriter.validated,
        "datetime": CellWriter.validated,
        "time": CellWriter.validated,
        "partial_date": CellWriter.partial,
        "yes_no": CellWriter.choice,
        "checkbox": CellWriter.tick,
        "choice": CellWriter.choice,
        "multiple_choice": CellWriter.choices,
        "scale": CellWriter.line,
        "vas": CellWriter.line,
        "calculated": CellWriter.calculated,
        "file": CellWriter.file,
        "note": CellWriter.note,
    }
)
if _TYPES.keys() != {one.name for one in FIELD_TYPES}:
    raise TypeError(
        f"field types without cells of REDCap: {_TYPES.keys() ^ {one.name for one in FIELD_TYPES}}"
    )
