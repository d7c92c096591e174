"""The captured data that ``crfsmith diff`` evaluates: of a database or a package."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from forms_spec.evaluation.calculated import without_calculated
from forms_spec.model.captured_data import FormKey, Record
from forms_spec.model.captured_forms import CapturedForm, FormStatus
from forms_spec.model.study import Study
from generator.comparison.captured import Subjects
from generator.comparison.verdicts import CapturedSubject
from generator.package.source import Unreadable
from generator.validation.open_package import open_package
from generator.validation.opened_package import OpenPackage
from webapp.installation.command_error import CommandError
from webapp.installation.study_database import need_study
from webapp.packages.export import last_day
from webapp.storage import Database, LostDictionary, Snapshot, Status, snapshot
from webapp.storage.signatures import StoredSignature
from webapp.storage.site_studies import SiteStudies
from webapp.storage.subjects import StoredSubject


@dataclass(frozen=True, kw_only=True, slots=True)
class DataAtHand:
    """All subjects, and the day as of which they are evaluated."""

    subjects: Subjects
    today: date


def stored_study(database: Database, url: str, beginning: str) -> Study | None:
    """The study of a dictionary that was in use, by the first characters of its hash;
    None where none begins so. Several, or one that cannot be loaded, end the command.
    """
    with snapshot(database) as state:
        hashes = sorted({use.hash for use in state.dictionary_uses()})
        fits = [hash_ for hash_ in hashes if hash_.startswith(beginning)]
        if len(fits) > 1:
            known = ", ".join(hash_[:12] for hash_ in fits)
            raise CommandError(
                f"Several dictionaries begin so. Choose one of: {known}."
            )

    if not fits:
        return None

    try:
        return SiteStudies(study=need_study(database, url)).with_hash(database, fits[0])
    except LostDictionary as error:
        raise CommandError(
            f"The dictionary {fits[0][:12]} in the database cannot be loaded by this "
            "version of crfsmith."
        ) from error


@contextmanager
def of_database(database: Database, study: Study) -> Iterator[DataAtHand]:
    """What the database has now. Voided forms and subjects are left out."""
    with snapshot(database) as state:

        def subjects() -> Iterator[CapturedSubject]:
            for stored in state.subjects():
                yield _stored_subject(state, stored)

        yield DataAtHand(subjects=subjects, today=last_day(state, study))


def _stored_subject(state: Snapshot, stored: StoredSubject) -> CapturedSubject:
    locks = state.locks_of(stored.subjid)
    records: dict[FormKey, Record] = {}
    complete: set[FormKey] = set()
    locked: set[FormKey] = set()
    signed: set[FormKey] = set()

    for form in state.newest(stored.subjid):
        key = form.key.form_key
        records[key] = form.record
        if form.status is Status.COMPLETE:
            complete.add(key)
        if locks.of_form(form.key) is not None:
            locked.add(key)

    # A signature that was broken by a save has nothing more to lose.
    for signature in filter(_stands, state.signatures_of(stored.subjid)):
        signed.update(form.key.form_key for form in signature.forms)

    return CapturedSubject(
        name=stored.subjid,
        site=stored.site,
        records=records,
        complete=frozenset(complete),
        locked=frozenset(locked),
        signed=frozenset(signed),
    )


def _stands(signature: StoredSignature) -> bool:
    return signature.is_valid


@contextmanager
def of_package(path: Path) -> Iterator[DataAtHand]:
    """What a package has. Who locked and signed its forms is not read."""
    try:
        with open_package(path) as opened:
            if opened.study is None:
                raise CommandError(f"{path} has no dictionary that can be loaded.")

            # The rows can be gone through once, and each version needs all of them.
            subjects = list(_packaged_subjects(opened, opened.study))
            yield DataAtHand(
                subjects=lambda: subjects, today=opened.data_cut or date.max
            )
    except Unreadable as error:
        raise CommandError(f"{path} cannot be read: {error}.") from error


def _packaged_subjects(opened: OpenPackage, study: Study) -> Iterator[CapturedSubject]:
    with_forms = set()
    for name, staged in opened.staged():
        with_forms.add(name)
        yield _packaged(study, name, [form.captured() for form in staged])

    for subject in opened.subjects():
        if subject.subject not in with_forms:
            yield CapturedSubject(
                name=subject.subject,
                site=subject.site,
                records={},
                complete=frozenset(),
            )


def _packaged(
    study: Study, name: str, forms: Sequence[CapturedForm]
) -> CapturedSubject:
    complete = [form.key for form in forms if form.status == FormStatus.COMPLETE]
    return CapturedSubject(
        name=name,
        site=forms[0].site if forms else "",
        records={form.key: _typed(study, form) for form in forms},
        complete=frozenset(complete),
    )


def _typed(study: Study, form: CapturedForm) -> Record:
    """The answers that people gave: a package has the computed ones among them."""
    described = study.forms.get(form.key.form)
    if described is None:
        return form.record

    return without_calculated(described, form.record)
