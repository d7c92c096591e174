"""The columns of REDCap's record exports: which cell of the study each of them holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as _field

from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from generator.redcap.box_codes import box_column, redcap_codes, renamed_codes
from generator.redcap.writing.write_rows import (
    COMPLETE,
    EVENT,
    GROUP,
    INSTANCE,
    INSTRUMENT,
    SURVEY,
    SYSTEM,
    TIMESTAMP,
    record_id,
    redcap_names,
    subject_key,
)

__all__ = [
    "COMPLETE",
    "EVENT",
    "GROUP",
    "INSTANCE",
    "INSTRUMENT",
    "SURVEY",
    "SYSTEM",
    "TIMESTAMP",
    "FieldColumn",
    "RecordColumns",
    "box_column",
    "columns_of",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldColumn:
    """A column of one field; ``code`` is the answer of a box of a checkbox, ``redcap``
    that of REDCap.

    ``others`` gives the answer of a code that is another one in REDCap.
    """

    table: str
    field: Field
    code: str | None = None
    redcap: str | None = None
    others: Mapping[str, str] = _field(default_factory=dict)


@dataclass(kw_only=True)
class RecordColumns:
    """Every column that a study's records may have, by its header.

    ``combined`` are those of checkboxes whose ticked boxes stand in one cell, with
    commas between them. ``states`` are the columns that say how far a form is, with the
    table of each. ``subject`` is the header of the record id. ``forms`` are the forms
    by table, and ``names`` REDCap's names of the fields by table and field.
    """

    fields: dict[str, FieldColumn] = _field(default_factory=dict)
    combined: dict[str, FieldColumn] = _field(default_factory=dict)
    states: dict[str, str] = _field(default_factory=dict)
    timestamps: set[str] = _field(default_factory=set)
    subject: str = "record_id"
    forms: dict[str, str] = _field(default_factory=dict)
    names: Mapping[tuple[str, str], str] = _field(default_factory=dict)

    def table(self, header: str) -> str | None:
        """The table whose values or state a column of a flat export holds."""
        column = self.fields.get(header)
        if column is None:
            return self.states.get(header)

        return column.table

    def is_value(self, header: str) -> bool:
        """Whether 0 is an answer in this column, and not a box that is not ticked or a
        form that nobody has opened.
        """
        column = self.fields.get(header)
        if column is None:
            return False

        return column.code is None


def columns_of(study: Study) -> RecordColumns:
    """The columns of a study; a repeating group is an instrument of its own."""
    names = redcap_names(study, {})
    columns = RecordColumns(names=names, subject=record_id(study, names))
    subject = subject_key(study)

    for table in study.tables.values():
        columns.forms[table.name] = table.form.name
        columns.states[f"{table.name}{COMPLETE}"] = table.name
        columns.timestamps.add(f"{table.name}{TIMESTAMP}")

        for field in table.fields:
            if (table.name, field.name) == subject:
                continue

            header = names[table.name, field.name]
            if field.kind.name == "choices" and field.codelist is not None:
                _add_boxes(columns, study, table.name, field, header)
                continue

            others = {other: code for code, other in renamed_codes(study, field)}
            columns.fields[header] = FieldColumn(
                table=table.name, field=field, others=others
            )

    return columns


def _add_boxes(
    columns: RecordColumns, study: Study, table: str, field: Field, header: str
) -> None:
    """The columns of a checkbox: one for each box, and one for all of them together."""
    for code, other in redcap_codes(study, field).items():
        columns.fields[box_column(header, other)] = FieldColumn(
            table=table, field=field, code=code, redcap=other
        )

    columns.combined[header] = FieldColumn(
        table=table, field=field, others=_answers_by_text(study, field)
    )


def _answers_by_text(study: Study, field: Field) -> dict[str, str]:
    """The answers of a checkbox by their labels and by their codes in REDCap."""
    labels = {code.code: code.label for code in field.missing}
    if field.codelist is not None:
        labels |= {code.code: code.label for code in field.codelist.codes}

    codes = redcap_codes(study, field)
    answers = {labels[code]: code for code in codes}
    # A code goes before the label of another answer that is spelled the same.
    answers |= {other: code for code, other in codes.items()}

    return answers
