"""What keeps somebody from signing, and where to do something about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from forms_spec.evaluation.cross_form import places_of
from forms_spec.findings.finding import Severity
from forms_spec.model.captured_data import FormKey
from webapp.casebook.subject_status import Judged
from webapp.presentation.form_address import form_address
from webapp.review.lock_words import scope_title
from webapp.review.query_severity import is_about_error
from webapp.review.subject_review import forms_to_review, scope_value
from webapp.services import services
from webapp.storage import InstanceKey, QueryThread, ReviewScope, Status

UNFINISHED: Final = {
    Status.DRAFT: "a draft",
    Status.UNVERIFIED: "not complete, it came with a package",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SigningObstacle:
    """Something of a form that comes before the signature, and where to do it."""

    key: FormKey
    address: str
    words: str


def sign_address(scope: ReviewScope) -> str:
    """Where somebody signs a form, a visit or a casebook."""
    return f"/subjects/{scope.subject}/sign?of={scope_value(scope)}"


def signing_obstacles(
    subjid: str, judged: Judged, scope: ReviewScope, threads: Sequence[QueryThread]
) -> tuple[SigningObstacle, ...]:
    """What keeps a scope from being signed: forms that are not complete or not begun,
    errors, and queries about errors that wait.
    """
    found = _Obstacles(subjid=subjid, judged=judged, scope=scope)
    return (
        *found.of_forms(),
        *found.of_errors(),
        *found.of_queries(threads),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Obstacles:
    subjid: str
    judged: Judged
    scope: ReviewScope

    def covers(self, key: FormKey) -> bool:
        return self.scope.covers(InstanceKey(self.subjid, *key))

    def obstacle(self, key: FormKey, says: str) -> SigningObstacle:
        """``says`` goes on after the form's title."""
        scope = ReviewScope(self.subjid, key.visit, key.unsno, key.form)
        return SigningObstacle(
            key=key,
            address=form_address(self.subjid, key.visit, key.unsno, key.form),
            words=f"{scope_title(scope)} {says}",
        )

    def of_forms(self) -> Iterator[SigningObstacle]:
        captured = self.judged.casebook.forms
        for (visit, unsno), forms in forms_to_review(self.judged).items():
            for form in forms:
                key = FormKey(form, visit, unsno)
                if not self.covers(key):
                    continue

                if key not in captured:
                    yield self.obstacle(key, "has not been started. Complete it first.")
                elif captured[key].status is not Status.COMPLETE:
                    words = UNFINISHED[captured[key].status]
                    yield self.obstacle(key, f"is {words}. Complete it first.")

    def of_errors(self) -> Iterator[SigningObstacle]:
        errors: Counter[FormKey] = Counter()
        for finding in self.judged.open:
            if finding.severity is Severity.ERROR:
                errors.update(places_of(services().study, finding))

        for key, count in errors.items():
            if self.covers(key):
                many = "an error" if count == 1 else f"{count} errors"
                yield self.obstacle(key, f"has {many}. Correct the answers first.")

    def of_queries(self, threads: Sequence[QueryThread]) -> Iterator[SigningObstacle]:
        study = services().study
        for thread in threads:
            query = thread.query
            place = query.place.instance
            if place is None or not self.scope.covers(place):
                continue

            if query.waits and is_about_error(study, thread):
                words = (
                    f"has query {query.number} about an error. Have it closed first."
                )
                yield self.obstacle(place.form_key, words)
