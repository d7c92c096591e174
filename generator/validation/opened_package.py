"""A package that has been opened: its tables are read, its forms and files can be asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.package.package_files import OURS
from generator.package.source import BrokenFile, Source
from generator.tables import layout
from generator.validation.report.report import Collector, Report, Reported
from generator.validation.row_store import Store
from generator.validation.table_plan import TablePlan

if TYPE_CHECKING:  # packages of others do without
    from forms_spec.model.captured_forms import CapturedForm, Subject
    from forms_spec.model.study import Study
    from generator.validation.assemble_forms import StagedForm
    from generator.validation.completeness import Missingness
    from generator.validation.returned_table import TableReturn

LARGEST_FILE = 512 * 10**6


@dataclass(kw_only=True)
class OpenPackage:
    """A package whose tables have been read. ``study`` is None when no dictionary could be used.

    ``returned`` are the tables that are not as they were exported; ``source`` has them restored.
    """

    path: Path
    source: Source
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
        """True in a package of a study, whose subjects and forms have tables of their own."""
        return self.study is not None or OURS in self.descriptor

    def staged(self) -> Iterator[tuple[str, list[StagedForm]]]:
        """Each subject with its forms; key faults are reported on the way, so go through it once."""
        from generator.validation.assemble_forms import Assembly

        assert self.study is not None
        assembly = Assembly(study=self.study, plans=self.plans, store=self.store, collector=self.collector)
        yield from assembly.subjects()

    def forms(self) -> Iterator[CapturedForm]:
        """Every form, as it was given to ``write_package`` and in the same order inside a subject."""
        for _, forms in self.staged():
            yield from (form.captured() for form in forms)

    def subjects(self) -> Iterator[Subject]:
        """Every subject of ``data/subjects.csv``."""
        from forms_spec.model.captured_forms import Subject

        for name in self.store.names():
            for line in self.store.subjects(name)[:1]:
                yield Subject(line.site, line.subject)

    def file(self, name: str) -> bytes | None:
        """An uploaded file by the text of its cell; None when it is not there, or not as a whole."""
        return self.bytes_of(name) if name.startswith(layout.FILES) else None

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
