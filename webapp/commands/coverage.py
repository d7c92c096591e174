"""``crfsmith coverage``: what test subjects reach of a dictionary."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from pathlib import Path

import click

from forms_spec.evaluation.coverage import (
    CONDITION,
    OPTION,
    RULE,
    Coverage,
    CoveragePoint,
)
from forms_spec.model.captured_data import FormKey, Record
from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.study import Study
from forms_spec.schedule.study_clock import local
from generator.package.example_subjects import read_subjects
from generator.package.source import Unreadable
from generator.validation.open_package import open_package
from webapp.commands.study_folder import study_in_folder
from webapp.commands.terminal import show_finding
from webapp.demo.demo_study import read_texts
from webapp.installation.command_error import CommandError

SUBJECTS = "subjects"
HEADINGS = {RULE: "Rules", CONDITION: "Conditions", OPTION: "Options"}
SAYS = {
    (RULE, "TRUE"): "never held",
    (RULE, "FALSE"): "never found anything",
    (CONDITION, "TRUE"): "never TRUE",
    (CONDITION, "FALSE"): "never FALSE",
    (OPTION, "chosen"): "never chosen",
}
COLUMNS = ("kind", "name", "file", "line", "counts", "never", "words")


@click.command(short_help="Say what test subjects reach of a dictionary.")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.argument(
    "package", type=click.Path(path_type=Path), metavar="[PACKAGE]", required=False
)
@click.option("--format", "layout", type=click.Choice(["text", "csv"]), default="text")
def command(folder: Path, package: Path | None, layout: str) -> None:
    """Count which rules of the dictionary in DIR held or found something, which
    conditions came out TRUE and FALSE, and which options were chosen by the subjects
    of PACKAGE (or of DIR/subjects), and list what none of them reached.

    Exit status: 0, or 2 if nothing could be read.
    """
    study = study_in_folder(folder, "Nothing was counted")
    forms, today = _forms(study, folder, package)
    coverage = Coverage(study)
    for subject, records, last in _by_subject(study, forms):
        coverage.add(subject, records, today or last)

    if not coverage.subjects:
        raise CommandError(
            f"There are no subjects in {package or folder / SUBJECTS}. Make some with "
            "crfsmith synthesize."
        )

    lines = _csv(coverage) if layout == "csv" else _text(coverage)
    click.echo("\n".join(lines))


def _forms(
    study: Study, folder: Path, package: Path | None
) -> tuple[list[CapturedForm], date | None]:
    """The forms of a package, or of the dictionary's own examples, and their day."""
    if package is None:
        example = folder / SUBJECTS
        texts = read_texts(example) if example.is_dir() else {}
        subjects = read_subjects(texts, study)
        for finding in subjects.findings:
            show_finding(finding, texts)

        return list(subjects.forms), subjects.data_cut

    try:
        with open_package(package) as opened:
            if opened.study is None:
                raise CommandError(f"{package} has no dictionary that can be read.")
            known = [form for form in opened.forms() if form.key.form in study.forms]
            return known, opened.data_cut
    except Unreadable as error:
        raise CommandError(f"{package} cannot be read.") from error


def _by_subject(
    study: Study, forms: Iterable[CapturedForm]
) -> Iterator[tuple[str, Mapping[FormKey, Record], date]]:
    """Each subject with its forms and the day of its last save."""
    ordered = sorted(forms, key=lambda form: form.subject)
    for subject, own in groupby(ordered, key=lambda form: form.subject):
        listed = list(own)
        last = max(local(study, form.saved_at).date() for form in listed)
        yield subject, {form.key: form.record for form in listed}, last


def _text(coverage: Coverage) -> Iterator[str]:
    yield f"{coverage.subjects:,} subjects, {coverage.forms:,} forms"
    for kind, heading in HEADINGS.items():
        points = coverage.of(kind)
        whole = sum(not point.never for point in points)
        yield ""
        yield f"{heading}: {whole:,} of {len(points):,} reached in full"
        for (of_kind, outcome), words in SAYS.items():
            lacking = [point for point in points if outcome in point.never]
            if of_kind != kind or not lacking:
                continue

            yield f"  {words}: {len(lacking):,}"
            yield from (f"    {_line(point)}" for point in lacking)


def _line(point: CoveragePoint) -> str:
    place = f"{point.place.file}:{point.place.line} " if point.place else ""
    counts = ", ".join(f"{name} {count:,}" for name, count in point.counts.items())
    return f"{place}{point.name}{f' ({counts})' if counts else ''}: {point.words}"


def _csv(coverage: Coverage) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for point in coverage.points:
        counts = " ".join(f"{name}={count}" for name, count in point.counts.items())
        place = point.place
        writer.writerow(
            (
                point.kind,
                point.name,
                place.file if place else "",
                place.line if place else "",
                counts,
                " ".join(point.never),
                point.words,
            )
        )

    yield text.getvalue().rstrip("\n")
