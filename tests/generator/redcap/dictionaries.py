"""Small dictionaries of REDCap, written as text or as a few cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date
from typing import Any

from forms_spec.evaluation import judge
from forms_spec.loader import load_study
from forms_spec.model.captured_data import Context, EmptyCasebook, Record
from forms_spec.model.study import Study
from generator.redcap.convert import Converted, convert_redcap
from generator.redcap.reading.columns import HEADERS
from generator.redcap.reading.events import EventFiles

TODAY = date(2024, 5, 31)
NO_EVENTS = EventFiles()


def dictionary(*rows: Mapping[str, str], form: str = "base") -> bytes:
    """A data dictionary with its record id and these rows; cells are named as in
    ``columns.HEADERS``.
    """
    out = io.StringIO(newline="")
    lines = csv.writer(out)
    lines.writerow(HEADERS.values())
    first = {"name": "record_id", "form": form, "type": "text", "label": "Record ID"}
    for row in (first, *rows):
        cells = {"form": form, "type": "text", "label": row["name"].title(), **row}
        lines.writerow([cells.get(column, "") for column in HEADERS])
    return out.getvalue().encode()


def converted(*rows: Mapping[str, str], events: EventFiles = NO_EVENTS) -> Converted:
    return convert_redcap("study.csv", dictionary(*rows), events)


def study_of(found: Converted) -> Study:
    """The study of the converted files, which has to be without findings."""
    loaded = load_study(found.files)
    assert loaded.study is not None, [
        f"{one.text} {one.message}" for one in loaded.findings
    ]
    return loaded.study


def kinds(found: Converted) -> list[str]:
    """What was lost, and what is only spelled in another way left out."""
    return [one.kind for one in found.losses if not one.harmless]


FIELDS: tuple[dict[str, str], ...] = (
    {"name": "sex", "type": "radio", "choices": "1, Female | 2, Male"},
    {"name": "code", "type": "dropdown", "choices": "01, One | 2, Two | OTH, Other"},
    {"name": "race", "type": "checkbox", "choices": "1, White | 2, Black | OTH, Other"},
    {"name": "a", "validation": "number"},
    {"name": "b", "validation": "number"},
    {"name": "c", "validation": "integer"},
    {"name": "text"},
    {"name": "other"},
    {"name": "day", "validation": "date_ymd"},
    {"name": "till", "validation": "date_dmy"},
    {"name": "at", "validation": "datetime_ymd"},
    {"name": "clock", "validation": "time"},
    {"name": "yes", "type": "yesno"},
)


def shown(logic: str, **answers: str) -> bool | None:
    """What becomes of a branching logic with these answers: shown, hidden, or None for
    untold.
    """
    study = study_of(converted(*FIELDS, {"name": "asked", "branching": logic}))
    return judged(study, answers)["asked"].shown  # type: ignore[no-any-return]


def calculated(equation: str, **answers: str) -> str:
    """The text of a calculated field, empty when it is blank."""
    study = study_of(
        converted(*FIELDS, {"name": "result", "type": "calc", "choices": equation})
    )
    return judged(study, answers)["result"].text  # type: ignore[no-any-return]


def calc_text(expression: str, **answers: str) -> str:
    """The text of a field with @CALCTEXT."""
    study = study_of(
        converted(*FIELDS, {"name": "result", "annotation": f"@CALCTEXT({expression})"})
    )
    return judged(study, answers)["result"].text  # type: ignore[no-any-return]


def judged(study: Study, answers: Mapping[str, str]) -> dict[str, Any]:
    """The cells of the only form by the name of their field."""
    form = next(iter(study.forms.values()))
    visit = next(iter(study.visits))
    context = Context(today=TODAY, subject="1", visit=visit, casebook=EmptyCasebook())
    found = judge(study, form, Record(texts=answers), context)
    return {key.field: cell for key, cell in found.cells.items()}
