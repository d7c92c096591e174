"""The tables of a package, safe to open in a spreadsheet."""

from __future__ import annotations

import tempfile
from pathlib import Path

from forms_spec.model.study import Study
from generator.losses import WHOLE_STUDY, Loss
from generator.package.spreadsheet import write_copy
from generator.targets.target import CapturedStudy, RecordsTarget, WrittenRecords

LEFT_OUT = {
    "schema": "the copy has no datapackage.json, so it is not a package",
    "dictionary": "the copy has tables only",
    "files": "the copy has the names of uploaded files, not their content",
    "text": "a text that a spreadsheet takes for a formula begins with an apostrophe",
}


def write(captured: CapturedStudy, target: Path) -> WrittenRecords:
    """A zip or a folder with the tables of a package, without what makes them one."""
    # Only a whole package has all tables, so one is written and copied.
    with tempfile.TemporaryDirectory(prefix="crfsmith-") as folder:
        package = Path(folder) / "package"
        captured.write_package(package)
        changed = write_copy(package, target)

    texts = "1 text now starts"
    if changed != 1:
        texts = f"{changed:,} texts now start"

    line = (
        f"{target}: tables for a spreadsheet. {texts} with an apostrophe to "
        "prevent formulas."
    )

    return WrittenRecords(lines=(line,))


def losses(_study: Study) -> tuple[Loss, ...]:
    """The same of every study."""
    return tuple(
        Loss(field=WHOLE_STUDY, facet=facet, why=why, harmless=facet != "files")
        for facet, why in LEFT_OUT.items()
    )


TARGET = RecordsTarget(
    name="spreadsheet",
    summary="the tables alone, safe to open in a spreadsheet",
    suffix=".zip",
    write=write,
    description=(
        "--as spreadsheet writes only the tables. Texts that a spreadsheet would read "
        "as formulas start with an apostrophe. Such a copy is not a package and cannot "
        "be imported."
    ),
    losses=losses,
)
