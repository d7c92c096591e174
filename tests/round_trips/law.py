"""The law of the way out and back, for one database: what it exports is valid, and
comes back whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from click.testing import CliRunner, Result

from forms_spec.evaluation import judge
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import Context, InMemoryCasebook
from forms_spec.model.captured_forms import FormStatus
from forms_spec.model.study import Study
from forms_spec.schedule.form_places import has_place
from generator.tables import layout
from generator.validation.report.report import Reported
from generator.validation.validate import validate_package
from webapp.commands import main
from webapp.packages.export import captured_forms, last_day
from webapp.storage import (
    Database,
    Snapshot,
    StoredForm,
    broken_seals,
    open_database,
    snapshot,
)
from webapp.storage.audit.audit_findings import AuditFinding
from webapp.storage.audit.database_audit import audit_database

OF_THE_PAST = frozenset(
    {
        "form-retired",
        "site-retired",
        "subject-number-retired",
        "form-not-in-schedule",
        "visit-repeated",
        "visit-repeats-now",
    }
)
"""What pages show by the side of a form: it has no place in the dictionary any more."""


@dataclass(kw_only=True)
class Outcome:
    """What the law found wrong, in words; and how much it looked at."""

    wrong: list[str] = field(default_factory=list)
    forms: int = 0
    versions: int = 0
    findings: int = 0
    queries: int = 0
    acts: int = 0


def check(url: str, study: Study, folder: Path) -> Outcome:
    """Exports, validates, imports into a new database and exports again."""
    there = f"sqlite:///{folder}/there.sqlite"
    outcome = Outcome()
    first, second = folder / "first", folder / "second"
    outcome.wrong += _failed(run("export", "--db", url, "--out", str(first)), (0, 1))
    database = open_database(url)
    with snapshot(database) as state:
        outcome.wrong += _more_findings(first, state, study, outcome)
        before = list(_contents(state))
        asked = list(_threads(state))
    outcome.queries = len(asked)
    outcome.forms, outcome.versions = len({one[0] for one in before}), len(before)
    database.close()
    outcome.acts = _acts_in(first)
    outcome.wrong += _failed(run("import", str(first), "--db", there), (0,))
    outcome.wrong += _failed(run("export", "--db", there, "--out", str(second)), (0, 1))
    outcome.wrong += _other_bytes(first, second)
    database = open_database(there)
    with snapshot(database) as state:
        after = list(_contents(state))
        asked_there = list(_threads(state))
    if before != after:
        outcome.wrong.append(f"{len(before)} versions here, {len(after)} there")
        pairs = zip(before, after, strict=False)
        outcome.wrong += [f"other: {one} / {two}" for one, two in pairs if one != two]
    if asked != asked_there:
        outcome.wrong.append(f"other queries: {asked} / {asked_there}")
    outcome.wrong += [f"audit: {item.finding.message}" for item in _audit(database)]
    outcome.wrong += [
        f"broken seal: {one.key} {one.version}" for one in broken_seals(database)
    ]
    database.close()
    return outcome


def _acts_in(package: Path) -> int:
    """How many acts of reviewers and between two entries a package has."""
    names = layout.REVIEW_ACTS, layout.ENTRY_ACTS
    tables = [package / layout.table_path(name) for name in names]
    there = [table.read_bytes() for table in tables if table.exists()]
    return sum(len(content.splitlines()) - 1 for content in there)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def _failed(done: Result, codes: tuple[int, ...]) -> list[str]:
    if done.exit_code in codes:
        return []
    return [f"exit {done.exit_code}: {done.output[-600:]} {done.exception!r}"]


def _more_findings(
    package: Path, state: Snapshot, study: Study, outcome: Outcome
) -> Iterator[str]:
    """Findings of the package that no page has."""
    pages = set(_findings_of_pages(state, study))
    report = validate_package(package, limit=10**6)
    outcome.findings = len(report.findings)
    for one in report.findings:
        if one.file and one.file.startswith(layout.DICTIONARY):
            continue  # what ``check`` tells the designer
        if one.finding.code not in OF_THE_PAST and _key(one.finding, one) not in pages:
            said = f"{one.finding.code} {one.finding.message}"
            yield f"only in the package: {one.file}:{one.row} {one.field} {said}"


Key = tuple[object, ...]


def _findings_of_pages(state: Snapshot, study: Study) -> Iterator[Key]:
    today = last_day(state, study)
    for subject, some in groupby(
        captured_forms(state, study), key=lambda one: one.subject
    ):
        forms = [one for one in some if has_place(study, one.key)]
        casebook = InMemoryCasebook({one.key: one.record for one in forms})
        for form in forms:
            key = form.key
            context = Context(
                today=today,
                subject=subject,
                visit=key.visit,
                unsno=key.unsno,
                casebook=casebook,
            )
            completing = form.status == FormStatus.COMPLETE
            judged = judge(
                study,
                study.forms[key.form],
                form.record,
                context,
                completing=completing,
            )
            for found in judged.findings:
                place = found.data
                yield (
                    found.code, subject, key.visit, key.unsno,
                    place.field if place else None, place.row if place else None,
                )  # fmt: skip


def _key(found: Finding, reported: Reported) -> Key:
    key = reported.key
    return (
        found.code, key.get("subjid"), key.get("visitid"), key.get("unsno"), reported.field, key.get("rowno"),
    )  # fmt: skip


def _other_bytes(first: Path, second: Path) -> Iterator[str]:
    names = {
        path.relative_to(root)
        for root in (first, second)
        for path in root.rglob("*")
        if path.is_file()
    }
    for name in sorted(names):
        # A database has a log of its own: there it tells of an import, not of saves.
        if name.as_posix().startswith(layout.LOG):
            continue
        held = [
            (root / name).read_bytes() if (root / name).exists() else b""
            for root in (first, second)
        ]
        if held[0] != held[1]:
            pairs = zip(held[0].splitlines(), held[1].splitlines(), strict=False)
            line = next(
                (pair for pair in pairs if pair[0] != pair[1]),
                (held[0][:60], held[1][:60]),
            )
            yield f"other bytes: {name}: {line}"


def _contents(state: Snapshot) -> Iterator[tuple[object, ...]]:
    """Every version of every form, and who entered whom."""
    for subject in state.subjects():
        for one in sorted(
            state.versions(subject.subjid), key=lambda form: (form.key, form.version)
        ):
            yield (one.key, one.version, subject, *_version(one))


def _threads(state: Snapshot) -> Iterator[tuple[object, ...]]:
    """Every query with everything that was written in it; the log numbers its lines
    anew.
    """
    for subject in state.subjects():
        for thread in state.threads(subject.subjid):
            entries = [replace(entry, event_number=0) for entry in thread.entries]
            yield thread.query, entries


def _audit(database: Database) -> Iterator[AuditFinding]:
    """What an audit finds, but for heads: nobody signs here."""
    for item in audit_database(database).findings:
        if item.finding.code != "head-unsigned":
            yield item


def _version(one: StoredForm) -> tuple[object, ...]:
    record = one.record
    texts = {name: text for name, text in record.texts.items() if text}
    rows = {
        name: sorted(
            (row.number, sorted((n, t) for n, t in row.texts.items() if t))
            for row in held
        )
        for name, held in record.rows.items()
        if held
    }
    marks = {name: mark for name, mark in one.row_marks.items() if mark}
    return (
        one.status, texts, rows, dict(record.kept), marks, one.reason,
        one.saved_by, one.saved_at, one.dictionary_hash,
    )  # fmt: skip
