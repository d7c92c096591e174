"""A package into an empty database: the study as it was, with every version of every
form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from uuid import uuid4

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import FormKey
from forms_spec.model.captured_forms import CapturedSave, Subject
from generator.validation.opened_package import OpenPackage
from generator.validation.packaged_entries import PackagedEntries
from generator.validation.packaged_review import PackagedReview
from generator.validation.query_threads import PackagedThreads
from generator.validation.version_history import (
    PackagedVersion,
    PackageHistory,
    dictionary_uses,
    earlier_file,
    earlier_texts,
)
from webapp.packages.import_files import UploadChecker
from webapp.packages.import_forms import PastOfStudy, carry_out
from webapp.packages.import_plans import STATUSES, Import, Imported, Plan, plan_forms
from webapp.storage import (
    Database,
    FindingCounts,
    InstanceKey,
    PastVersion,
    Snapshot,
    dictionary_in_use,
    list_subjects,
)
from webapp.storage.past_entries import SecondEntry
from webapp.storage.past_reviews import ImportedReview

NO_FORM = "their forms were not imported"
ABSENT = "their subjects were not imported"


def may_restore(database: Database, package: OpenPackage) -> bool:
    """An empty database takes a study's past; in one with subjects it would mix with
    theirs.
    """
    dictionary = dictionary_in_use(database)
    assert package.study is not None
    if dictionary is not None and dictionary.hash != package.study.hash:
        return False
    return not list_subjects(database)


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """What came in, and what of the past did not."""

    imported: Imported
    findings: tuple[Finding, ...]


def restore_package(database: Database, package: OpenPackage, how: Import) -> Restored:
    """Imports a package with its history, in one transaction: everything or nothing."""
    with (
        closing(PackageHistory(package)) as history,
        closing(PackagedThreads(package)) as threads,
        closing(PackagedReview(package)) as review,
        closing(PackagedEntries(package)) as second,
    ):
        dictionaries = earlier_texts(package.source)
        known = (*dictionaries, how.study.hash)
        entries = history.entries()
        past = PastOfStudy(
            dictionaries=dictionaries,
            uses=dictionary_uses(package),
            people=(
                *history.people(),
                *dict.fromkeys(by for by, _ in entries.values() if by),
                *threads.people(),
                *review.people(),
                *second.people(),
            ),
            last_save=history.last_save(),
            threads=threads.threads,
            review=review.acts,
            entries=partial(_second_entries, second, frozenset(known)),
            entry_acts=second.acts,
        )
        restoring = _Restoring(
            package=package,
            history=history,
            how=replace(how, earlier_file=partial(earlier_file, package)),
            dictionaries=frozenset(known),
            entries=entries,
            review=review,
        )
        imported = carry_out(database, restoring.how, restoring.plans, past)

        findings = [
            *restoring.findings(),
            *_left_out(imported.threads_left_out, ABSENT),
            *_review_findings(imported.review),
            *_acts_left_out(imported.entries_left_out, NO_FORM),
        ]
        return Restored(imported=imported, findings=tuple(findings))


def _second_entries(
    second: PackagedEntries, dictionaries: frozenset[str]
) -> Iterator[SecondEntry]:
    """The second entries whose dictionaries are there."""
    for subject, forms in second.versions():
        for key, versions in sorted(forms.items()):
            if dictionaries.issuperset(version.dictionary for version in versions):
                past = [_past_version(version) for version in versions]
                yield InstanceKey(subject, *key), past


def _past_version(version: PackagedVersion) -> PastVersion:
    # The mark is by chance, so that nobody finds out what the seal stands for.
    return PastVersion(
        status=STATUSES[version.status],
        record=version.record,
        saved_by=version.saved_by,
        saved_at=version.saved_at,
        reason=version.reason,
        dictionary_hash=version.dictionary,
        save_id=f"restored-{uuid4().hex}",
    )


def _review_findings(review: ImportedReview) -> Iterator[Finding]:
    """Nothing where the whole review came in, and fits."""
    yield from _acts_left_out(review.left_out, ABSENT)
    if review.broken:
        count = review.broken
        many = "1 signature" if count == 1 else f"{count:,} signatures"
        yield finding("import-signature-broken", many=many)


def _acts_left_out(count: int, why: str) -> Iterator[Finding]:
    if count:
        many = "1 act is" if count == 1 else f"{count:,} acts are"
        yield finding("import-review-left", many=many, why=why)


def review_left(package: OpenPackage) -> Iterator[Finding]:
    """The same as ``queries_left``, of what reviewers did."""
    with (
        closing(PackagedReview(package)) as review,
        closing(PackagedEntries(package)) as second,
    ):
        count = review.count() + second.count()
        yield from _acts_left_out(count, "this database has subjects already")


def queries_left(package: OpenPackage) -> Iterator[Finding]:
    """Says how many queries stay in a package that comes into a database with
    subjects.
    """
    with closing(PackagedThreads(package)) as threads:
        yield from _left_out(threads.count(), "this database has subjects already")


def _left_out(threads: int, why: str) -> Iterator[Finding]:
    """Nothing where all queries come in."""
    if threads:
        many = "1 query is" if threads == 1 else f"{threads:,} queries are"
        yield finding("import-queries-left", many=many, why=why)


@dataclass(kw_only=True)
class _Restoring:
    """One restoring under way.

    ``without`` counts the forms that come in without their past.
    """

    package: OpenPackage
    history: PackageHistory
    how: Import
    dictionaries: frozenset[str]
    entries: Mapping[str, tuple[str, datetime]]
    review: PackagedReview
    without: int = 0
    marks: set[str] = field(default_factory=set)

    def plans(self, state: Snapshot, desk: UploadChecker) -> Iterator[Plan]:
        for subject, staged in self.package.staged():
            forms = [item.captured() for item in staged]
            sites = [item.site for item in self.package.store.subjects(subject)]
            sites += [item.site for item in forms]
            if not sites:
                continue

            by, index = self.entries.get(subject, ("", None))
            past = self._past(subject)
            self.without += sum(form.key not in past for form in forms)
            yield plan_forms(
                state,
                Subject(sites[0], subject, by, index),
                forms,
                self.how,
                desk,
                past=past,
            )

    def _past(self, subject: str) -> dict[FormKey, tuple[PastVersion, ...]]:
        """The versions of the subject's forms, where the dictionaries that they were
        saved with are there.
        """
        past, saves = {}, self.review.saves(subject)
        for key, versions in self.history.forms(subject).items():
            if self.dictionaries.issuperset(version.dictionary for version in versions):
                past[key] = tuple(
                    self._version(version, saves.get((key, number)))
                    for number, version in enumerate(versions, start=1)
                )

        return past

    def _version(
        self, packaged_version: PackagedVersion, known: CapturedSave | None
    ) -> PastVersion:
        """A version; with its own save id and counts it has its own seal again."""
        version = _past_version(packaged_version)
        if known is None or known.save_id in self.marks:
            return version
        self.marks.add(known.save_id)
        counts = FindingCounts(
            refused=known.refused, queries=known.queries, warnings=known.warnings
        )
        return replace(
            version,
            save_id=known.save_id,
            counts=counts,
            is_sealed=True,
            blanks=known.blanks,
        )

    def findings(self) -> Iterator[Finding]:
        if not self.without:
            return

        many = f"{self.without:,} forms are imported"
        if self.without == 1:
            many = "1 form is imported"
        yield finding("import-without-history", many=many)
