"""What an import makes of captured forms: each one save, with a preview of every cell.

What was typed comes in as it is, right or wrong. Refused is only what would break what
stands here: a subject of another site, a row number that a removed row had.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum
from itertools import chain
from types import MappingProxyType
from typing import TypeVar

from forms_spec.evaluation import Judgement, judge
from forms_spec.evaluation.calculated import with_calculated, without_calculated
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding, Severity
from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_data import (
    LOG,
    CellKey,
    Context,
    FormKey,
    InMemoryCasebook,
    Record,
    all_cells,
)
from forms_spec.model.captured_forms import CapturedForm, FormStatus, Subject
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from generator.pages.rows import laid_down
from generator.tables.descriptor import timestamp
from generator.tables.retired import NOTHING_RETIRED, Retired
from generator.validation.known_names import KnownNames
from webapp.packages.export import file_names, named_files
from webapp.packages.import_files import UploadChecker
from webapp.packages.imported_allocations import ResultLeftOut, without_result
from webapp.packages.raised_alerts import alerts_of
from webapp.storage import (
    ChangeKind,
    FindingCounts,
    InstanceKey,
    LockAct,
    Locks,
    PastVersion,
    SaveRequest,
    Snapshot,
    Status,
    StoredForm,
    changes,
    scope_words,
)
from webapp.storage.events import NO_LINE, LogHead
from webapp.storage.past_reviews import ImportedReview

Item = TypeVar("Item")
STATUSES = {
    FormStatus.INCOMPLETE: Status.DRAFT,
    FormStatus.UNVERIFIED: Status.UNVERIFIED,
    FormStatus.COMPLETE: Status.COMPLETE,
}


class ImportOutcome(Enum):
    """What an import does with a cell or a form."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class CellPreview:
    """One cell: what stands here, what comes, and why it is refused where it is."""

    cell: CellKey
    outcome: ImportOutcome
    old: str
    new: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FormPreview:
    """One form and its cells.

    ``findings`` tell why it is refused or comes in otherwise than it was; ``judged``
    are the findings that the form has, as its page will show them; ``hard`` those that
    keep a complete form from being it.
    """

    key: InstanceKey
    outcome: ImportOutcome
    cells: tuple[CellPreview, ...]
    findings: tuple[Finding, ...] = ()
    judged: tuple[Finding, ...] = ()
    hard: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """How many forms and cells came in, by outcome, and how many queries did not because
    their subjects did not. ``repeated`` are answers that may stand once only.
    """

    forms: Mapping[ImportOutcome, int]
    cells: Mapping[ImportOutcome, int]
    threads_left_out: int = 0
    entries_left_out: int = 0
    review: ImportedReview = field(default_factory=ImportedReview)
    repeated: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """How to import: from what, and the day as of which the data are judged.

    ``user`` is the account that saves, ``operator`` who runs the import and enters
    nothing. ``file`` gives the bytes of an uploaded file by the text of its cell,
    ``earlier_file`` those of one that only earlier versions name. ``retired`` names
    were in earlier dictionaries. ``on_form`` is told every form as it is planned, and
    once more when it was changed here meanwhile. ``on_planned`` may raise before
    anything is written. ``log`` is the newest line of the log that comes with it.
    """

    study: Study
    user: str
    source: str
    today: date
    operator: str = ""
    file: Callable[[str], bytes | None] = lambda _: None
    earlier_file: Callable[[str], bytes | None] = lambda _: None
    retired: Retired = NOTHING_RETIRED
    on_form: Callable[[FormPreview], None] = lambda _: None
    on_planned: Callable[[], None] = lambda: None
    dry_run: bool = False
    log: LogHead = NO_LINE


@dataclass(kw_only=True, slots=True)
class Plan:
    """What one subject's forms become. ``past`` are forms with all versions that they
    had elsewhere.

    ``requests`` are saves on top of that, or of what stands here. A new subject
    ``comes_in`` unless all of its forms are refused.
    """

    subject: str
    site: str
    new_subject: bool
    added_by: str = ""
    added_at: datetime | None = None
    previews: list[FormPreview] = field(default_factory=list)
    requests: list[SaveRequest] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    past: list[tuple[InstanceKey, tuple[PastVersion, ...]]] = field(
        default_factory=list
    )
    comes_in: bool = True
    earlier_files: list[str] = field(default_factory=list)


def plan_forms(
    state: Snapshot,
    person: Subject,
    forms: list[CapturedForm],
    how: Import,
    desk: UploadChecker,
    *,
    past: Mapping[FormKey, tuple[PastVersion, ...]] = MappingProxyType({}),
) -> Plan:
    """Judges the forms of one subject as they will be.

    ``past`` are the versions of forms not here yet.
    """
    known = state.subject(person.subject)
    plan = Plan(
        subject=person.subject,
        site=person.site,
        new_subject=known is None,
        added_by=person.added_by,
        added_at=person.added_at,
    )

    stored: dict[FormKey, StoredForm] = {}
    if known:
        stored = {form.key.form_key: form for form in state.newest(person.subject)}
    for key, versions in past.items():
        stored[key] = _stored(person.subject, key, versions)

    # A form that brings its past is not here yet: nothing stands against it.
    without_past = [form for form in forms if form.key not in past]
    site = known.site if known else None
    closed = _closed_forms(state.locks_of(person.subject), forms)
    refused = _refused_forms(state, how, without_past, stored, site=site, desk=desk)

    forms = [
        _with_what_has_no_column(how.study, form, stored.get(form.key))
        for form in forms
    ]
    left_out: dict[FormKey, ResultLeftOut] = {}
    if state.has_randomization_list():
        # What has a past here brings its allocations, and those are compared later.
        left_out = _results_left_out(how.study, without_past, stored)
        kept = {key: result.form for key, result in left_out.items()}
        forms = [kept.get(form.key, form) for form in forms]
    records = {key: form.record for key, form in stored.items()}
    # Of a closed form stays what stands here: the others are judged beside that.
    kept_out = closed.keys() | refused.keys()
    records |= {form.key: form.record for form in forms if form.key not in kept_out}
    casebook = _in_visit_order(records, how.study)
    left = dict(past)

    for form, filled in _as_captured(forms, casebook, how):
        before = _plain(how.study, stored.get(form.key), filled)
        planned_form = _PlannedForm(form, before, how, desk)
        if form.key in refused:
            plan.previews.append(planned_form.refused(refused[form.key]))
            continue
        if form.key in closed:
            plan.previews.append(planned_form.closed(closed[form.key]))
            continue

        versions = left.pop(form.key, ())
        preview, request = (
            planned_form.restored(casebook, versions, plan)
            if versions
            else planned_form.judged(casebook)
        )
        if form.key in left_out:
            preview = _without_cells(preview, left_out[form.key])
        plan.previews.append(preview)
        plan.files += file_names(how.study, form.key.form, form.record)
        if request:
            plan.requests.append(request)

    for key, versions in left.items():
        plan.past.append((InstanceKey(person.subject, *key), versions))
        plan.previews.append(_as_it_was(person.subject, key, versions))

    plan.comes_in = bool(plan.requests or plan.past or not forms)
    every_version = chain.from_iterable(past.values())
    for version in every_version:
        plan.earlier_files += named_files(version.record)

    return plan


def _results_left_out(
    study: Study,
    forms: Iterable[CapturedForm],
    stored: Mapping[FormKey, StoredForm],
) -> dict[FormKey, ResultLeftOut]:
    """The forms whose results are other ones than here."""
    left_out = {}
    for form in forms:
        result = without_result(study, form, stored.get(form.key))
        if result is not None:
            left_out[form.key] = result

    return left_out


def _without_cells(preview: FormPreview, result: ResultLeftOut) -> FormPreview:
    """The preview of a form whose result stays out."""
    refused = [
        CellPreview(cell=cell, outcome=ImportOutcome.REFUSED, old=here, new=there)
        for cell, (here, there) in result.cells.items()
    ]
    others = [item for item in preview.cells if item.cell not in result.cells]
    return replace(
        preview,
        cells=(*others, *refused),
        findings=(*preview.findings, *result.findings),
    )


def _other_dictionary(
    state: Snapshot, study: Study, form: CapturedForm
) -> Finding | None:
    """Refuses a form of a site that works under another dictionary: it would be judged
    by one that is not released for its site.
    """
    known = state.subject(form.subject)
    site = known.site if known else form.site
    other = state.site_dictionaries().others.get(site, study.hash)
    if other == study.hash:
        return None
    return finding(
        "import-other-dictionary",
        data=_place(form),
        site=site,
        value=other[:12],
    )


def _refused_forms(
    state: Snapshot,
    how: Import,
    forms: Iterable[CapturedForm],
    stored: Mapping[FormKey, StoredForm],
    *,
    site: str | None,
    desk: UploadChecker,
) -> dict[FormKey, Finding]:
    """Why some of the forms cannot come in."""
    refused = {}
    for form in forms:
        against = (
            _other_dictionary(state, how.study, form)
            or _refusal(how, site, form, stored)
            or _alike(how.study, form, desk)
        )
        if against:
            refused[form.key] = against

    return refused


def _stored(
    subject: str, key: FormKey, versions: tuple[PastVersion, ...]
) -> StoredForm:
    """A form as it will stand here when its past has come in."""
    newest = versions[-1]
    return StoredForm(
        key=InstanceKey(subject, *key),
        version=len(versions),
        status=newest.status,
        record=newest.record,
        counts=newest.counts,
        reason=newest.reason,
        saved_by=newest.saved_by,
        saved_at=newest.saved_at,
        dictionary_hash=newest.dictionary_hash,
    )


def _as_it_was(
    subject: str, key: FormKey, versions: tuple[PastVersion, ...]
) -> FormPreview:
    """A form that the dictionary has no place for any more: it comes in as it was, and
    nobody judges it.
    """
    cells = tuple(
        CellPreview(cell=cell, outcome=ImportOutcome.NEW, old="", new=text)
        for cell, text in _texts(key.form, versions[-1].record)
    )
    return FormPreview(
        key=InstanceKey(subject, *key), outcome=ImportOutcome.NEW, cells=cells
    )


def _with_what_has_no_column(
    study: Study, form: CapturedForm, stored: StoredForm | None
) -> CapturedForm:
    """With the texts that stand here under names that the dictionary lost: a table
    cannot have them.
    """
    if stored is None:
        return form

    known = study.forms[form.key.form]
    groups = {group.name: _names(group.fields) for group in known.row_groups}
    lost_texts = _others(stored.record.texts, _names(known.fields))
    lost_groups = _others(stored.record.rows, groups)
    lost_in_rows = _lost_in_rows(stored.record, groups)
    if not lost_texts and not lost_groups and not lost_in_rows:
        return form

    rows = {}
    for name, of_group in form.record.rows.items():
        rows[name] = tuple(
            replace(
                row, texts={**row.texts, **lost_in_rows.get((name, row.number), {})}
            )
            for row in of_group
        )

    record = replace(
        form.record,
        texts={**form.record.texts, **lost_texts},
        rows={**rows, **lost_groups},
    )
    return replace(form, record=record)


def _lost_in_rows(
    record: Record, groups: Mapping[str, Container[str]]
) -> dict[tuple[str, int], dict[str, str]]:
    """By group and row: the texts under names that are none of the group's fields."""
    lost = {}
    for name, fields in groups.items():
        for row in record.rows.get(name, ()):
            texts = _others(row.texts, fields)
            if texts:
                lost[name, row.number] = texts

    return lost


def _others(items: Mapping[str, Item], names: Container[str]) -> dict[str, Item]:
    """The items under other names than these."""
    return {name: item for name, item in items.items() if name not in names}


def _names(fields: Iterable[Field]) -> set[str]:
    return {field.name for field in fields}


def _plain(
    study: Study, stored: StoredForm | None, filled: Record
) -> StoredForm | None:
    """What stands here without the results that the formulas give anyway."""
    if stored is None:
        return None
    record = without_calculated(study.forms[stored.key.form], stored.record, filled)
    return replace(stored, record=record)


def _as_captured(
    forms: list[CapturedForm], casebook: InMemoryCasebook, how: Import
) -> Iterator[tuple[CapturedForm, Record]]:
    """The forms without the results that the formulas give here too: those are worked
    out when asked for.

    Beside each the record in which they are worked out.
    """
    plain = [
        replace(
            form, record=without_calculated(how.study.forms[form.key.form], form.record)
        )
        for form in forms
    ]
    for form, filled in zip(
        forms, with_calculated(how.study, plain, how.today, casebook), strict=True
    ):
        record = without_calculated(
            how.study.forms[form.key.form], form.record, filled.record
        )
        yield replace(form, record=record), filled.record


def _alike(study: Study, form: CapturedForm, desk: UploadChecker) -> Finding | None:
    """A file that a cell would mix up with another one keeps its form out."""
    for name in file_names(study, form.key.form, form.record):
        if desk.fault(name) == "import-file-alike":
            return finding("import-file-alike", data=_place(form), value=name)

    return None


def _place(form: CapturedForm) -> DataPlace:
    key = form.key
    return DataPlace(
        table=key.form, subject=form.subject, visit=key.visit, unsno=key.unsno
    )


def _refusal(
    how: Import,
    site: str | None,
    form: CapturedForm,
    stored: Mapping[FormKey, StoredForm],
) -> Finding | None:
    """Why a form cannot come in at all.

    A subject that is here keeps its number and its site.
    """
    study = how.study
    place = _place(form)
    if site is not None and site != form.site:
        return finding(
            "import-other-site",
            data=place,
            value=form.site,
            subject=form.subject,
            site=site,
        )

    if site is None and not _may_enter(how, form):
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
        highest_given = before.row_marks.get(group, 0)
        for row in rows:
            # A number that was given and is not there is that of a removed row.
            if row.number <= highest_given and row.number not in standing:
                return finding(
                    "import-removed-row", data=place, value=str(row.number), table=group
                )

    return None


def _closed_forms(
    locks: Locks, forms: Iterable[CapturedForm]
) -> dict[FormKey, Finding]:
    """Why nothing is entered any more in some of the forms."""
    against = {}
    for form in forms:
        key = InstanceKey(form.subject, *form.key)
        act = locks.of_form(key)
        if act is not None:
            against[form.key] = closed_finding(key, act)

    return against


def closed_finding(key: InstanceKey, act: LockAct) -> Finding:
    """What an import says of a form that is frozen or locked."""
    place = DataPlace(
        table=key.form, subject=key.subject, visit=key.visit, unsno=key.unsno
    )
    return finding(
        "import-form-closed",
        data=place,
        value=scope_words(act.scope),
        state=act.state.value,
        user=act.username,
        since=timestamp(act.acted_at),
    )


def _may_enter(how: Import, form: CapturedForm) -> bool:
    """Whether a new subject's number and site are the dictionary's, or were an earlier
    one's.
    """
    # A study that lists no sites takes those of the file.
    sites = {*how.study.sites, *how.retired.sites}
    if how.study.sites and form.site not in sites:
        return False

    names = KnownNames(study=how.study, retired=how.retired)
    fault = names.subject_fault(form.site, form.subject)
    return fault is None or fault[0] != "subject-number"


@dataclass(frozen=True, slots=True)
class _PlannedForm:
    form: CapturedForm
    stored: StoredForm | None
    how: Import
    desk: UploadChecker

    @property
    def key(self) -> InstanceKey:
        return InstanceKey(self.form.subject, *self.form.key)

    @property
    def place(self) -> DataPlace:
        return _place(self.form)

    def refused(self, against: Finding) -> FormPreview:
        cells = tuple(
            CellPreview(
                cell=cell.cell,
                outcome=ImportOutcome.REFUSED,
                old=cell.old,
                new=cell.new,
            )
            for cell in self.cells()
        )
        return FormPreview(
            key=self.key,
            outcome=ImportOutcome.REFUSED,
            cells=cells,
            findings=(against,),
        )

    def closed(self, against: Finding) -> FormPreview:
        """A form in which nothing is entered any more: refused, unless it says what
        stands here.
        """
        status = STATUSES[FormStatus(self.form.status)]
        cells = self.cells()
        if self.outcome(cells, status) is not ImportOutcome.SAME:
            return self.refused(against)
        return FormPreview(key=self.key, outcome=ImportOutcome.SAME, cells=cells)

    def judged(
        self, casebook: InMemoryCasebook
    ) -> tuple[FormPreview, SaveRequest | None]:
        form = self.form
        status = STATUSES[FormStatus(form.status)]
        verdict = self.verdict(casebook, completing=status is Status.COMPLETE)
        notes = list(self.missing_files())
        hard: tuple[Finding, ...] = ()
        if status is Status.COMPLETE and not verdict.may_complete:
            status = Status.DRAFT
            hard = tuple(
                item for item in verdict.findings if item.severity is Severity.ERROR
            )
            verdict = self.verdict(casebook, completing=False)
            notes.append(
                finding("import-as-draft", data=self.place, form=form.key.form)
            )

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
        if outcome is ImportOutcome.SAME:
            return preview, None
        return preview, self.request(status, verdict, hard=len(hard))

    def restored(
        self, casebook: InMemoryCasebook, versions: tuple[PastVersion, ...], plan: Plan
    ) -> tuple[FormPreview, SaveRequest | None]:
        """Its past comes in as it was; a table that says something else is one save on
        top of that.
        """
        completing = versions[-1].status is Status.COMPLETE
        counts = FindingCounts.of(
            self.verdict(casebook, completing=completing).findings
        )
        newest = versions[-1]
        if not newest.is_sealed:
            newest = replace(newest, counts=counts)
        plan.past.append((self.key, (*versions[:-1], newest)))
        status = STATUSES[FormStatus(self.form.status)]
        if self.outcome(self.cells(), status) is ImportOutcome.SAME:
            fresh = replace(self, stored=None)
            preview = FormPreview(
                key=self.key,
                outcome=ImportOutcome.NEW,
                cells=fresh.cells(),
                findings=tuple(self.missing_files()),
                judged=self.verdict(casebook, completing=completing).findings,
            )

            return preview, None

        preview, request = self.judged(casebook)
        changed = finding("import-not-as-saved", data=self.place, form=self.key.form)

        return replace(preview, findings=(changed, *preview.findings)), request

    def verdict(self, casebook: InMemoryCasebook, *, completing: bool) -> Judgement:
        form, study = self.form, self.how.study
        context = Context(
            today=self.how.today,
            subject=form.subject,
            visit=form.key.visit,
            unsno=form.key.unsno,
            casebook=casebook,
        )

        return judge(
            study,
            study.forms[form.key.form],
            form.record,
            context,
            completing=completing,
        )

    def outcome(self, cells: tuple[CellPreview, ...], status: Status) -> ImportOutcome:
        if self.stored is None:
            return ImportOutcome.NEW

        there, here = self.form.record, self.stored.record
        is_same = (
            status is self.stored.status,
            all(cell.outcome is ImportOutcome.SAME for cell in cells),
            dict(here.kept) == dict(there.kept),
            # An empty row has no cell to tell it.
            _row_numbers(here) == _row_numbers(there),
        )
        return ImportOutcome.SAME if all(is_same) else ImportOutcome.CHANGED

    def cells(self) -> tuple[CellPreview, ...]:
        """Every cell that says something here or there."""
        old = self.stored.record if self.stored else None
        changed = {}
        for change in changes(self.key.form, old, self.form.record):
            if change.about is ChangeKind.VALUE:
                changed[change.cell] = change

        cell_previews = []
        for cell, text in _texts(self.key.form, self.form.record):
            if cell not in changed:
                same = CellPreview(
                    cell=cell, outcome=ImportOutcome.SAME, old=text, new=text
                )
                cell_previews.append(same)

        for cell, item in changed.items():
            outcome = ImportOutcome.CHANGED if item.old else ImportOutcome.NEW
            cell_previews.append(
                CellPreview(cell=cell, outcome=outcome, old=item.old, new=item.new)
            )

        return tuple(cell_previews)

    def missing_files(self) -> Iterator[Finding]:
        for name in file_names(self.how.study, self.key.form, self.form.record):
            code = self.desk.fault(name)
            if code:
                yield finding(code, data=self.place, value=name)

    def request(self, status: Status, verdict: Judgement, *, hard: int) -> SaveRequest:
        form, spec = self.form, self.how.study.forms[self.form.key.form]
        by = f" by {self.how.operator}" if self.how.operator else ""
        draft = ""
        if hard:
            findings = f"{hard} finding is" if hard == 1 else f"{hard} findings are"
            draft = f"; complete there, a draft here until {findings} resolved"

        return SaveRequest(
            key=self.key,
            base_version=self.stored.version if self.stored else 0,
            record=form.record,
            status=status,
            user=self.how.user,
            save_id=f"import-{uuid.uuid4().hex}",
            dictionary_hash=self.how.study.hash,
            reason=f"Imported from {self.how.source}{by}: version {form.version} of "
            f"{form.saved_by},"
            f" {timestamp(form.saved_at)}{draft}",
            counts=FindingCounts.of(verdict.findings),
            fixed=laid_down(spec),
            alerts=alerts_of(spec, form.record, verdict),
        )


def _texts(form: str, record: Record) -> Iterator[tuple[CellKey, str]]:
    for cell, text in all_cells(form, record):
        if text:
            yield cell, text


def _row_numbers(record: Record) -> dict[str, list[int]]:
    numbers = {}
    for group, rows in record.rows.items():
        if rows:
            numbers[group] = [row.number for row in rows]

    return numbers


def _in_visit_order(
    records: Mapping[FormKey, Record], study: Study
) -> InMemoryCasebook:
    """The subject's casebook as it will be: what stands here with what comes in laid
    over it.
    """
    order = {visit: number for number, visit in enumerate((LOG, *study.visits))}
    last = len(order)
    ordered = sorted(
        records, key=lambda key: (order.get(key.visit, last), key.visit, key.unsno)
    )
    return InMemoryCasebook({key: records[key] for key in ordered})
