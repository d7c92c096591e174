"""The columns of REDCap's record exports: which cell of the study each of them holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from forms_spec.model import Field, Study
from generator.redcap.write_cells import SUBJECT
from generator.redcap.write_rows import redcap_names

EVENT = "redcap_event_name"
INSTRUMENT = "redcap_repeat_instrument"
INSTANCE = "redcap_repeat_instance"
GROUP = "redcap_data_access_group"
SURVEY = "redcap_survey_identifier"
SYSTEM = (EVENT, INSTRUMENT, INSTANCE, GROUP, SURVEY)
COMPLETE, TIMESTAMP = "_complete", "_timestamp"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A column of one field; ``code`` is the answer of a box of a checkbox, ``redcap`` that of REDCap."""

    table: str
    field: Field
    code: str | None = None
    redcap: str | None = None


@dataclass(kw_only=True)
class Columns:
    """Every column that a study's records may have, by its name.

    ``states`` are the columns that say how far a form is, ``subject`` is the name of the record id.
    """

    cells: dict[str, Cell] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    timestamps: set[str] = field(default_factory=set)
    subject: str = "record_id"
    forms: dict[str, str] = field(default_factory=dict)
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)


def box_column(name: str, code: str) -> str:
    """``race___2``; signs that REDCap takes out of a code become ``_``."""
    return f"{name}___{re.sub(r'[^a-z0-9_]', '_', code.lower())}"


def columns_of(study: Study) -> Columns:
    """The columns of a study; a repeating group is an instrument of its own."""
    found = Columns(names=redcap_names(study, {}))
    for table in study.tables.values():
        found.forms[table.name] = table.form.name
        found.states[f"{table.name}{COMPLETE}"] = table.name
        found.timestamps.add(f"{table.name}{TIMESTAMP}")
        for one in table.fields:
            name = found.names[table.name, one.name]
            if one.value is not None and one.value.text == SUBJECT:
                found.subject = name
            elif one.kind.name == "choices" and one.codelist is not None:
                for code, said in _boxes(one):
                    column = box_column(name, said)
                    found.cells.setdefault(column, Cell(table=table.name, field=one, code=code, redcap=said))
            else:
                found.cells[name] = Cell(table=table.name, field=one)
    return found


def _boxes(field: Field) -> Iterator[tuple[str, str]]:
    """The boxes of a checkbox, as our code and REDCap's: its answers, then its codes of missing data."""
    assert field.codelist is not None
    yield from ((code.code, code.code) for code in field.codelist.codes)
    yield from ((code.code, code.in_redcap) for code in field.missing)
