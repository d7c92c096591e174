"""A package that has been opened: its tables are read, its forms and files can be asked
for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forms_spec.findings.catalogue import finding
from forms_spec.model.captured_forms import CapturedForm, Subject
from generator.package.package_files import LARGEST_TEXT, OURS
from generator.package.source import BrokenFile, PackageSource, Unreadable
from generator.tables import layout
from generator.validation.assemble_forms import Assembly, StagedForm
from generator.validation.report.report import Collector, Report, Reported
from generator.validation.row_store import SchemaFailure, Store
from generator.validation.table_plan import TablePlan

if TYPE_CHECKING:  # packages of others do without
    from forms_spec.model.study import Study
    from generator.validation.completeness import Missingness
    from generator.validation.returned_table import TableReturn

LARGEST_FILE = 512 * 10**6


@dataclass(kw_only=True)
class OpenPackage:
    """A package whose tables have been read. ``study`` is None when no dictionary could
    be used.

    ``returned`` are the tables that are not as they were exported; ``source`` has them
    restored.
    """

    path: Path
    source: PackageSource
    store: Store
    collector: Collector
    descriptor: Mapping[str, Any]
    study: Study | None = None
    plans: tuple[TablePlan, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    missingness: tuple[Missingness, ...] = ()
    notes: tuple[str, ...] = ()
    handed: int = 0
    stopped: Callable[[], Iterable[Reported]] = tuple
    resources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    returned: tuple[TableReturn, ...] = ()

    @property
    def ours(self) -> bool:
        """True in a package of a study, whose subjects and forms have tables of their
        own.
        """
        return self.study is not None or OURS in self.descriptor

    def staged(self) -> Iterator[tuple[str, list[StagedForm]]]:
        """Each subject with its forms; key faults are reported on the way, so go
        through it once.
        """
        assert self.study is not None
        assembly = Assembly(
            study=self.study,
            plans=self.plans,
            store=self.store,
            collector=self.collector,
        )
        yield from assembly.subjects()

    def forms(self) -> Iterator[CapturedForm]:
        """Every form, as it was given to ``write_package`` and in the same order inside
        a subject.
        """
        for _, forms in self.staged():
            yield from (form.captured() for form in forms)

    def subjects(self) -> Iterator[Subject]:
        """Every subject of ``data/subjects.csv``."""
        for name in self.store.names():
            for line in self.store.subjects(name)[:1]:
                yield Subject(line.site, line.subject)

    def file(self, name: str) -> bytes | None:
        """An uploaded file by the text of its cell; None when it is not there, or not
        as a whole.
        """
        if not name.startswith(layout.FILES):
            return None

        return self.bytes_of(name)

    def bytes_of(self, name: str) -> bytes | None:
        """A whole file of the package, by its path."""
        if self.source.sizes.get(name, LARGEST_FILE + 1) > LARGEST_FILE:
            return None

        try:
            with self.source.open(name) as content:
                return content.read()
        except BrokenFile:
            return None

    @property
    def data_cut(self) -> date | None:
        """The day on which the data are judged."""
        try:
            return date.fromisoformat(str(self.descriptor.get("crfsmith:data_cut")))
        except ValueError:
            return None

    def report(self) -> Report:
        """What has been found so far."""
        forms, subjects = self.store.counted()

        return self.collector.report(
            source=str(self.path),
            study=self.study.name if self.study else None,
            readable=True,
            rows=self.rows,
            forms=forms,
            subjects=subjects,
            missingness=self.missingness,
            notes=self.notes,
            handed=self.handed,
        )


def unreadable(source: Path, error: Unreadable | BrokenFile) -> Report:
    """The report on a package of which nothing could be judged."""
    found = (
        error.finding
        if isinstance(error, Unreadable)
        else finding("broken-zip", value=source.name, why=str(error))
    )
    collector = Collector()
    collector.add(Reported(finding=found))

    return collector.report(
        source=str(source), study=None, readable=False, rows={}, forms=0, subjects=0
    )


def reported_doubt(plan: TablePlan, doubt: SchemaFailure) -> Reported:
    """A cell that only Frictionless speaks of."""
    found = finding(doubt.code, value=doubt.value, field=doubt.field, says=doubt.words)

    return Reported(
        finding=found,
        file=plan.path,
        table=plan.name,
        row=doubt.line,
        field=doubt.field,
    )


def read_text(source: PackageSource, name: str) -> str:
    """A whole text file of a package. Raises ``BrokenFile``."""
    if source.sizes[name] > LARGEST_TEXT:
        raise BrokenFile(f"it is larger than {LARGEST_TEXT // 2**20} MB")

    with source.open(name) as stream:
        try:
            return stream.read(LARGEST_TEXT + 1).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BrokenFile(f"it is not UTF-8 at byte {error.start}") from error
