"""The package: all captured data with schemas, dictionary, files and history."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.study import Study
from generator.tables.losses import losses
from generator.targets.target import CapturedStudy, RecordsTarget, WrittenRecords

COMPLETE_ALL_THE_SAME = frozenset({"text-without-column"})
"""Findings of an export that lacks nothing: after an amendment some answers are in the
audit trail alone.
"""


def write(captured: CapturedStudy, target: Path) -> WrittenRecords:
    """A zip or a folder."""
    written = captured.write_package(target)
    rows = sum(written.rows.values())
    size = (
        f"{target}: {rows:,} rows in {len(written.rows)} tables, "
        f"{written.rows['forms']:,} forms."
    )
    codes = {finding.code for finding in written.findings}

    return WrittenRecords(
        lines=(size, _unchecked(captured.study)),
        complete=codes <= COMPLETE_ALL_THE_SAME,
        findings=written.findings,
    )


def _unchecked(study: Study) -> str:
    """One line on what another validator would miss, and where that is listed."""
    # Several losses may be of one field. Without a point it is a table or the study.
    fields = {loss.field for loss in losses(study) if "." in loss.field}
    count = "1 field"
    if len(fields) != 1:
        count = f"{len(fields):,} fields"

    return (
        f"Frictionless alone does not fully check {count}. crfsmith validate does. "
        "The codebook lists what is not checked, field by field."
    )


def read(package: Path, study: Study) -> Iterable[CapturedForm]:
    """The forms of a package, as this study's dictionary reads them."""
    # The readers of packages take long to load, and an export does without them.
    from generator.validation.open_package import open_package

    with open_package(package, dictionary=study.files) as opened:
        return list(opened.forms())


TARGET = RecordsTarget(
    name="package",
    summary="all captured data with schemas, dictionary and history",
    suffix=".zip",
    write=write,
    description=(
        "Answers to fields that are no longer in the dictionary are listed and kept in "
        "audit.csv. This is not an error. The codebook lists, field by field, what "
        "Frictionless alone does not check in a package."
    ),
    losses=losses,
    read=read,
)
