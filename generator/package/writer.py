"""Captured forms in, a package out: streamed, sorted, the same bytes for the same data."""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_data import CellKey
from forms_spec.model.captured_forms import (
    AuditEntry,
    CapturedAct,
    CapturedEntryAct,
    CapturedFile,
    CapturedForm,
    CapturedQueryEntry,
    CapturedSave,
    CapturedThread,
    Subject,
)
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from forms_spec.schedule.study_clock import day_of
from generator.package.archive import HashingSink, Sink, open_sink
from generator.package.past_dictionaries import (
    NOTHING_EARLIER,
    Earlier,
    SeenNames,
    has_lost_place,
    has_table_rows,
    retired_names,
)
from generator.package.row_order import OrderKey, package_order
from generator.package.table_spool import Spool, Spooled
from generator.tables import layout
from generator.tables.descriptor import Past, Stored, descriptor, timestamp

KEPT = "kept"
_INVISIBLE = re.compile(
    "[\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ue000-\uf8ff\ufefe-\uff00"
    "\ufff0-\uffff\U00010000\U0010ffff]"
)
"""Characters that do not show, or turn the direction of the line they are in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenPackage:
    """Rows per table, and a finding for every field whose texts the dictionary has no
    column for.
    """

    rows: Mapping[str, int]
    findings: tuple[Finding, ...]


def write_package(
    study: Study,
    forms: Iterable[CapturedForm],
    target: Path,
    *,
    subjects: Iterable[Subject] | None = None,
    changes: Iterable[AuditEntry] = (),
    files: Iterable[CapturedFile] = (),
    data_cut: date | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> WrittenPackage:
    """Writes a zip (``target`` ends in ``.zip``) or a folder.

    ``forms`` come sorted by ``package_order(study)``; ``ValueError`` when they do not.
    Without ``subjects`` the package lists those of the forms. ``files`` are the
    uploaded ones; ``ValueError`` when a cell could mean either of two. ``data_cut`` is
    the day on which the data are judged; the last day of a save, by the study's clock,
    when absent. ``on_progress`` is told the number of forms written.
    """
    given = list(subjects or ())
    packed = list(files)
    entries = any(item.added_at for item in given)
    ordered = _in_order(forms, package_order(study))

    with package_writer(study, target, entries=entries) as writer:
        for count, form in enumerate(ordered, start=1):
            writer.form(form)
            if on_progress:
                on_progress(count)

        for entry in given:
            writer.subject(entry)

        for change in changes:
            writer.change(change)

        return writer.finish(files=packed, data_cut=data_cut)


@contextmanager
def package_writer(
    study: Study,
    target: Path,
    *,
    entries: bool = False,
    companions: Collection[str] = (),
) -> Iterator[PackageWriter]:
    """A package that appears as a whole when it is finished.

    ``entries``: it says who entered subjects. ``companions``: which tables may have rows
    that not every package has. One that gets no row is left out.
    """
    columns = layout.all_columns(study, entries=entries, companions=companions)
    with tempfile.TemporaryDirectory(prefix="crfsmith-") as scratch:
        spool = Spool(Path(scratch), columns)
        yield PackageWriter(
            study=study,
            target=target,
            spool=spool,
            entries=entries,
        )


@dataclass(kw_only=True)
class PackageWriter:
    """One export under way.

    Subjects, their forms and their changes come in the order of the package.
    """

    study: Study
    target: Path
    spool: Spool
    entries: bool
    _names: SeenNames = field(default_factory=SeenNames)
    _subjects: dict[tuple[str, str], Subject] = field(default_factory=dict)
    _without_column: dict[tuple[str, str], Finding] = field(default_factory=dict)
    _columns: dict[tuple[str, str, bool], frozenset[str]] = field(default_factory=dict)
    _texts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _last_save: date | None = None

    def subject(self, subject: Subject) -> None:
        """A subject, whether or not it has forms."""
        self._subjects[subject.site, subject.subject] = subject

    def form(self, form: CapturedForm) -> None:
        """The newest version of a form."""
        site, subject, key, record = form.site, form.subject, form.key, form.record
        self._subjects.setdefault((site, subject), Subject(site, subject))
        self._names.forms.add(key.form)
        self._names.visits.add(key.visit)

        saved = day_of(self.study, form.saved_at)
        self._last_save = max(saved, self._last_save or saved)

        head = (site, subject, key.visit, key.unsno, key.form)
        signature = (form.status, form.version, timestamp(form.saved_at), form.saved_by)
        self.spool.add(layout.FORMS, (*head, *signature))

        for (cell, code), reason in sorted(record.kept.items(), key=_kept_order):
            place = (cell.table, "" if cell.row is None else cell.row, cell.field)
            self.spool.add(layout.QUERIES, (*head, *place, code, KEPT, reason))

        self._look_for_columns(form)
        known = self.study.forms.get(key.form)
        if known is None:
            return

        if has_table_rows(self.study, key):
            self._tables(form, known)
        if has_lost_place(self.study, key):
            self._names.places.add((key.form, key.visit, bool(key.unsno)))

    def _tables(self, form: CapturedForm, known: Form) -> None:
        head: tuple[str | int, ...] = (form.site, form.subject)
        if not known.log:
            head = (*head, form.key.visit, form.key.unsno)

        # Comprehensions and bound methods: this runs for every cell of an export.
        own = self.study.tables.get(known.name)
        if own and own.group is None:
            text = form.record.texts.get
            cells = [text(field.name, "") for field in own.fields]
            self.spool.add(own.name, [*head, *cells])

        for group in known.row_groups:
            rows = form.record.rows.get(group.name)
            if not rows:
                continue

            fields = self.study.tables[group.name].fields
            for row in sorted(rows, key=lambda row: row.number):
                text = row.texts.get
                cells = [text(field.name, "") for field in fields]
                self.spool.add(group.name, [*head, row.number, *cells])

    def _look_for_columns(self, form: CapturedForm) -> None:
        """Texts under names that the dictionary does not have (any more): told, not
        dropped in silence.
        """
        key, record = form.key, form.record
        self._look_at(form, key.form, None, record.texts)
        for table, rows in record.rows.items():
            for row in rows:
                self._look_at(form, table, row.number, row.texts)

    def _look_at(
        self, form: CapturedForm, table: str, row: int | None, texts: Mapping[str, str]
    ) -> None:
        columns = self._columns_of(form.key.form, table, is_row=row is not None)
        unknown = texts.keys() - columns
        # Every record of an export comes by here, and nearly none has such a name.
        if not unknown:
            return

        for name in texts:
            if name not in unknown or not texts[name]:
                continue

            self._texts[table, name] += 1
            if (table, name) not in self._without_column:
                place = DataPlace(
                    table=table, field=name, row=row, subject=form.subject,
                    visit=form.key.visit, unsno=form.key.unsno,
                )  # fmt: skip
                self._without_column[table, name] = finding(
                    "text-without-column",
                    data=place,
                    value=texts[name],
                    table=table,
                    field=name,
                    many="",
                )

    def _columns_of(self, form: str, table: str, *, is_row: bool) -> frozenset[str]:
        """The fields that have a column in a table, if the table is one of the form and
        of this kind.
        """
        place = (form, table, is_row)
        if place not in self._columns:
            self._columns[place] = self._own_columns(form, table, is_row=is_row)

        return self._columns[place]

    def _own_columns(self, form: str, table: str, *, is_row: bool) -> frozenset[str]:
        owner = self.study.tables.get(table)
        if owner is None or owner.form.name != form:
            return frozenset()
        if bool(owner.group) != is_row:
            return frozenset()

        return frozenset(field.name for field in owner.fields)

    def change(self, item: AuditEntry) -> None:
        """A line of the audit trail."""
        self.changes(
            (item.site, item.subject, item.key.visit, item.key.unsno, item.key.form),
            item.version,
            [(item.table, item.row, item.field, item.old, item.new)],
            (item.reason, item.saved_by, timestamp(item.saved_at), item.dictionary),
        )

    def changes(
        self,
        form: FormHead,
        version: int,
        cells: Sequence[AuditCell],
        save: tuple[str, str, str, str],
        *,
        table: str = layout.AUDIT,
    ) -> None:
        """The lines of one save; ``table`` is for those of second entries."""
        rows = [
            (*form, version, place, "" if row is None else row, name, old, new, *save)
            for place, row, name, old, new in cells
        ]
        self.spool.extend(table, rows)

    def threads(self, threads: Iterable[CapturedThread]) -> None:
        """The queries about one subject, its forms and their fields, in order."""
        for thread in threads:
            key, cell = thread.key, thread.cell
            if key.form:
                # Names of the past have to be known, or the package would not be valid.
                self._names.forms.add(key.form)
                self._names.visits.add(key.visit)

            head = (thread.site, thread.subject, key.visit, key.unsno, key.form)
            place = (cell.table, "" if cell.row is None else cell.row, cell.field)
            about = (thread.query, thread.code, thread.source, thread.basis)
            rows = [
                (*head, *place, *about, number, *_entry_cells(entry))
                for number, entry in enumerate(thread.entries, start=1)
            ]
            self.spool.extend(layout.QUERY_ENTRIES, rows)

    def review_acts(self, acts: Iterable[CapturedAct]) -> None:
        """Everything that reviewers did, by kind and number."""
        for act in acts:
            key, cell = act.key, act.cell or CellKey("", None, "")
            if key.form:
                self._names.forms.add(key.form)
            if key.visit:
                self._names.visits.add(key.visit)
            row = "" if cell.row is None else cell.row
            self.spool.add(
                layout.REVIEW_ACTS,
                (
                    act.site, act.subject, key.visit, key.unsno, key.form,
                    cell.table, row, cell.field, act.kind.value, act.number, act.state,
                    "" if act.version is None else act.version, act.acted_by, act.name,
                    timestamp(act.acted_at), act.digest, act.text,
                ),
            )  # fmt: skip

    def saves(self, subject: Subject, saves: Iterable[CapturedSave]) -> None:
        """What seals the versions of a form of a subject."""
        for save in saves:
            key = save.key
            self.spool.add(
                layout.FORM_SAVES,
                (
                    subject.site, subject.subject, key.visit, key.unsno, key.form,
                    save.version, save.save_id,
                    save.refused, save.queries, save.warnings,
                ),
            )  # fmt: skip
            head = (subject.site, subject.subject, key.visit, key.unsno, key.form)
            rows = [(*head, save.version, *_place_cells(cell)) for cell in save.blanks]
            self.spool.extend(layout.FORM_BLANKS, rows)

    def entry_acts(self, acts: Iterable[CapturedEntryAct]) -> None:
        """What was done between the two entries of forms of one subject."""
        for act in acts:
            key = act.key
            choices = json.dumps(act.choices, ensure_ascii=False, sort_keys=True)
            self.spool.add(
                layout.ENTRY_ACTS,
                (
                    act.site, act.subject, key.visit, key.unsno, key.form, act.number,
                    act.act.value, act.first_version, act.second_version, act.version,
                    act.acted_by, timestamp(act.acted_at),
                    choices if act.choices else "", act.text,
                ),
            )  # fmt: skip

    def finish(
        self,
        *,
        files: Iterable[CapturedFile] = (),
        earlier_files: Iterable[CapturedFile] = (),
        earlier: Earlier = NOTHING_EARLIER,
        data_cut: date | None = None,
        log: PackageLog | None = None,
    ) -> WrittenPackage:
        """The package appears.

        ``earlier_files`` are uploaded ones that only earlier versions name.
        """
        packed = _packed(files)
        past = _packed(earlier_files)
        self._add_subjects()
        spooled = _without_empty(self.spool.finish())
        data_cut = data_cut or self._last_save

        with open_sink(self.target) as target:
            sink: Sink = target if log is None else HashingSink(target)
            built = self._descriptor(spooled, data_cut, packed, earlier)
            _add_text(sink, layout.DESCRIPTOR, built)

            for name in sorted(spooled, key=layout.table_path):
                with spooled[name].path.open("rb") as content:
                    sink.add(layout.table_path(name), content, spooled[name].size)

            for name in sorted(self.study.files):
                _add_text(sink, layout.DICTIONARY + name, self.study.files[name])

            _add_dictionaries(sink, earlier)

            for item in packed:
                sink.add(item.name, io.BytesIO(item.read()), item.size)

            for item in past:
                name = layout.EARLIER_FILES + item.name.removeprefix(layout.FILES)
                sink.add(name, io.BytesIO(item.read()), item.size)

            if isinstance(sink, HashingSink) and log is not None:
                _add_log(sink, log)

        rows = {name: entry.rows for name, entry in spooled.items()}

        return WrittenPackage(rows=rows, findings=tuple(self._findings()))

    def _add_subjects(self) -> None:
        for site, subject in sorted(self._subjects):
            row: tuple[str, ...] = (self.study.name, site, subject)
            if self.entries:
                entered = self._subjects[site, subject]
                moment = timestamp(entered.added_at) if entered.added_at else ""
                row = (*row, entered.added_by, moment)

            self.spool.add(layout.SUBJECTS, row)
            self._names.sites.add(site)
            self._names.subjects.add(subject)

    def _descriptor(
        self,
        spooled: Mapping[str, Spooled],
        data_cut: date | None,
        files: Iterable[CapturedFile],
        earlier: Earlier,
    ) -> str:
        stored = {
            name: Stored(size=item.size, sha256=item.sha256)
            for name, item in spooled.items()
        }
        uploaded = {
            file.name: Stored(size=file.size, sha256=file.sha256) for file in files
        }
        retired = retired_names(self.study, self._names, earlier)
        past = Past(
            retired=retired,
            uses=earlier.uses,
            entries=self.entries,
            companions=layout.companions_of(spooled),
        )
        built = descriptor(
            self.study, stored=stored, data_cut=data_cut, files=uploaded, past=past
        )

        return descriptor_text(built)

    def _findings(self) -> Iterator[Finding]:
        for (table, name), first in self._without_column.items():
            # Only now is it known how many there are.
            count = self._texts[table, name]
            many = "its text is" if count == 1 else f"its {count:,} texts are"
            yield finding(
                first.code,
                data=first.data,
                value=first.value,
                table=table,
                field=name,
                many=many,
            )


def _without_empty(spooled: Mapping[str, Spooled]) -> dict[str, Spooled]:
    """The tables without those companions that got no row."""
    filled = layout.companions_of([name for name, item in spooled.items() if item.rows])
    return {
        name: item
        for name, item in spooled.items()
        if name not in layout.COMPANIONS or name in filled
    }


def _place_cells(cell: CellKey) -> tuple[str | int, ...]:
    return (cell.table, "" if cell.row is None else cell.row, cell.field)


def _entry_cells(entry: CapturedQueryEntry) -> tuple[str, ...]:
    """An entry of a query, from what was done on."""
    who = (entry.acted_by, entry.rule, timestamp(entry.acted_at))
    return (
        entry.action.value, *who, entry.assigned_role, entry.assigned_to, entry.text
    )  # fmt: skip


class PackageLog(Protocol):
    """The log of events of a database, for its package."""

    @property
    def events(self) -> Path:
        """A file with its lines."""

    def head(self, files: Mapping[str, str]) -> str:
        """What seals the log and the other files, whose SHA-256 are given by name."""


FormHead = tuple[str, str, str, int, str]
"""Site, subject, visit, its number, and form."""
AuditCell = tuple[str, int | None, str, str, str]
"""Table, row, field, and the text before and after."""


def _packed(files: Iterable[CapturedFile]) -> list[CapturedFile]:
    """The uploaded files by name, each once."""
    by_name = {file.name: file for file in files}
    packed = sorted(by_name.values(), key=lambda item: item.name)
    hashes: dict[str, str] = {}

    for entry in packed:
        # The beginning of a hash stands for one file alone.
        beginning = entry.name.split("/")[1]
        first = hashes.setdefault(beginning, entry.sha256)
        if first != entry.sha256 or not entry.sha256.startswith(beginning):
            raise ValueError(
                f"{entry.name} is not named by its hash, or another file is named "
                "like it"
            )

    return packed


def descriptor_text(built: Mapping[str, Any]) -> str:
    """A descriptor as an export writes it: characters that nobody sees are escaped."""
    text = json.dumps(built, indent=2, ensure_ascii=False)

    return _INVISIBLE.sub(_escape, text) + "\n"


def _escape(character: re.Match[str]) -> str:
    return json.dumps(character[0])[1:-1]


def _add_dictionaries(sink: Sink, earlier: Earlier) -> None:
    """The files of the dictionaries that the study had before."""
    for digest in sorted(earlier.files):
        folder = f"{layout.EARLIER_DICTIONARIES}{digest}/"
        for name, text in sorted(earlier.files[digest].items()):
            _add_text(sink, folder + name, text)


def _add_log(sink: HashingSink, log: PackageLog) -> None:
    """Last of all, since the head names every other file."""
    with log.events.open("rb") as content:
        sink.add(layout.LOG_EVENTS, content, log.events.stat().st_size)

    _add_text(sink, layout.LOG_HEAD, log.head(dict(sink.hashes)))


def _add_text(sink: Sink, name: str, text: str) -> None:
    content = text.encode("utf-8")
    sink.add(name, io.BytesIO(content), len(content))


def _kept_order(
    item: tuple[tuple[tuple[str, int | None, str], str], str],
) -> tuple[str, int, str, str]:
    ((table, row, name), code), _ = item
    # The form's own cells come before those of its rows.
    number = -1 if row is None else row

    return (table, number, name, code)


def _in_order(
    forms: Iterable[CapturedForm], order: Callable[[CapturedForm], OrderKey]
) -> Iterator[CapturedForm]:
    last: OrderKey | None = None
    for form in forms:
        now = order(form)
        if last is not None and now <= last:
            raise ValueError(
                f"forms are not sorted by package_order: {now} comes after {last}"
            )

        last = now
        yield form
