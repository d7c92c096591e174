"""Captured forms into the database: judged first, then written in one short
transaction, all or nothing.

Others save while the forms are judged. What they saved meanwhile is noticed, and never
overwritten.
"""

from __future__ import annotations

import pickle
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import IO, Any, NamedTuple

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_forms import (
    CapturedAct,
    CapturedEntryAct,
    CapturedForm,
    CapturedThread,
    Subject,
)
from generator.tables.descriptor import DictionaryUse
from webapp.packages.import_files import UploadChecker
from webapp.packages.import_plans import (
    CellPreview,
    FormPreview,
    Import,
    Imported,
    ImportOutcome,
    Plan,
    closed_finding,
    plan_forms,
)
from webapp.packages.imported_unique import IncomingAnswers
from webapp.storage import (
    Batch,
    Database,
    InstanceKey,
    SaveRequest,
    Snapshot,
    StoredSubject,
    batch,
    snapshot,
)
from webapp.storage.past_entries import SecondEntry
from webapp.storage.past_reviews import ImportedReview

__all__ = ["FormPreview", "Import", "ImportOutcome", "Imported", "import_forms"]


def import_forms(
    database: Database,
    forms: Iterable[CapturedForm],
    how: Import,
    *,
    subjects: Iterable[Subject] = (),
) -> Imported:
    """Imports forms that stand together by subject, in one transaction: everything or
    nothing.

    ``subjects`` come in even without forms; they are asked for after the last form. An
    exception of ``forms`` or ``how.on_form`` leaves the database as it was.
    """

    def plans(state: Snapshot, desk: UploadChecker) -> Iterator[Plan]:
        seen = set()
        for name, group in groupby(forms, key=lambda form: form.subject):
            seen.add(name)
            of_subject = list(group)
            person = Subject(of_subject[0].site, name)
            yield plan_forms(state, person, of_subject, how, desk)

        for person in subjects:
            name = person.subject
            if name not in seen and state.subject(name) is None:
                yield Plan(subject=name, site=person.site, new_subject=True)

    return carry_out(database, how, plans)


@dataclass(frozen=True, kw_only=True, slots=True)
class PastOfStudy:
    """The dictionaries that a study had elsewhere, when, and who saved its forms.

    ``threads`` gives its queries, ``review`` what reviewers did, ``entries`` and
    ``entry_acts`` the second entries of forms and what was decided.
    """

    dictionaries: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    uses: tuple[DictionaryUse, ...] = ()
    people: tuple[str, ...] = ()
    last_save: datetime | None = None
    threads: Callable[[], Iterable[CapturedThread]] = tuple
    review: Callable[[], Iterable[CapturedAct]] = tuple
    entries: Callable[[], Iterable[SecondEntry]] = tuple
    entry_acts: Callable[[], Iterable[CapturedEntryAct]] = tuple


Plans = Callable[[Snapshot, UploadChecker], Iterator[Plan]]


def carry_out(
    database: Database, how: Import, plans: Plans, past: PastOfStudy | None = None
) -> Imported:
    """Judges every plan, then writes all of them, or none."""
    counted, incoming = _Counted(), IncomingAnswers(how.study)
    with tempfile.TemporaryFile(prefix="crfsmith-") as file:
        spool = _PlanSpool(file)
        with snapshot(database) as state:
            desk = UploadChecker(state, how.file)
            for plan in plans(state, desk):
                for preview in plan.previews:
                    how.on_form(preview)
                    counted.add(preview)

                incoming.add(plan)
                if not how.dry_run:
                    spool.add(plan)

            how.on_planned()
            repeated = tuple(incoming.repeated(state))

        if how.dry_run:
            return replace(counted.imported(), repeated=repeated)

        with batch(database) as saves, _own_account(saves, how, past):
            for plan, preview_of in spool.plans(past.last_save if past else None):
                for key, against in _write(saves, plan, how, desk):
                    before = preview_of(key)
                    refused = _refused(before, against)
                    how.on_form(refused)
                    counted.replace(before, refused)

            if how.study.randomization is not None:
                saves.take_results(how.study.randomization)
            left_out = saves.restore_threads(past.threads()) if past else 0
            review = ImportedReview()
            entries_left_out = 0
            if past:
                review = saves.restore_review(past.review(), username=how.user)
                acts = past.entry_acts()
                entries_left_out = saves.restore_entries(past.entries(), acts)

    return replace(
        counted.imported(),
        repeated=repeated,
        threads_left_out=left_out,
        review=review,
        entries_left_out=entries_left_out,
    )


@contextmanager
def _own_account(saves: Batch, how: Import, past: PastOfStudy | None) -> Iterator[None]:
    """What has to be there before the first form."""
    saves.begin_import(operator=how.operator, source=how.source, log=how.log)
    if past:
        saves.need_accounts(past.people)
        texts = {**past.dictionaries, how.study.hash: how.study.files}
        saves.restore_dictionaries(texts, how.study.name, past.uses)

    saves.use_dictionary(how.study)
    yield


def _write(
    saves: Batch, plan: Plan, how: Import, desk: UploadChecker
) -> Iterator[tuple[InstanceKey, Finding]]:
    """Writes a plan; gives the forms that were changed or closed here meanwhile, each
    with what keeps it out.
    """
    here = saves.subject(plan.subject)
    if here is None and plan.new_subject and plan.comes_in:
        _add_subject(saves, plan, how)

    versions = saves.versions_of(plan.subject) if here else {}
    locks = saves.locks_of(plan.subject)
    added_by = _added_meanwhile_by(here, plan)
    past = {key.form_key for key, _ in plan.past}
    new_past = [item for item in plan.past if item[0].form_key not in versions]
    saves.restore_forms(new_past)

    # First versions are written together at the end, which is much faster.
    first: list[SaveRequest] = []
    for request in plan.requests:
        number, saved_by = versions.get(request.key.form_key, (0, ""))
        is_restored = request.key.form_key in past
        is_changed = not is_restored and number != request.base_version
        act = locks.of_form(request.key)

        if added_by or is_changed:
            yield request.key, _changed(request.key, added_by or saved_by)
        elif act:
            yield request.key, closed_finding(request.key, act)
        elif number or is_restored:
            saves.save(request)
        else:
            first.append(request)

    saves.save_new(first)
    _keep_files(saves, plan, how, desk)


def _add_subject(saves: Batch, plan: Plan, how: Import) -> None:
    """Adds a subject as it was added elsewhere, or else by who imports it."""
    is_known = plan.added_at and plan.added_by
    saves.add_subject(
        subjid=plan.subject,
        site=plan.site,
        user=plan.added_by if is_known else how.user,
        moment=plan.added_at,
    )


def _added_meanwhile_by(here: StoredSubject | None, plan: Plan) -> str:
    """Who gave the number of a new subject to one of another site meanwhile."""
    if here is None or not plan.new_subject or here.site == plan.site:
        return ""
    return here.added_by


def _keep_files(saves: Batch, plan: Plan, how: Import, desk: UploadChecker) -> None:
    for name in dict.fromkeys(plan.files):
        content = desk.content(name)
        if content is not None:
            saves.add_attachment(content, user=how.user)

    for name in dict.fromkeys(plan.earlier_files):
        if name in plan.files:
            continue
        content = how.earlier_file(name)
        if content is not None:
            saves.add_attachment(content, user=how.user)


def _changed(key: InstanceKey, user: str) -> Finding:
    """Somebody saved a form after it had been judged."""
    place = DataPlace(
        table=key.form, subject=key.subject, visit=key.visit, unsno=key.unsno
    )
    return finding("import-changed-meanwhile", data=place, value=_name(key), user=user)


def _refused(planned: FormPreview, against: Finding) -> FormPreview:
    """A form that was planned, and does not come in."""
    cells = tuple(
        CellPreview(
            cell=cell.cell, outcome=ImportOutcome.REFUSED, old=cell.old, new=cell.new
        )
        for cell in planned.cells
    )
    return FormPreview(
        key=planned.key, outcome=ImportOutcome.REFUSED, cells=cells, findings=(against,)
    )


def _name(key: InstanceKey) -> str:
    visit = f"{key.visit}.{key.unsno}" if key.unsno else key.visit
    return f"{key.subject} {visit} {key.form}"


Previewed = Callable[[InstanceKey], FormPreview]
"""How a form of a plan was shown."""


class _SpoolPlace(NamedTuple):
    """Where a plan and its previews begin on scratch disk."""

    previews: int
    plan: int
    saved_at: datetime | None


class _PlanSpool:
    """Plans on scratch disk: a whole study does not fit into memory.

    Previews are kept apart: they are needed again only for forms that somebody saved
    meanwhile.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._places: list[_SpoolPlace] = []

    def add(self, plan: Plan) -> None:
        wanted = {request.key for request in plan.requests}
        previews = {}
        for preview in plan.previews:
            if preview.key in wanted:
                previews[preview.key] = preview

        last_saves = [versions[-1].saved_at for _, versions in plan.past]
        place = _SpoolPlace(
            previews=self._write(previews),
            plan=self._write(replace(plan, previews=[])),
            saved_at=max(last_saves, default=None),
        )
        self._places.append(place)

    def _write(self, value: object) -> int:
        start = self._file.tell()
        pickle.dump(value, self._file, protocol=pickle.HIGHEST_PROTOCOL)
        return start

    def plans(
        self, last_save: datetime | None
    ) -> Iterator[tuple[Plan, Callable[[InstanceKey], FormPreview]]]:
        """Every plan, and how its forms were shown.

        The one with the last save comes last, so that the newest version is the newest
        row.
        """

        def has_last_save(place: _SpoolPlace) -> bool:
            return last_save is not None and place.saved_at == last_save

        for place in sorted(self._places, key=has_last_save):
            yield self._read(place.plan), partial(self._preview, place.previews)

    def _preview(self, start: int, key: InstanceKey) -> FormPreview:
        form_preview: FormPreview = self._read(start)[key]
        return form_preview

    def _read(self, place: int) -> Any:
        self._file.seek(place)
        return pickle.load(self._file)


class _Counted:
    """Forms and cells by outcome."""

    def __init__(self) -> None:
        self._forms: Counter[ImportOutcome] = Counter()
        self._cells: Counter[ImportOutcome] = Counter()

    def add(self, preview: FormPreview) -> None:
        self._forms[preview.outcome] += 1
        self._cells.update(cell.outcome for cell in preview.cells)

    def replace(self, before: FormPreview, after: FormPreview) -> None:
        self._forms[before.outcome] -= 1
        self._cells.subtract(cell.outcome for cell in before.cells)
        self.add(after)

    def imported(self) -> Imported:
        return Imported(forms=+self._forms, cells=+self._cells)
