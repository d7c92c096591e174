"""What is said of a signature: who, when, with what meaning, and whether it still
stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from webapp.presentation.statuses import ShownStatus
from webapp.presentation.template_filters import moment_words, person
from webapp.review.lock_words import scope_title
from webapp.storage import (
    InstanceKey,
    ReviewScope,
    StoredSignature,
    signatures_over,
)

SIGNED = ShownStatus(name="signed", shape="◆", word="signed")
BROKEN = ShownStatus(name="findings", shape="◇", word="signature broken")


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownSignature:
    """A signature as it is shown: printed name, time and meaning (21 CFR 11.50)."""

    signed: StoredSignature
    status: ShownStatus
    words: str


def shown_signature(signed: StoredSignature, scope: ReviewScope) -> ShownSignature:
    """A signature over a scope, which may be about something wider."""
    wider = f" with {scope_title(signed.scope)}" if signed.scope != scope else ""
    by = f"{signed.name} ({signed.username})"
    words = (
        f"Signed{wider} by {by}, {moment_words(signed.signed_at)}: “{signed.meaning}”"
    )
    if signed.is_valid:
        return ShownSignature(signed=signed, status=SIGNED, words=words)

    why = break_words(signed)
    return ShownSignature(signed=signed, status=BROKEN, words=f"{words} Broken: {why}.")


def break_words(signed: StoredSignature) -> str:
    """Why a signature does not stand any more."""
    broken = signed.broken
    if broken is None:
        return (
            "what is stored is not what was signed, and no save tells of it. Ask the "
            "administrator to run crfsmith audit verify"
        )

    key = broken.key
    form = ReviewScope(key.subject, key.visit, key.unsno, key.form)
    return (
        f"{scope_title(form)} was saved by {person(broken.username)}, "
        f"{moment_words(broken.broken_at)}"
    )


def form_signatures(
    signatures: Iterable[StoredSignature], key: InstanceKey
) -> tuple[ShownSignature, ...]:
    """The signatures that count for a form: its own, its visit's, its casebook's."""
    scope = ReviewScope(key.subject, key.visit, key.unsno, key.form)
    over = signatures_over(signatures, key)
    return tuple(shown_signature(signed, scope) for signed in over)


def signature_mark(
    signatures: Iterable[StoredSignature], key: InstanceKey, version: int
) -> ShownStatus | None:
    """The mark of a form's version: signed by one that stands, or changed since one
    that does not; None where neither is so.
    """
    over = signatures_over(signatures, key)
    if any(signed.is_valid for signed in over):
        return SIGNED

    # A visit's signature breaks with any of its forms: one that is as signed has no mark.
    for signed in over:
        versions = {form.key: form.version for form in signed.forms}
        if versions.get(key) != version:
            return BROKEN

    return None
