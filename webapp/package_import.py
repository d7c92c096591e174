"""Captured forms into the database: each one save, with a preview of every cell, refused never in silence.

What was typed comes in as it is, right or wrong. Refused is only what would break what stands here:
a subject of another site, a row number that a removed row had.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from itertools import groupby

from forms_spec.catalogue import finding
from forms_spec.findings import Finding, Severity
from forms_spec.judge import Judgement, judge
from forms_spec.kinds.pattern import whole_match
from forms_spec.model import Study
from forms_spec.places import DataPlace
from forms_spec.record import LOG, CellKey, Context, FormKey, Record, Records
from generator.package.calculated import with_calculated, without_calculated
from generator.package.captured import CapturedForm, FormStatus
from generator.pages.rows import laid_down
from generator.tables.descriptor import timestamp
from webapp.package_export import file_names
from webapp.package_files import FileDesk
from webapp.storage import (
    About,
    Batch,
    Database,
    FindingCounts,
    InstanceKey,
    SaveRequest,
    Snapshot,
    Status,
    StoredForm,
    batch,
    changes,
    snapshot,
)

STATUSES = {
    FormStatus.INCOMPLETE: Status.DRAFT,
    FormStatus.UNVERIFIED: Status.UNVERIFIED,
    FormStatus.COMPLETE: Status.COMPLETE,
}


class Outcome(Enum):
    """What an import does with a cell or a form."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class CellPreview:
    """One cell: what stands here, what comes, and why it is refused where it is."""

    cell: CellKey
    outcome: Outcome
    old: str
    new: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FormPreview:
    """One form and its cells.

    ``findings`` tell why it is refused or comes in otherwise than it was; ``judged`` are the findings
    that the form has, as its page will show them; ``hard`` those that keep a complete form from being it.
    """

    key: InstanceKey
    outcome: Outcome
    cells: tuple[CellPreview, ...]
    findings: tuple[Finding, ...] = ()
    judged: tuple[Finding, ...] = ()
    hard: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """How many forms and cells came in, by outcome."""

    forms: Mapping[Outcome, int]
    cells: Mapping[Outcome, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """How to import: who does it, from what, and the day as of which the data are judged.

    ``file`` gives the bytes of an uploaded file by the text of its cell. ``on_form`` is told every
    form as it is planned.
    """

    study: Study
    user: str
    source: str
    today: date
    file: Callable[[str], bytes | None] = lambda _: None
    on_form: Callable[[FormPreview], None] = lambda _: None
    dry_run: bool = False


def import_forms(database: Database, forms: Iterable[CapturedForm], how: Import) -> Imported:
    """Imports forms that stand together by subject, in one transaction: everything or nothing.

    An exception of ``forms`` or ``how.on_form`` leaves the database as it was.
    """
    with snapshot(database) as state:
        desk = FileDesk(state, how.file)
        plans = _plans(state, forms, how, desk)
        if how.dry_run:
            return _count(preview for plan in plans for preview in plan.previews)
        with batch(database) as saves:
            saves.use_dictionary(how.study)
            return _count(_carry_out(saves, plans, how, desk))


def _count(previews: Iterable[FormPreview]) -> Imported:
    forms: Counter[Outcome] = Counter()
    cells: Counter[Outcome] = Counter()
    for preview in previews:
        forms[preview.outcome] += 1
        cells.update(cell.outcome for cell in preview.cells)
    return Imported(forms=forms, cells=cells)


def _carry_out(saves: Batch, plans: Iterable[_Plan], how: Import, desk: FileDesk) -> Iterator[FormPreview]:
    for plan in plans:
        if plan.new_subject and plan.requests:
            saves.add_subject(subjid=plan.subject, site=plan.site, user=how.user)
        for request in plan.requests:
            saves.save(request)
        for name in plan.files:
            content = desk.content(name)
            if content is not None:
                saves.add_attachment(content, user=how.user)
        yield from plan.previews


@dataclass(kw_only=True, slots=True)
class _Plan:
    """What one subject's forms become."""

    subject: str
    site: str
    new_subject: bool
    previews: list[FormPreview] = field(default_factory=list)
    requests: list[SaveRequest] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def _plans(state: Snapshot, forms: Iterable[CapturedForm], how: Import, desk: FileDesk) -> Iterator[_Plan]:
    for subject, some in groupby(forms, key=lambda form: form.subject):
        plan = _plan(state, subject, list(some), how, desk)
        for preview in plan.previews:
            how.on_form(preview)
        yield plan


def _plan(state: Snapshot, subject: str, forms: list[CapturedForm], how: Import, desk: FileDesk) -> _Plan:
    known = state.subject(subject)
    plan = _Plan(subject=subject, site=forms[0].site, new_subject=known is None)
    stored = {form.key.form_key: form for form in state.newest(subject)} if known else {}
    site = known.site if known else None
    refused = {
        form.key: _refusal(how.study, site, form, stored) or _alike(how.study, form, desk) for form in forms
    }
    records = {key: form.record for key, form in stored.items()}
    records |= {form.key: form.record for form in forms if not refused[form.key]}
    casebook = _in_visit_order(records, how.study)
    for form in _as_captured(forms, casebook, how):
        one = _PlannedForm(form, stored.get(form.key), how, desk)
        against = refused[form.key]
        if against:
            plan.previews.append(one.refused(against))
            continue
        preview, request = one.judged(casebook)
        plan.previews.append(preview)
        plan.files += file_names(how.study, form.key.form, form.record)
        if request:
            plan.requests.append(request)
    return plan


def _as_captured(forms: list[CapturedForm], casebook: Records, how: Import) -> Iterator[CapturedForm]:
    """The forms without the results that the formulas give here too: those are worked out when asked for."""
    plain = [
        replace(form, record=without_calculated(how.study.forms[form.key.form], form.record))
        for form in forms
    ]
    for form, filled in zip(forms, with_calculated(how.study, plain, how.today, casebook), strict=True):
        record = without_calculated(how.study.forms[form.key.form], form.record, filled.record)
        yield replace(form, record=record)


def _alike(study: Study, form: CapturedForm, desk: FileDesk) -> Finding | None:
    """A file that a cell would mix up with another one keeps its form out."""
    for name in file_names(study, form.key.form, form.record):
        if desk.fault(name) == "import-file-alike":
            place = DataPlace(
                table=form.key.form, subject=form.subject, visit=form.key.visit, unsno=form.key.unsno
            )
            return finding("import-file-alike", data=place, value=name)
    return None


def _refusal(
    study: Study, site: str | None, form: CapturedForm, stored: Mapping[FormKey, StoredForm]
) -> Finding | None:
    """Why a form cannot come in at all."""
    place = DataPlace(table=form.key.form, subject=form.subject, visit=form.key.visit, unsno=form.key.unsno)
    if site is not None and site != form.site:
        return finding("import-other-site", data=place, value=form.site, subject=form.subject, site=site)
    if not whole_match(study.subject_pattern, form.subject) or (study.sites and form.site not in study.sites):
        return finding(
            "import-wrong-subject",
            data=place,
            value=form.subject,
            site=form.site,
            example=study.subject_example,
        )
    before = stored.get(form.key)
    if before is None:
        return None
    fixed = laid_down(study.forms[form.key.form])
    for group, rows in form.record.rows.items():
        if group in fixed:
            continue
        standing = {row.number for row in before.record.rows.get(group, ())}
        for row in rows:
            if row.number <= before.row_marks.get(group, 0) and row.number not in standing:
                return finding("import-removed-row", data=place, value=str(row.number), table=group)
    return None


@dataclass(frozen=True, slots=True)
class _PlannedForm:
    form: CapturedForm
    stored: StoredForm | None
    how: Import
    desk: FileDesk

    @property
    def key(self) -> InstanceKey:
        return InstanceKey(self.form.subject, *self.form.key)

    @property
    def place(self) -> DataPlace:
        key = self.key
        return DataPlace(table=key.form, subject=key.subject, visit=key.visit, unsno=key.unsno)

    def refused(self, against: Finding) -> FormPreview:
        cells = tuple(
            CellPreview(cell=one.cell, outcome=Outcome.REFUSED, old=one.old, new=one.new)
            for one in self.cells()
        )
        return FormPreview(key=self.key, outcome=Outcome.REFUSED, cells=cells, findings=(against,))

    def judged(self, casebook: Records) -> tuple[FormPreview, SaveRequest | None]:
        form = self.form
        status = STATUSES[FormStatus(form.status)]
        verdict = self.verdict(casebook, completing=status is Status.COMPLETE)
        notes = list(self.missing_files())
        hard: tuple[Finding, ...] = ()
        if status is Status.COMPLETE and not verdict.may_complete:
            status = Status.DRAFT
            hard = tuple(one for one in verdict.findings if one.severity is Severity.REFUSE)
            verdict = self.verdict(casebook, completing=False)
            notes.append(finding("import-as-draft", data=self.place, form=form.key.form))
        cells = self.cells()
        outcome = self.outcome(cells, status)
        preview = FormPreview(
            key=self.key,
            outcome=outcome,
            cells=cells,
            findings=tuple(notes),
            judged=verdict.findings,
            hard=hard,
        )
        if outcome is Outcome.SAME:
            return preview, None
        return preview, self.request(status, FindingCounts.of(verdict.findings), hard=len(hard))

    def verdict(self, casebook: Records, *, completing: bool) -> Judgement:
        form, study = self.form, self.how.study
        context = Context(
            today=self.how.today,
            subject=form.subject,
            visit=form.key.visit,
            unsno=form.key.unsno,
            casebook=casebook,
        )
        return judge(study, study.forms[form.key.form], form.record, context, completing=completing)

    def outcome(self, cells: tuple[CellPreview, ...], status: Status) -> Outcome:
        if self.stored is None:
            return Outcome.NEW
        same = all(cell.outcome is Outcome.SAME for cell in cells) and status is self.stored.status
        kept = dict(self.stored.record.kept) == dict(self.form.record.kept)
        rows = _row_numbers(self.stored.record) == _row_numbers(self.form.record)
        return Outcome.SAME if same and kept and rows else Outcome.CHANGED

    def cells(self) -> tuple[CellPreview, ...]:
        """Every cell that says something here or there."""
        old = self.stored.record if self.stored else None
        changed = {
            one.cell: one for one in changes(self.key.form, old, self.form.record) if one.about is About.VALUE
        }
        found = [
            CellPreview(cell=cell, outcome=Outcome.SAME, old=text, new=text)
            for cell, text in _texts(self.key.form, self.form.record)
            if cell not in changed
        ]
        for cell, one in changed.items():
            outcome = Outcome.CHANGED if one.old else Outcome.NEW
            found.append(CellPreview(cell=cell, outcome=outcome, old=one.old, new=one.new))
        return tuple(found)

    def missing_files(self) -> Iterator[Finding]:
        for name in file_names(self.how.study, self.key.form, self.form.record):
            if code := self.desk.fault(name):
                yield finding(code, data=self.place, value=name)

    def request(self, status: Status, counts: FindingCounts, *, hard: int) -> SaveRequest:
        form = self.form
        findings = f"{hard} finding is" if hard == 1 else f"{hard} findings are"
        draft = f"; complete there, a draft here until {findings} settled" if hard else ""
        return SaveRequest(
            key=self.key,
            base_version=self.stored.version if self.stored else 0,
            record=form.record,
            status=status,
            user=self.how.user,
            save_id=f"import-{uuid.uuid4().hex}",
            dictionary_hash=self.how.study.hash,
            reason=f"Imported from {self.how.source}: version {form.version} of {form.saved_by},"
            f" {timestamp(form.saved_at)}{draft}",
            counts=counts,
            fixed=laid_down(self.how.study.forms[form.key.form]),
        )


def _texts(form: str, record: Record) -> Iterator[tuple[CellKey, str]]:
    for name, text in record.texts.items():
        if text:
            yield CellKey(form, None, name), text
    for group, rows in record.rows.items():
        for row in rows:
            for name, text in row.texts.items():
                if text:
                    yield CellKey(group, row.number, name), text


def _row_numbers(record: Record) -> dict[str, list[int]]:
    return {group: [row.number for row in rows] for group, rows in record.rows.items() if rows}


def _in_visit_order(records: Mapping[FormKey, Record], study: Study) -> Records:
    """The subject's casebook as it will be: what stands here with what comes in laid over it."""
    order = {visit: number for number, visit in enumerate((LOG, *study.visits))}
    last = len(order)
    ordered = sorted(records, key=lambda key: (order.get(key.visit, last), key.visit, key.unsno))
    return Records({key: records[key] for key in ordered})
