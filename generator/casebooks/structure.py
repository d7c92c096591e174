"""Whose rows fit together: the forms that SQL can judge, and the subjects that only the judge can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from forms_spec.model import Study
from forms_spec.record import LOG
from generator.casebooks.names import (
    COMPLETE,
    FAULTY,
    FORMS,
    LINE,
    SUBJECT_NUMBER,
    SUBJECTS,
    VISIT_NUMBER,
    VISITS,
)
from generator.casebooks.reads import shapes
from generator.casebooks.store import SpoolingStore, text_view
from generator.package.captured import FormStatus
from generator.sql.names import quoted, text_literal
from generator.sql.relations import ORDER, VISIT_STEP
from generator.tables import layout


def visit_numbers(study: Study) -> Mapping[str, int]:
    """Every visit, and the log after them."""
    return {name: at for at, name in enumerate((*study.visits, LOG))}


def create_forms(study: Study, store: SpoolingStore, subjects: Sequence[str]) -> list[str]:
    """Creates the relation of sound forms, and gives the subjects of which something does not fit.

    ``subjects`` are all there are, sorted; their places are their numbers.
    """
    sql = store.sql
    _numbered(store, SUBJECTS, "subjid", {name: at for at, name in enumerate(subjects)})
    _numbered(store, VISITS, "visitid", visit_numbers(study))
    sql.execute(f"CREATE TEMP TABLE {quoted(FAULTY)} (subjid VARCHAR)")
    for fault in _faults(study, store):
        sql.execute(f"INSERT INTO {quoted(FAULTY)} SELECT DISTINCT * FROM ({fault})")
    sql.execute(
        f"CREATE TEMP TABLE {quoted(FORMS)} AS SELECT f.subject AS subjid, f.visit AS visitid, f.unsno, "
        f"v.number * {VISIT_STEP} + f.unsno AS {quoted(ORDER)}, s.number AS {quoted(SUBJECT_NUMBER)}, "
        f"v.number AS {quoted(VISIT_NUMBER)}, f.status = {int(FormStatus.COMPLETE)} AS {quoted(COMPLETE)}, "
        f"f.line AS {quoted(LINE)}, f.form FROM {quoted(text_view(layout.FORMS))} f "
        f"JOIN {quoted(SUBJECTS)} s ON s.subjid = f.subject "
        f"JOIN {quoted(VISITS)} v ON v.visitid = f.visit "
        f"WHERE f.subject NOT IN (SELECT subjid FROM {quoted(FAULTY)})"
    )
    return [
        name for (name,) in sql.execute(f"SELECT DISTINCT subjid FROM {quoted(FAULTY)} ORDER BY 1").fetchall()
    ]


def _numbered(store: SpoolingStore, table: str, column: str, numbers: Mapping[str, int]) -> None:
    store.table(table, {column: list(numbers), "number": list(numbers.values())})


def _faults(study: Study, store: SpoolingStore) -> Iterator[str]:
    """Selects of subjects, one for each thing that ``assemble`` reports."""
    subjects, forms = quoted(text_view(layout.SUBJECTS)), quoted(text_view(layout.FORMS))
    yield f"SELECT subject AS subjid FROM {subjects} GROUP BY subject HAVING count(*) > 1"
    yield (
        f"SELECT f.subject FROM {forms} f LEFT JOIN {subjects} s "
        "ON s.subject = f.subject AND s.site = f.site WHERE s.subject IS NULL"
    )
    yield f"SELECT subject FROM {forms} GROUP BY subject, visit, unsno, form HAVING count(*) > 1"
    yield f"SELECT subject FROM {forms} WHERE {_misplaced(study)}"
    yield from _row_faults(study, forms, subjects)
    store.table(
        "kept forms", dict(zip(("subjid", "visitid", "unsno", "form"), store.kept_forms(), strict=True))
    )
    yield (
        f"SELECT k.subjid FROM {quoted('kept forms')} k LEFT JOIN {forms} f ON f.subject = k.subjid "
        "AND f.visit = k.visitid AND f.unsno = k.unsno AND f.form = k.form WHERE f.form IS NULL"
    )


def _misplaced(study: Study) -> str:
    """Forms where the schedule has none, or that have no order among a subject's visits."""
    logs = [form.name for form in study.forms.values() if form.log]
    repeating = [one.name for one in study.visits.values() if one.repeats]
    asked = [f"({text_literal(form)}, {text_literal(visit)})" for form, visit in study.expectations]
    is_log = f"form IN ({_texts(logs)})" if logs else "FALSE"
    repeats = f"visit IN ({_texts(repeating)})" if repeating else "FALSE"
    expected = f"(form, visit) IN ({', '.join(asked)})" if asked else "FALSE"
    known = f"visit IN ({_texts([*study.visits, LOG])}) AND form IN ({_texts(list(study.forms))})"
    return (
        f"({is_log}) <> (visit = {text_literal(LOG)}) OR (unsno <> 0 AND NOT {repeats}) "
        f"OR unsno >= {VISIT_STEP} "
        f"OR NOT ({known}) OR (NOT ({is_log}) AND NOT ({expected}))"
    )


def _row_faults(study: Study, forms: str, subjects: str) -> Iterator[str]:
    for shape in shapes(study):
        if not shape.has_file:
            continue
        view, form = quoted(text_view(shape.name)), text_literal(shape.form.name)
        key = "t.subjid, t.visitid, t.unsno" + (", t.rowno" if shape.group else "")
        yield f"SELECT t.subjid FROM {view} t GROUP BY {key} HAVING count(*) > 1"
        same = "f.subject = t.subjid AND f.visit = t.visitid AND f.unsno = t.unsno AND f.form = " + form
        yield f"SELECT t.subjid FROM {view} t LEFT JOIN {forms} f ON {same} WHERE f.form IS NULL"
        yield (
            f"SELECT t.subjid FROM {view} t LEFT JOIN {subjects} s "
            "ON s.subject = t.subjid AND s.site = t.siteid WHERE s.subject IS NULL"
        )
        if shape.group is None:
            yield (
                f"SELECT f.subject FROM {forms} f LEFT JOIN {view} t ON {same} "
                f"WHERE f.form = {form} AND t.subjid IS NULL"
            )


def _texts(texts: Sequence[str]) -> str:
    return ", ".join(text_literal(one) for one in texts)
