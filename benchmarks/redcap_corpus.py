"""What becomes of real dictionaries of REDCap: a table, printed and kept in
``docs/redcap-coverage.md``.

The files are not part of the project. They are looked for in
``../shared/corpus/redcap``, or in the folder that is named on the command line.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from frictionless import Package

from forms_spec import load_study
from forms_spec.evaluation import judge
from forms_spec.findings.finding import Severity
from forms_spec.model.captured_data import Context, Record
from forms_spec.model.study import Study
from generator.pages import form_html
from generator.redcap.convert import Converted, convert_redcap
from generator.redcap.reading.columns import COLUMNS
from generator.redcap.reading.dictionary_rows import Item, read_dictionary
from generator.redcap.write_dictionary import write_redcap
from generator.tables.descriptor import descriptor

CORPUS = Path(__file__).parents[2] / "shared" / "corpus" / "redcap"
REPORT = Path(__file__).parents[1] / "docs" / "redcap-coverage.md"
UNTRANSLATED = ("branching", "calculation")
TODAY = date(2026, 1, 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One file of the corpus."""

    file: str
    converted: Converted
    pages: int
    schemas: int
    differing: int

    @property
    def losses(self) -> Counter[str]:
        return Counter(one.kind for one in self.converted.losses if not one.harmless)

    @property
    def untranslated(self) -> int:
        return sum(self.losses[kind] for kind in UNTRANSLATED)


def measure(path: Path) -> Line:
    """Converts a file, builds its pages and schemas, and takes it back again."""
    content = path.read_bytes()
    converted = convert_redcap(path.name, content)
    study = load_study(converted.files).study if converted.files else None
    before = read_dictionary(path.name, content).items
    written = write_redcap(converted.files, {"dictionary": content}) if study else None
    after = read_dictionary("back.csv", written.content or b"").items if written else []
    return Line(
        file=path.name,
        converted=converted,
        pages=_pages(study) if study else 0,
        schemas=_schemas(study) if study else 0,
        differing=_differing(before, after),
    )


def _pages(study: Study) -> int:
    """The forms whose page has every question."""
    built = 0
    for form in study.forms.values():
        visit = next(
            (one.visit for one in study.schedule if one.form == form.name), None
        )
        record = Record()
        judged = judge(
            study, form, record, Context(today=TODAY, subject="1", visit=visit)
        )
        built += bool(form_html(study, form, record, judged))
    return built


def _schemas(study: Study) -> int:
    """The tables of a descriptor that Frictionless accepts."""
    package = Package.from_descriptor(descriptor(study))
    return len(package.resources)


def _differing(before: list[Item], after: list[Item]) -> int:
    """Cells that are not the same after the way there and back."""
    back = {item.name: item for item in after}
    return sum(
        item.name not in back or item.cell(column) != back[item.name].cell(column)
        for item in before
        for column in COLUMNS
    )


def report(lines: list[Line]) -> Iterator[str]:
    """The table as Markdown."""
    yield "# Coverage of real REDCap dictionaries"
    yield ""
    yield (
        "Written by `make corpus` from files that are not part of this project. "
        "*Logic* counts branching"
    )
    yield (
        "logic and calculations. *Back* counts the cells that differ after REDCap → "
        "crfsmith → REDCap."
    )
    yield ""
    yield (
        "| file | fields | findings | logic | not translated | other losses | pages | "
        "tables | back |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    for one in lines:
        found = one.converted
        other = sum(one.losses.values()) - one.untranslated
        cells = (
            one.file,
            found.fields,
            len(found.findings),
            found.logic,
            one.untranslated,
            other,
        )
        yield (
            f"| {' | '.join(map(str, cells))} | {one.pages} | {one.schemas} | "
            f"{one.differing} |"
        )
    yield from _totals(lines)


def _totals(lines: list[Line]) -> Iterator[str]:
    logic = sum(one.converted.logic for one in lines)
    lost = sum(one.untranslated for one in lines)
    fields = sum(one.converted.fields for one in lines)
    usable = sum(one.converted.usable for one in lines)
    share = 100 * (logic - lost) / logic if logic else 100
    yield ""
    yield (
        f"{usable} of {len(lines)} files become a dictionary that can be used, "
        f"{fields:,} fields in all."
    )
    yield (
        f"{logic - lost:,} of {logic:,} cells with logic are translated ({share:.1f} "
        "%)."
    )
    yield ""
    yield "| loss | cells |"
    yield "|---|---:|"
    for kind, count in sum((one.losses for one in lines), Counter[str]()).most_common():
        yield f"| {kind} | {count} |"


def main() -> int:
    """Measures every file; 1 when one is not usable or does not come back the same."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS
    files = sorted(folder.glob("*.csv"))
    if not files:
        print(f"There are no CSV files in {folder}: nothing to measure.")
        return 0
    lines = [measure(path) for path in files]
    text = "\n".join([*report(lines), ""])
    print(text)
    if folder == CORPUS:
        REPORT.write_text(text, encoding="utf-8")
    refused = [
        one
        for one in lines
        if any(found.severity is Severity.ERROR for found in one.converted.findings)
    ]
    return int(bool(refused) or any(one.differing for one in lines))


if __name__ == "__main__":
    sys.exit(main())
