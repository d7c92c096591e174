"""Records as REDCap exports them, one row for each record and event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.fields import Table
from forms_spec.model.study import Study
from generator.losses import WHOLE_STUDY, Loss
from generator.redcap.records.export_records import (
    Exported,
    as_markdown,
    counts,
    export_records,
)
from generator.redcap.records.read_records import read_records
from generator.redcap.records.write_records import RecordFormat
from generator.targets.target import CapturedStudy, RecordsTarget, WrittenRecords

LOSSES = "LOSSES.md"


def write(
    captured: CapturedStudy, target: Path, *, shape: RecordFormat
) -> WrittenRecords:
    """The records as a CSV file, and beside it the list of what it does not carry."""
    forms, subjects = captured.records()
    exported = export_records(
        captured.study, forms, captured.today, shape=shape, subjects=subjects
    )
    losses_file = target.with_name(f"{target.stem}-{LOSSES}")
    loss_list = as_markdown(target.name, exported.left_out)

    target.write_bytes(exported.text.encode("utf-8", errors="surrogatepass"))
    losses_file.write_text(loss_list, encoding="utf-8", newline="\n")

    fault = f"{target.name} does not keep every answer. See {losses_file.name}."
    return WrittenRecords(
        lines=tuple(_lines(exported, target, losses_file, len(forms))),
        complete=exported.whole,
        faults=() if exported.whole else (fault,),
    )


def _lines(
    exported: Exported, target: Path, losses_file: Path, captured_forms: int
) -> Iterator[str]:
    for kind, harmless, count in counts(exported.left_out):
        remark = " (no answer lost)" if harmless else ""
        yield f"{count:6,}  {kind}{remark}"

    left = captured_forms - exported.forms
    rest = ""
    if left:
        rest = f" {left:,} of {captured_forms:,} are not in it. See {losses_file.name}."

    forms = "form" if exported.forms == 1 else "forms"
    yield f"{target}: {exported.forms:,} {forms}.{rest}"


def read(file: Path, study: Study) -> Iterable[CapturedForm]:
    """The forms of an export."""
    return read_records(file.name, file.read_bytes(), study).forms


def losses(study: Study) -> tuple[Loss, ...]:
    """What REDCap's records have no place for, whatever was captured."""
    history = "who saved each version, when and why is in a package only"
    all_losses = [Loss(field=WHOLE_STUDY, facet="history", why=history, harmless=True)]
    for table in study.tables.values():
        all_losses += _table_losses(study, table)

    return tuple(all_losses)


def _table_losses(study: Study, table: Table) -> Iterator[Loss]:
    repeats_twice = table.group is not None and _visit_repeats(study, table.form.name)
    if repeats_twice:
        why = (
            "rows of a visit that repeats: REDCap repeats the event or the rows, "
            "never both"
        )
        yield Loss(field=table.name, facet="row", why=why)

    for field in table.fields:
        if field.kind.name != "file":
            continue

        path = f"{table.name}.{field.name}"
        why = "an export has the names of files, not their content"
        yield Loss(field=path, facet="file", why=why, harmless=True)


def _visit_repeats(study: Study, form: str) -> bool:
    visits = {scheduled.visit for scheduled in study.schedule if scheduled.form == form}
    return any(study.visits[name].repeats for name in visits)


TARGET = RecordsTarget(
    name="redcap",
    summary="records as REDCap exports them",
    suffix=".csv",
    write=partial(write, shape=RecordFormat.FLAT),
    description=(
        "--as redcap writes FILE.csv as REDCap exports records, --as redcap-eav with "
        "one value per line. Losses are counted, and listed in FILE-LOSSES.md."
    ),
    losses=losses,
    read=read,
)
