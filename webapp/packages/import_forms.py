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
from typing import IO, Any

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_forms import CapturedForm, CapturedThread, Subject
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
from webapp.storage import (
    Batch,
    Database,
    InstanceKey,
    SaveRequest,
    Snapshot,
    batch,
    snapshot,
)

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
        for name, some in groupby(forms, key=lambda form: form.subject):
            seen.add(name)
            value = list(some)
            yield plan_forms(state, Subject(value[0].site, name), value, how, desk)

        for subject in subjects:
            if subject.subject not in seen and state.subject(subject.subject) is None:
                yield Plan(subject=subject.subject, site=subject.site, new_subject=True)

    return carry_out(database, how, plans)


@dataclass(frozen=True, kw_only=True, slots=True)
class PastOfStudy:
    """The dictionaries that a study had elsewhere, when, and who saved its forms.

    ``threads`` gives its queries.
    """

    dictionaries: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    uses: tuple[DictionaryUse, ...] = ()
    people: tuple[str, ...] = ()
    last_save: datetime | None = None
    threads: Callable[[], Iterable[CapturedThread]] = tuple


Plans = Callable[[Snapshot, UploadChecker], Iterator[Plan]]


def carry_out(
    database: Database, how: Import, plans: Plans, past: PastOfStudy | None = None
) -> Imported:
    """Judges every plan, then writes all of them, or none."""
    counted = _Counted()
    with tempfile.TemporaryFile(prefix="crfsmith-") as file:
        spool = _PlanSpool(file)
        with snapshot(database) as state:
            desk = UploadChecker(state, how.file)
            for plan in plans(state, desk):
                for preview in plan.previews:
                    how.on_form(preview)
                    counted.add(preview)

                if not how.dry_run:
                    spool.add(plan)

            how.on_planned()

        if how.dry_run:
            return counted.imported()

        with batch(database) as saves, _own_account(saves, how, past):
            for plan, preview_of in spool.plans(past.last_save if past else None):
                for key, against in _write(saves, plan, how, desk):
                    before = preview_of(key)
                    refused = _refused(before, against)
                    how.on_form(refused)
                    counted.replace(before, refused)

            left_out = saves.restore_threads(past.threads()) if past else 0

    return replace(counted.imported(), threads_left_out=left_out)


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
        by = plan.added_by if plan.added_at and plan.added_by else how.user
        saves.add_subject(
            subjid=plan.subject, site=plan.site, user=by, moment=plan.added_at
        )

    versions = saves.versions_of(plan.subject) if here else {}
    other = (
        here.added_by if here and plan.new_subject and here.site != plan.site else None
    )
    locks = saves.locks_of(plan.subject)
    past = {key.form_key for key, _ in plan.past}
    saves.restore_forms(
        [(key, built) for key, built in plan.past if key.form_key not in versions]
    )
    first: list[SaveRequest] = []

    for request in plan.requests:
        number, user = versions.get(request.key.form_key, (0, ""))
        restored = request.key.form_key in past
        if other or (not restored and number != request.base_version):
            yield request.key, _changed(request.key, other or user)
        elif act := locks.of_form(request.key):
            yield request.key, closed_finding(request.key, act)
        elif number or restored:
            saves.save(request)
        else:
            first.append(request)

    saves.save_new(first)
    _keep_files(saves, plan, how, desk)


def _keep_files(saves: Batch, plan: Plan, how: Import, desk: UploadChecker) -> None:
    for name in dict.fromkeys(plan.files):
        content = desk.content(name)
        if content is not None:
            saves.add_attachment(content, user=how.user)

    for name in dict.fromkeys(plan.earlier_files):
        content = how.earlier_file(name) if name not in plan.files else None
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


class _PlanSpool:
    """Plans on scratch disk: a whole study does not fit into memory.

    Previews are kept apart: they are needed again only for forms that somebody saved
    meanwhile.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._places: list[tuple[int, int, datetime | None]] = []

    def add(self, plan: Plan) -> None:
        saved = max((built[-1].saved_at for _, built in plan.past), default=None)
        wanted = {request.key for request in plan.requests}
        previews = {
            preview.key: preview for preview in plan.previews if preview.key in wanted
        }
        start = self._write(previews)
        self._places.append((self._write(replace(plan, previews=[])), start, saved))

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
        last = [item for item in self._places if last_save and item[2] == last_save]
        for place, start, _ in [
            item for item in self._places if item not in last
        ] + last:
            yield self._read(place), partial(self._preview, start)

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
