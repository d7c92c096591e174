"""The whole database as a package: one state of it, in the package's order, with all of
its past.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Final

from forms_spec.evaluation.calculated import with_calculated
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.kinds.file import named_file
from forms_spec.kinds.file_cells import file_cells
from forms_spec.model.captured_data import LOG, CellKey, FormKey, Record, all_texts
from forms_spec.model.captured_forms import (
    CapturedFile,
    CapturedForm,
    CapturedQueryEntry,
    CapturedSave,
    CapturedThread,
    FormStatus,
    Subject,
)
from forms_spec.model.study import Study
from forms_spec.schedule.study_clock import day_of
from generator.package.past_dictionaries import Earlier
from generator.package.row_order import form_order
from generator.package.writer import PackageWriter, WrittenPackage, package_writer
from generator.tables import layout
from generator.tables.descriptor import DictionaryUse, timestamp
from webapp.installation.study_database import opened, study_in_use
from webapp.packages.audit_order import AuditOrder
from webapp.packages.package_log import packaged_log
from webapp.storage import (
    Database,
    EventKind,
    NewEvent,
    Snapshot,
    Status,
    StoredForm,
    StoredSubject,
    revisions,
    scope_words,
    snapshot,
    write_event,
)
from webapp.storage.queries import QueryEntry, QueryThread
from webapp.storage.signed_heads import sign_log

FORM_STATUS = {
    Status.DRAFT: FormStatus.INCOMPLETE,
    Status.UNVERIFIED: FormStatus.UNVERIFIED,
    Status.COMPLETE: FormStatus.COMPLETE,
}
MOST_NAMED: Final = 20
"""So many voided things are named when they are left out."""


def export_package(
    database: Database,
    study: Study,
    target: Path,
    *,
    on_progress: Callable[[int], None] | None = None,
) -> WrittenPackage:
    """Writes a zip or a folder.

    Holds one subject in memory at a time; saves meanwhile are not seen.
    """
    with (
        snapshot(database) as state,
        packaged_log(state, database.sign) as log,
        package_writer(
            study,
            target,
            entries=True,
            companions=layout.COMPANIONS,
        ) as writer,
    ):
        exporting = _Exporting(study=study, state=state, writer=writer)
        for subject in state.subjects_with(study):
            exporting.subject(subject)
            if on_progress:
                on_progress(exporting.forms)

        files, earlier_files, missing = exporting.files()
        if not state.sees_entries() and state.any_entry_act():
            missing.append(finding("export-entries-stay"))
        writer.review_acts(state.review_acts(_sites(state, study)))
        written = writer.finish(
            files=files,
            earlier_files=earlier_files,
            earlier=earlier_dictionaries(state, study),
            log=log,
        )

        left_out = left_out_findings(state, study)

    return replace(written, findings=(*written.findings, *left_out, *missing))


def _sites(state: Snapshot, study: Study) -> Mapping[str, str]:
    """The site of each subject of the export."""
    return {item.subjid: item.site for item in state.subjects_with(study)}


def left_out_findings(state: Snapshot, study: Study) -> tuple[Finding, ...]:
    """What an export of a study's data says of that which is not in it."""
    return (*_voided_findings(state), *_other_sites(state, study))


def _other_sites(state: Snapshot, study: Study) -> Iterator[Finding]:
    """The sites that work under another dictionary: their data are no data of this
    one.
    """
    dictionaries = state.site_dictionaries()
    if not dictionaries.others:
        return
    subjects = Counter(subject.site for subject in state.subjects())
    others = defaultdict(list)
    for site in subjects:
        if (hash_ := dictionaries.of(site)) != study.hash:
            others[hash_].append(site)
    for hash_, sites in others.items():
        many = sum(subjects[site] for site in sites)
        yield finding(
            "export-other-dictionary",
            sites=", ".join(site or "(all)" for site in sites),
            many="1 subject is" if many == 1 else f"{many:,} subjects are",
            value=hash_[:12],
        )


def _voided_findings(state: Snapshot) -> tuple[Finding, ...]:
    """What an export says of that which was voided; nothing where nothing was."""
    acts = state.voids().standing
    if not acts:
        return ()

    named = [scope_words(act.scope) for act in acts[:MOST_NAMED]]
    more = len(acts) - len(named)
    rest = [f"and {more} more"] if more else []
    return (finding("export-voided", value="; ".join([*named, *rest])),)


def export_study_in_use(
    url: str, target: Path, *, username: str, on_progress: Callable[[int], None]
) -> WrittenPackage:
    """The same of a database by its address, for the account that asked for it."""
    with opened(url, must_exist=True) as database:
        study = study_in_use(database)
        assert study is not None, "a study is served"
        written = export_package(database, study, target, on_progress=on_progress)
        log_export(database, "package", username=username)
        return written


def log_export(database: Database, name: str, *, username: str = "") -> None:
    """Notes an export, and signs the log."""
    details = {"format": name}
    exported = NewEvent(kind=EventKind.EXPORTED, username=username, details=details)
    write_event(database, exported)
    sign_log(database)


def captured_forms(state: Snapshot, study: Study) -> Iterator[CapturedForm]:
    """The newest version of every form, by site, subject, visit and form."""
    order = form_order(study)
    day = last_day(state, study)
    for subject in state.subjects_with(study):
        newest = sorted(
            state.newest(subject.subjid), key=lambda item: order(item.key.form_key)
        )
        forms = [captured(subject, form) for form in newest]
        yield from with_calculated(study, forms, day)


def last_day(state: Snapshot, study: Study) -> date:
    """The day of the last save by the study's clock: as of it the data are judged."""
    last_save = state.last_save()
    return day_of(study, last_save) if last_save else date.min


def captured(subject: StoredSubject, form: StoredForm) -> CapturedForm:
    """A stored form as a package carries it."""
    return CapturedForm(
        site=subject.site,
        subject=subject.subjid,
        key=form.key.form_key,
        status=FORM_STATUS[form.status],
        version=form.version,
        record=form.record,
        saved_by=form.saved_by,
        saved_at=form.saved_at,
    )


def captured_thread(subject: StoredSubject, thread: QueryThread) -> CapturedThread:
    """A stored query as a package carries it."""
    place = thread.query.place
    return CapturedThread(
        site=subject.site,
        subject=subject.subjid,
        key=FormKey(place.form, place.visit, place.unsno),
        cell=CellKey(place.table, place.row, place.field),
        query=thread.query.number,
        code=thread.query.code,
        source=thread.query.source,
        basis=thread.query.basis,
        entries=tuple(_captured_entry(entry) for entry in thread.entries),
    )


def _captured_entry(entry: QueryEntry) -> CapturedQueryEntry:
    return CapturedQueryEntry(
        action=entry.action,
        acted_by=entry.username,
        rule=entry.rule,
        acted_at=entry.acted_at,
        assigned_role=entry.assigned_role,
        assigned_to=entry.assigned_to,
        text=entry.text,
    )


@dataclass(kw_only=True)
class _Exporting:
    """One export: every version of a subject is read once, and gives its forms, its
    changes and its files.
    """

    study: Study
    state: Snapshot
    writer: PackageWriter
    forms: int = 0
    _named: dict[str, bool] = field(default_factory=dict)
    _orders: dict[str, AuditOrder] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._order = form_order(self.study)
        self._day = last_day(self.state, self.study)

    def subject(self, subject: StoredSubject) -> None:
        """The newest version of each form, then the audit trail, both in the package's
        order.
        """
        self.writer.subject(
            Subject(subject.site, subject.subjid, subject.added_by, subject.added_at)
        )
        by_form = groupby(self.state.versions(subject.subjid), lambda item: item.key)
        forms = sorted(
            (list(versions) for _, versions in by_form),
            key=lambda item: self._order(item[0].key.form_key),
        )
        newest = [captured(subject, versions[-1]) for versions in forms]
        for form in with_calculated(self.study, newest, self._day):
            self.writer.form(form)

        is_signed = bool(self.state.signatures_of(subject.subjid))
        for versions in forms:
            if is_signed:
                whose = Subject(subject.site, subject.subjid)
                self.writer.saves(whose, map(_sealed, versions))
            self._changes(subject, versions)
            self._files(versions)

        self._second_entries(subject, forms)
        threads = self.state.threads(subject.subjid)
        self.writer.threads(captured_thread(subject, thread) for thread in threads)
        self.forms += len(forms)

    def _second_entries(
        self, subject: StoredSubject, forms: list[list[StoredForm]]
    ) -> None:
        """The second entries of the forms in the package, and what was decided."""
        by_form = groupby(
            self.state.second_entries(subject.subjid), lambda item: item.key
        )
        second = {key: list(versions) for key, versions in by_form}
        keys = [versions[0].key for versions in forms]
        for key in keys:
            for revision in revisions(second.get(key, ())):
                form = revision.form
                head = (subject.site, subject.subjid, key.visit, key.unsno, key.form)
                cells = self._audit_of(key.form).cells(revision.changes)
                # A save that changed nothing has a line all the same.
                cells = cells or [(key.form, None, "", "", "")]
                self.writer.changes(
                    head, form.version, cells, _save(form), table=layout.SECOND_ENTRIES
                )

        packed = {key.form_key for key in keys}
        acts = self.state.entry_acts(subject)
        self.writer.entry_acts(act for act in acts if act.key in packed)

    def _changes(self, subject: StoredSubject, versions: list[StoredForm]) -> None:
        key = versions[0].key
        head = (subject.site, subject.subjid, key.visit, key.unsno, key.form)
        audit = self._audit_of(key.form)

        # Most forms are saved once: their only version need not be compared with any.
        first = audit.first(versions[0])
        if first:
            self.writer.changes(head, versions[0].version, first, _save(versions[0]))
        if first and len(versions) == 1:
            return

        for revision in revisions(versions):
            form = revision.form
            if first and form is versions[0]:
                continue

            # A save that changed nothing has a line all the same: somebody saved.
            cells = audit.cells(revision.changes) or [(key.form, None, "", "", "")]
            self.writer.changes(head, form.version, cells, _save(form))

    def _audit_of(self, form: str) -> AuditOrder:
        if form not in self._orders:
            self._orders[form] = AuditOrder(self.study, form)
        return self._orders[form]

    def _files(self, versions: list[StoredForm]) -> None:
        """The uploaded files of all versions: True for those that a cell of a table
        names.
        """
        newest = versions[-1]
        for version in versions:
            for name in named_files(version.record):
                self._named.setdefault(name, False)

        key = newest.key
        if key.visit == LOG or key.visit in self.study.visits:
            for name in file_names(self.study, key.form, newest.record):
                self._named[name] = True

    def files(self) -> tuple[list[CapturedFile], list[CapturedFile], list[Finding]]:
        """Uploaded files, those that only earlier versions name, and a finding for each
        never kept here.
        """
        sorted_files: tuple[list[CapturedFile], list[CapturedFile]] = ([], [])
        missing: list[Finding] = []
        for name in sorted(self._named):
            kept = self.state.attachment_head(_beginning(name))
            if kept:
                read = partial(_read, self.state, name)
                captured_file = CapturedFile(
                    name=name, size=kept.size, sha256=kept.sha256, read=read
                )
                sorted_files[0 if self._named[name] else 1].append(captured_file)
            elif self._named[name]:
                missing.append(finding("export-file-missing", value=name))

        return (*sorted_files, missing)


def _sealed(form: StoredForm) -> CapturedSave:
    return CapturedSave(
        key=form.key.form_key,
        version=form.version,
        save_id=form.save_id,
        refused=form.counts.refused,
        queries=form.counts.queries,
        warnings=form.counts.warnings,
        blanks=tuple(_blanks(form)),
    )


def _blanks(form: StoredForm) -> Iterator[CellKey]:
    """What a version from before blanks were left out keeps of them."""
    for group in sorted(form.row_marks):
        if form.row_marks[group] == 0:
            yield CellKey(group, None, "")

    for group, rows in sorted(form.record.rows.items()):
        for row in rows:
            blank = sorted(name for name, text in row.texts.items() if text == "")
            for name in blank:
                yield CellKey(group, row.number, name)


def _save(form: StoredForm) -> tuple[str, str, str, str]:
    return (form.reason, form.saved_by, timestamp(form.saved_at), form.dictionary_hash)


def earlier_dictionaries(state: Snapshot, study: Study) -> Earlier:
    """Every dictionary that was in use or that a version was saved with."""
    uses, later = _uses_until(state.dictionary_uses(), study)
    known = {use.hash for use in uses} | set(state.dictionaries_saved_with())
    hashes = known - later - {study.hash}

    files: dict[str, Mapping[str, str]] = {}
    for item in hashes:
        dictionary = state.dictionary(item)
        if dictionary:
            files[item] = dictionary.files

    return Earlier(uses=uses, files=files)


def _uses_until(
    uses: tuple[DictionaryUse, ...], study: Study
) -> tuple[tuple[DictionaryUse, ...], frozenset[str]]:
    """The uses up to the last one of a study, and the dictionaries that came after it:
    they say nothing of the sites that still work with this one.
    """
    own = [number for number, use in enumerate(uses) if use.hash == study.hash]
    until = own[-1] + 1 if own else len(uses)
    before = {use.hash for use in uses[:until]}
    return uses[:until], frozenset({use.hash for use in uses[until:]} - before)


def _read(state: Snapshot, name: str) -> bytes:
    content = state.attachment(_beginning(name))
    assert content is not None, "attachments are never deleted"
    return content


def _beginning(name: str) -> str:
    return name.split("/")[1]


def named_files(record: Record) -> Iterator[str]:
    """Whatever looks like the name of an uploaded file, in any cell: fields come and go
    with dictionaries.
    """
    for texts in all_texts(record):
        for text in texts.values():
            if text.startswith(layout.FILES) and named_file(text):
                yield text


def file_names(study: Study, form: str, record: Record) -> Iterable[str]:
    """The files that a form's cells name."""
    known = study.forms.get(form)
    if known is None:
        return
    for _, text in file_cells(known, record):
        if named_file(text):
            yield text
