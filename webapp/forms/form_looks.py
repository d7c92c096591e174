"""What of a form was changed since the person who reads it last looked at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from webapp.forms.form_history import ShownChange, ShownVersion, history_of
from webapp.presentation.form_address import FormPlace
from webapp.presentation.template_filters import moment_words, person
from webapp.storage import ChangeKind, Looks, StoredForm


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeSinceLook:
    """An answer that changed: what the person saw, what it was since, what it is now.

    ``target`` is the name of its input, blank where there is none.
    """

    label: str
    answers: tuple[str, ...]
    words: str
    target: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FormLook:
    """The last look of a person at a form; ``version`` is 0 where there was none.

    ``shown`` is the version on the page, ``saves`` counts those since the look.
    """

    shown: int
    version: int = 0
    looked_at: datetime | None = None
    changes: tuple[ChangeSinceLook, ...] = ()

    @property
    def saves(self) -> int:
        return max(0, self.shown - self.version)


def form_look(place: FormPlace, stored: StoredForm | None, looks: Looks) -> FormLook:
    """The look of a person at the form as it is stored."""
    shown = stored.version if stored else 0
    seen = looks.get(place.key.form_key)
    if seen is None:
        return FormLook(shown=shown)

    # The history is read only where something was saved since.
    changes = changes_since(place, seen.version) if seen.version < shown else ()
    return FormLook(
        shown=shown, version=seen.version, looked_at=seen.looked_at, changes=changes
    )


def changes_since(place: FormPlace, version: int) -> tuple[ChangeSinceLook, ...]:
    """Each answer that was changed after a version, in the order of the changes, in the
    words of the dictionaries with which they were given.
    """
    versions = history_of(place).versions
    before = [item for item in versions if item.form.version <= version]
    after = [item for item in versions if item.form.version > version]
    grouped: dict[tuple[object, ...], list[tuple[ShownVersion, ShownChange]]] = {}
    for item in after:
        for change in item.changes:
            key = change.cell, change.about, change.label
            grouped.setdefault(key, []).append((item, change))

    return (
        *_status_change([*before[-1:], *after]),
        *(_change(steps) for steps in grouped.values()),
    )


def _change(steps: list[tuple[ShownVersion, ShownChange]]) -> ChangeSinceLook:
    first, last = steps[0][1], steps[-1][1]
    texts = [first.old, *(change.new for _, change in steps)]
    if last.about is ChangeKind.ROW:
        # A row has no answer of its own: it came or it went.
        texts = ["added" if change.new else "removed" for _, change in steps]

    return ChangeSinceLook(
        label=last.label,
        answers=tuple(text or "blank" for text in texts),
        words=_by(version for version, _ in steps),
        target=last.target,
    )


def _status_change(versions: list[ShownVersion]) -> Iterator[ChangeSinceLook]:
    """From draft to complete, or back."""
    if not versions:
        return
    statuses = [versions[0].form.status.value]
    changed = []
    for item in versions[1:]:
        if item.form.status.value != statuses[-1]:
            statuses.append(item.form.status.value)
            changed.append(item)

    if changed:
        yield ChangeSinceLook(
            label="Status", answers=tuple(statuses), words=_by(changed)
        )


def _by(versions: Iterable[ShownVersion]) -> str:
    """Everybody who changed it, and when that was last."""
    forms = [item.form for item in versions]
    people = list(dict.fromkeys(person(form.saved_by) for form in forms))
    return f"by {', '.join(people)}, {moment_words(forms[-1].saved_at)}"
