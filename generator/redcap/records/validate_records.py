"""Judges an export of REDCap's records by a dictionary: one report, its places in the export."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation

from forms_spec.evaluation import CellState, Judgement, judge
from forms_spec.evaluation.calculated import without_calculated
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_data import CellKey, Context, FormKey, Record
from forms_spec.model.captured_data import Records as Casebook
from forms_spec.model.captured_forms import CapturedForm, FormStatus
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.rule_syntax import syntax_tree
from generator.redcap.records.columns import EVENT, INSTANCE
from generator.redcap.records.read_records import read_records
from generator.redcap.records.record_file import EVERYTHING, Records, Said
from generator.validation.report.report import LIMIT, Collector, Report, Reported

CLOSE = Decimal("1e-6")
"""REDCap computes in binary fractions: a result as near as this, in proportion, is the same."""

MOST_ROWS = 20
"""So many rows that are left out are named, and the others counted."""


def validate_records(
    file: str,
    content: bytes,
    study: Study,
    *,
    today: date,
    said: Said = EVERYTHING,
    limit: int = LIMIT,
    subjects: Collection[str] = (),
) -> Report:
    """The report on an export. Never raises for what it says. ``said``, ``subjects``: as ``read_records``."""
    found = read_records(file, content, study, said=said, subjects=subjects)
    collector = Collector(limit=limit)
    for one in found.findings:
        row = one.text.line if one.text else None
        collector.add(Reported(finding=one, file=file, row=row))
    by_subject: defaultdict[str, list[CapturedForm]] = defaultdict(list)
    for form in found.forms:
        by_subject[form.subject].append(form)
    for forms in by_subject.values():
        for reported in _subject(found, study, forms, today):
            collector.add(reported)
    return collector.report(
        source=file,
        study=study.name,
        readable=bool(found.sheet.places) or not content.strip(),
        rows={"records": len(found.sheet.rows)},
        forms=len(found.forms),
        subjects=len(by_subject),
        notes=_notes(found),
    )


def _notes(found: Records) -> tuple[str, ...]:
    said = []
    if found.left_out:
        rows = ", ".join(str(row) for row in found.left_out[:MOST_ROWS])
        more = f" and {len(found.left_out) - MOST_ROWS:,} more" if len(found.left_out) > MOST_ROWS else ""
        one = len(found.left_out) == 1
        said.append(f"{'Row' if one else 'Rows'} {rows}{more} {'is' if one else 'are'} left out.")
    if found.strange:
        named = ", ".join(list(found.strange)[:MOST_ROWS])
        said.append(
            f"The dictionary was converted without lists of events and repeating forms: {named} are"
            " validated as they are, and `crfsmith import` rejects them. Convert with --events,"
            " --event-forms and --repeating."
        )
    if found.empty:
        named = ", ".join(found.empty[:MOST_ROWS])
        more = f" and {len(found.empty) - MOST_ROWS:,} more" if len(found.empty) > MOST_ROWS else ""
        one = len(found.empty) == 1
        said.append(
            f"{'Record' if one else 'Records'} {named}{more} {'has' if one else 'have'} no answers and only"
            f" incomplete forms. `crfsmith import` leaves {'it' if one else 'them'} out."
        )
    if found.least:
        forms = "1 form has" if found.least == 1 else f"{found.least:,} forms have"
        said.append(f"{forms} instances with different statuses. The form takes the least complete one.")
    return tuple(said)


def _subject(found: Records, study: Study, forms: list[CapturedForm], today: date) -> Iterator[Reported]:
    """Everything wrong with the forms of one subject."""
    given = {form.key: without_documents(study, form) for form in forms}
    records = {key: without_calculated(study.forms[key.form], record) for key, record in given.items()}
    casebook = Casebook(records)
    for form in forms:
        context = Context(
            today=today,
            subject=form.subject,
            visit=form.key.visit,
            unsno=form.key.unsno,
            casebook=casebook,
        )
        complete = form.status == FormStatus.COMPLETE
        judged = judge(study, study.forms[form.key.form], records[form.key], context, completing=complete)
        for one in (*judged.findings, *_calculated(study, form.key, given[form.key], judged)):
            if not (_handed_in(one, form.record) or _unread(found, form, one)):
                yield _reported(found, form, one)


def without_documents(study: Study, form: CapturedForm) -> Record:
    """An export has the names of files, not the files: they are taken as not handed in."""
    spec = study.forms[form.key.form]
    files = {one.name for one in spec.fields if one.kind.name == "file"}
    texts = {name: text for name, text in form.record.texts.items() if name not in files}
    in_rows = {one.name for group in spec.row_groups for one in group.fields if one.kind.name == "file"}
    rows = {
        group: tuple(
            type(row)(
                number=row.number,
                texts={name: text for name, text in row.texts.items() if name not in in_rows},
            )
            for row in held
        )
        for group, held in form.record.rows.items()
    }
    return Record(texts=texts, rows=rows)


def _handed_in(one: Finding, record: Record) -> bool:
    """True for a file that is asked for, and of which the export has the name."""
    if one.code != "required-blank" or one.data is None or one.data.field is None:
        return False
    if one.data.row is None:
        return one.data.field in record.texts
    held = record.rows.get(one.data.table, ())
    return any(row.number == one.data.row and one.data.field in row.texts for row in held)


def _unread(found: Records, form: CapturedForm, one: Finding) -> bool:
    """True for a cell that the reader has said already."""
    data = one.data
    if data is None or data.field is None:
        return False
    return (form.subject, form.key, CellKey(data.table, data.row, data.field)) in found.unread


def _calculated(study: Study, key: FormKey, given: Record, judged: Judgement) -> Iterator[Finding]:
    """Results of REDCap that are not what the formula gives. What asks for today has changed since."""
    for cell, state in judged.cells.items():
        field = study.field(cell.table, cell.field)
        text = _text(given, cell)
        if field is None or field.value is None or not text or state.state is CellState.HIDDEN:
            continue
        if _asks_today(field) or field.value.text == "subjid" or _close(text, state.text):
            continue
        code = "calculated-differs" if state.text else "calculated-unknown"
        place = DataPlace(table=cell.table, field=cell.field, row=cell.row, visit=key.visit)
        yield finding(
            code,
            text=field.place,
            data=place,
            value=text,
            label=field.label,
            given=text,
            answer=state.text,
        )


def _text(record: Record, cell: CellKey) -> str:
    if cell.row is None:
        return record.texts.get(cell.field, "")
    held = record.rows.get(cell.table, ())
    return next((row.texts.get(cell.field, "") for row in held if row.number == cell.row), "")


def _asks_today(field: Field) -> bool:
    assert field.value is not None
    return any(isinstance(node, syntax_tree.Today) for node in _nodes(field.value.tree))


def _nodes(node: object) -> Iterator[object]:
    yield node
    if isinstance(node, syntax_tree.Node):
        for name in node.__dataclass_fields__:
            yield from _nodes(getattr(node, name))
    elif isinstance(node, tuple):
        for one in node:
            yield from _nodes(one)


def _close(given: str, computed: str) -> bool:
    try:
        one, other = Decimal(given.strip().replace(",", ".")), Decimal(computed)
    except InvalidOperation:
        return given.strip() == computed
    return abs(one - other) <= CLOSE * max(abs(one), abs(other), Decimal(1))


def _reported(found: Records, form: CapturedForm, one: Finding) -> Reported:
    """The finding at its cell of the export."""
    data = one.data
    line = None
    if data is not None and data.field is not None:
        line = found.lines.get((form.subject, form.key, CellKey(data.table, data.row, data.field)))
    row = line.row if line else found.rows.get((form.subject, form.key))
    key: dict[str, str | int] = {"record": form.subject, EVENT: form.key.visit}
    if form.key.unsno or (data is not None and data.row is not None):
        key[INSTANCE] = (data.row if data is not None else None) or form.key.unsno
    return Reported(
        finding=one,
        file=found.sheet.file,
        table=data.table if data else form.key.form,
        row=row,
        field=data.field if data else None,
        key=key,
    )
