"""The signatures of a subject as a document shows them (21 CFR 11.50)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forms_spec.model.captured_data import LOG, FormKey
from forms_spec.model.study import Study
from generator.paper.captured_subject import moment_words
from generator.paper.layout import ElectronicSignature
from webapp.storage import (
    InstanceKey,
    ReviewScope,
    StoredSignature,
    newest_signatures,
    signatures_over,
)

Printed = Mapping[FormKey | None, tuple[ElectronicSignature, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class SignaturePrinter:
    """Puts signatures into words. ``persons`` has the names of usernames."""

    study: Study
    persons: Mapping[str, str]

    def printed(
        self,
        subject: str,
        signatures: Sequence[StoredSignature],
        forms: Iterable[FormKey],
    ) -> Printed:
        """By form those on itself, its visit and the casebook; under None those on the
        casebook.
        """
        whole = newest_signatures(signatures).get(ReviewScope(subject))
        printed: dict[FormKey | None, tuple[ElectronicSignature, ...]] = {}
        if whole is not None:
            printed[None] = (self.signature(whole),)
        for key in forms:
            over = signatures_over(signatures, InstanceKey(subject, *key))
            printed[key] = tuple(self.signature(item) for item in over)

        return printed

    def signature(self, signed: StoredSignature) -> ElectronicSignature:
        """A signature, with what it is about and whether it still stands."""
        moment = moment_words(self.study, signed.signed_at)
        if not signed.is_valid:
            moment += f". This signature is broken: {self.why_broken(signed)}."
        return ElectronicSignature(
            name=f"{signed.name} ({signed.username})",
            meaning=f"“{signed.meaning}”, on {self.place(signed.scope)}",
            moment=moment,
        )

    def why_broken(self, signed: StoredSignature) -> str:
        """The save that broke it, where one did."""
        broken = signed.broken
        if broken is None:
            return "what is stored is not what was signed"
        key = broken.key
        form = self.place(ReviewScope(key.subject, key.visit, key.unsno, key.form))
        by = self.persons.get(broken.username, broken.username)
        moment = moment_words(self.study, broken.broken_at)
        return f"{form} was saved by {by}, {moment}"

    def place(self, scope: ReviewScope) -> str:
        """What was signed, in the words of the study."""
        if scope.kind == "subject":
            return "the whole casebook"
        known = self.study.visits.get(scope.visit)
        visit = known.title if known else scope.visit
        if scope.visit == LOG:
            visit = "the logs"
        number = f" {scope.unsno}" if scope.unsno else ""
        form = self.study.forms.get(scope.form)
        title = form.title if form else scope.form
        return f"{title}, {visit}{number}" if scope.form else f"{visit}{number}"
