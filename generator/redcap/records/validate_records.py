"""Judges an export of REDCap's records by a dictionary: one report, its places in the
export.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from forms_spec.evaluation import CellState, Judgement, judge
from forms_spec.evaluation.calculated import without_calculated
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_data import CellKey, Context, FormKey, Record
from forms_spec.model.captured_data import InMemoryCasebook as Casebook
from forms_spec.model.captured_forms import CapturedForm, FormStatus
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.rule_syntax import syntax_tree
from generator.redcap.records.columns import EVENT, INSTANCE
from generator.redcap.records.read_records import read_records
from generator.redcap.records.record_file import EVERYTHING, KnownStructure, RecordFile
from generator.validation.report.report import LIMIT, Collector, Report, Reported

CLOSE = Decimal("1e-6")
"""REDCap computes in binary fractions: a result as near as this, in proportion, is the
same.
"""

MOST_ROWS = 20
"""So many rows that are left out are named, and the others counted."""


def validate_records(
    file: str,
    content: bytes,
    study: Study,
    *,
    today: date,
    structure: KnownStructure = EVERYTHING,
    limit: int = LIMIT,
    subjects: Collection[str] = (),
) -> Report:
    """The report on an export. Never raises for what it says.

    ``structure`` and ``subjects`` are those of ``read_records``.
    """
    records = read_records(file, content, study, structure=structure, subjects=subjects)
    collector = Collector(limit=limit)
    for item in records.findings:
        row = item.text.line if item.text else None
        collector.add(Reported(finding=item, file=file, row=row))

    by_subject: defaultdict[str, list[CapturedForm]] = defaultdict(list)
    for form in records.forms:
        by_subject[form.subject].append(form)

    compared = _compared_fields(study)
    for forms in by_subject.values():
        for reported in _subject(records, study, compared, forms, today):
            collector.add(reported)

    return collector.report(
        source=file,
        study=study.name,
        readable=bool(records.sheet.places) or not content.strip(),
        rows={"records": len(records.sheet.rows)},
        forms=len(records.forms),
        subjects=len(by_subject),
        notes=_notes(records),
    )


def _notes(records: RecordFile) -> tuple[str, ...]:
    text = []
    if records.left_out:
        rows = ", ".join(str(row) for row in records.left_out[:MOST_ROWS])
        more = (
            f" and {len(records.left_out) - MOST_ROWS:,} more"
            if len(records.left_out) > MOST_ROWS
            else ""
        )
        single = len(records.left_out) == 1
        text.append(
            f"{'Row' if single else 'Rows'} {rows}{more} "
            f"{'is' if single else 'are'} left out."
        )

    if records.strange:
        named = ", ".join(list(records.strange)[:MOST_ROWS])
        text.append(
            "The dictionary was converted without lists of events and repeating "
            f"forms: {named} are"
            " validated as they are, and `crfsmith import` rejects them. Convert with "
            "--events,"
            " --event-forms and --repeating."
        )

    if records.empty:
        named = ", ".join(records.empty[:MOST_ROWS])
        more = (
            f" and {len(records.empty) - MOST_ROWS:,} more"
            if len(records.empty) > MOST_ROWS
            else ""
        )
        single = len(records.empty) == 1
        text.append(
            f"{'Record' if single else 'Records'} {named}{more} "
            f"{'has' if single else 'have'} no answers and only"
            " incomplete forms. `crfsmith import` leaves "
            f"{'it' if single else 'them'} out."
        )

    if records.least:
        forms = "1 form has" if records.least == 1 else f"{records.least:,} forms have"
        text.append(
            f"{forms} instances with different statuses. The form takes the least "
            "complete one."
        )

    return tuple(text)


def _subject(
    result: RecordFile,
    study: Study,
    compared: Mapping[tuple[str, str], Field],
    forms: list[CapturedForm],
    today: date,
) -> Iterator[Reported]:
    """Everything wrong with the forms of one subject."""
    given = {form.key: without_documents(study, form) for form in forms}
    records = {
        key: without_calculated(study.forms[key.form], record)
        for key, record in given.items()
    }
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
        judged = judge(
            study,
            study.forms[form.key.form],
            records[form.key],
            context,
            completing=complete,
        )

        for item in (
            *judged.findings,
            *_calculated(compared, form.key, given[form.key], judged),
        ):
            if not (_handed_in(item, form.record) or _unread(result, form, item)):
                yield _reported(result, form, item)


def without_documents(study: Study, form: CapturedForm) -> Record:
    """An export has the names of files, not the files: they are taken as not handed in."""
    spec = study.forms[form.key.form]
    files = {field.name for field in spec.fields if field.kind.name == "file"}
    texts = {
        name: text for name, text in form.record.texts.items() if name not in files
    }
    in_rows = {
        field.name
        for group in spec.row_groups
        for field in group.fields
        if field.kind.name == "file"
    }
    rows = {
        group: tuple(
            type(row)(
                number=row.number,
                texts={
                    name: text
                    for name, text in row.texts.items()
                    if name not in in_rows
                },
            )
            for row in value
        )
        for group, value in form.record.rows.items()
    }

    return Record(texts=texts, rows=rows)


def _handed_in(item: Finding, record: Record) -> bool:
    """True for a file that is asked for, and of which the export has the name."""
    if item.code != "required-blank" or item.data is None or item.data.field is None:
        return False
    if item.data.row is None:
        return item.data.field in record.texts
    value = record.rows.get(item.data.table, ())

    return any(
        row.number == item.data.row and item.data.field in row.texts for row in value
    )


def _unread(records: RecordFile, form: CapturedForm, item: Finding) -> bool:
    """True for a cell that the reader has said already."""
    data = item.data
    if data is None or data.field is None:
        return False
    return (
        form.subject,
        form.key,
        CellKey(data.table, data.row, data.field),
    ) in records.unread


def _compared_fields(study: Study) -> dict[tuple[str, str], Field]:
    """The calculated fields whose results in the export are compared with the
    formula's, by table and name.

    A formula that asks for today's date gives another result every day, and the
    subject's id is the record's name.
    """
    return {
        (table.name, field.name): field
        for table in study.tables.values()
        for field in table.fields
        if field.value is not None
        and field.value.text != "subjid"
        and not _asks_today(field)
    }


def _calculated(
    compared: Mapping[tuple[str, str], Field],
    key: FormKey,
    given: Record,
    judged: Judgement,
) -> Iterator[Finding]:
    """Results of REDCap that are not what the formula gives."""
    for cell, state in judged.cells.items():
        field = compared.get((cell.table, cell.field))
        if field is None or state.state is CellState.HIDDEN:
            continue

        text = _text(given, cell)
        if not text or _close(text, state.text):
            continue

        code = "calculated-differs" if state.text else "calculated-unknown"
        place = DataPlace(
            table=cell.table, field=cell.field, row=cell.row, visit=key.visit
        )
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
    value = record.rows.get(cell.table, ())
    return next(
        (row.texts.get(cell.field, "") for row in value if row.number == cell.row), ""
    )


def _asks_today(field: Field) -> bool:
    assert field.value is not None
    return any(isinstance(node, syntax_tree.Today) for node in _nodes(field.value.tree))


def _nodes(node: object) -> Iterator[object]:
    yield node
    if isinstance(node, syntax_tree.Node):
        for name in node.__dataclass_fields__:
            yield from _nodes(getattr(node, name))
    elif isinstance(node, tuple):
        for item in node:
            yield from _nodes(item)


def _close(given: str, computed: str) -> bool:
    try:
        first, other = Decimal(given.strip().replace(",", ".")), Decimal(computed)
    except InvalidOperation:
        return given.strip() == computed

    return abs(first - other) <= CLOSE * max(abs(first), abs(other), Decimal(1))


def _reported(records: RecordFile, form: CapturedForm, item: Finding) -> Reported:
    """The finding at its cell of the export."""
    data = item.data
    line = None
    if data is not None and data.field is not None:
        line = records.lines.get(
            (form.subject, form.key, CellKey(data.table, data.row, data.field))
        )

    row = line.row if line else records.rows.get((form.subject, form.key))
    key: dict[str, str | int] = {"record": form.subject, EVENT: form.key.visit}
    if form.key.unsno or (data is not None and data.row is not None):
        key[INSTANCE] = (data.row if data is not None else None) or form.key.unsno
    return Reported(
        finding=item,
        file=records.sheet.file,
        table=data.table if data else form.key.form,
        row=row,
        field=data.field if data else None,
        key=key,
    )
