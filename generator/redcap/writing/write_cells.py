"""A study of ours as the cells of a data dictionary: what REDCap has no words for is
listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.study import Study
from generator.redcap.losses import CellLoss
from generator.redcap.reading.columns import COLUMNS
from generator.redcap.reading.validation import VALIDATIONS
from generator.redcap.writing.cell_context import CellContext, Cells, Key
from generator.redcap.writing.cell_facts import is_record_id
from generator.redcap.writing.lost_facets import list_lost_facets, set_pattern
from generator.redcap.writing.type_cells import set_type
from generator.redcap.writing.write_tags import about_of, annotation, tags_of

_NATIVE_FIRST = ("branching", "minimum", "maximum", "required", "identifier")
"""Columns in which the dictionary goes before a cell that was kept for REDCap."""


class CellWriter:
    """Writes one row for each field, in page order.

    ``names`` are the names in REDCap.
    """

    def __init__(self, study: Study, names: Mapping[Key, str]) -> None:
        self.study = study
        self.names = names
        self.context = CellContext(study=study, names=names)

    @property
    def losses(self) -> list[CellLoss]:
        """What the cells written so far do not say."""
        return self.context.losses

    def rows(self, form: Form) -> Iterator[tuple[Key, Cells]]:
        """The cells of a form's fields; a repeating group is an instrument of its own."""
        for text, key in ((form.help, "help"), (form.domain, "domain")):
            if text:
                why = f"REDCap's forms have no {key}"
                self.context.loss(form.name, key, "form", text, why)

        for group in form.groups:
            yield from self._group(form, group)

    def _group(self, form: Form, group: Group) -> Iterator[tuple[Key, Cells]]:
        # The title stands above the rows and sees the form's own fields only.
        self.context.form, self.context.group = form, None
        title = self.context.text(group, "title", group.name)
        self._list_group_losses(form, group)

        self.context.group = group if group.rows is not None else None
        for field in group.fields:
            cells = self._field(group, field)
            if title:
                cells["section"], title = title, ""
            if group.layout == "grid" and field.codelist is not None:
                _set_matrix(group, field, cells)

            yield (group.table, field.name), cells

    def _list_group_losses(self, form: Form, group: Group) -> None:
        if group.help:
            self.context.loss(
                group.name,
                "section",
                "help",
                group.help,
                "a section of REDCap has no help text",
            )

        if group.rows is not None and group.name != form.name:
            self.context.loss(
                group.name,
                "form",
                "rows",
                form.name,
                "the rows become a repeating instrument of their own",
            )

        if group.carried is not None:
            self.context.loss(
                group.name,
                "form",
                "rows",
                group.carried.rows,
                "REDCap does not take instances over from another instrument",
            )

    def _field(self, group: Group, field: Field) -> Cells:
        context = self.context
        name = self._name(group, field)
        cells = dict.fromkeys(COLUMNS, "")
        cells["name"] = name
        cells["form"] = group.table
        cells["label"] = context.text(field, "label", name)
        cells["note"] = context.text(field, "help", name)

        # The type comes first, since a pattern overwrites its validation. Kept cells
        # come last, since they replace what the dictionary says.
        type_tags = {about_of(tag): tag for tag in set_type(context, field, cells)}
        set_pattern(context, field, cells)
        self._set_branching(group, field, cells)
        cells["identifier"] = "y" if field.identifier else ""
        cells["required"] = self._required(field, name)
        self._set_kept_cells(field, cells)

        cells["annotation"] = annotation(
            field.annotation or "",
            field,
            cells["type"],
            cells["validation"],
            type_tags | tags_of(field),
        )
        list_lost_facets(context, field, name)

        return cells

    def _name(self, group: Group, field: Field) -> str:
        name = self.names[group.table, field.name]
        wanted = field.redcap.get("name") or field.name
        if name != wanted:
            why = f"is called {name} in REDCap, where something else has its name"
            self.context.loss(name, "name", "name", wanted, why, harmless=True)

        return name

    def _set_branching(self, group: Group, field: Field, cells: Cells) -> None:
        """The conditions of the group and of the field; the group's sees the form's own
        fields.
        """
        name = cells["name"]
        if is_record_id(self.study, field):
            for rule in (group.show_when, field.show_when):
                if rule is not None:
                    why = "the record ID is always shown"
                    self.context.loss(name, "branching", "record-id", rule.text, why)

            return

        texts = []
        for rule, rows in ((group.show_when, False), (field.show_when, True)):
            if rule is None:
                continue

            text = self.context.logic(
                rule, name, "branching", condition=True, rows=rows
            )
            if text:
                texts.append(text)

        if len(texts) > 1:
            texts = [f"({text})" for text in texts]

        cells["branching"] = " and ".join(texts)

    def _required(self, field: Field, name: str) -> str:
        if isinstance(field.required, bool):
            return "y" if field.required else ""

        self.context.loss(
            name,
            "required",
            "required",
            field.required.text,
            "a field of REDCap is required always or never",
        )

        return ""

    def _set_kept_cells(self, field: Field, cells: Cells) -> None:
        """The cells that were kept for REDCap when its dictionary was read."""
        # Names are not cells of one field alone: others refer to them.
        columns = set(COLUMNS) - {"name", "form"}
        for column, text in field.redcap.items():
            if column in columns:
                self._set_kept_cell(field, cells, column, text)

        # Other types have no validation; a kept cell may say `number` of a slider.
        has_validation = cells["type"] in ("text", "notes", "dropdown")
        is_kept = "validation" in field.redcap
        if not has_validation and not is_kept:
            cells["validation"] = ""

    def _set_kept_cell(
        self, field: Field, cells: Cells, column: str, text: str
    ) -> None:
        """A kept cell, as long as the dictionary does not say something else by now."""
        written = cells[column]
        validation = VALIDATIONS.get(text)
        native_first = column in _NATIVE_FIRST

        if column == "validation" and validation is not None:
            native_first = validation.type != field.type.name

        says_something_else = written not in ("", text)
        if native_first and says_something_else:
            why = f"the dictionary now says {written}"
            self.context.loss(cells["name"], column, "kept-cell", text, why)
            return

        cells[column] = text


def _set_matrix(group: Group, field: Field, cells: Cells) -> None:
    cells["matrix"] = field.redcap.get("matrix", group.name)
    # A matrix of REDCap has radio buttons or checkboxes.
    if cells["type"] == "dropdown":
        cells["type"] = "radio"
        cells["validation"] = field.redcap.get("validation", "")
