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
    seen = [item for item in versions if item.form.version <= version]
    later = [item for item in versions if item.form.version > version]

    # A label in the key: a question that was asked anew is another question.
    steps_of: dict[tuple[object, ...], list[tuple[ShownVersion, ShownChange]]] = {}
    for item in later:
        for change in item.changes:
            key = change.cell, change.about, change.label
            steps_of.setdefault(key, []).append((item, change))

    statuses = _status_change([*seen[-1:], *later])
    return (*statuses, *map(_change, steps_of.values()))


def _change(steps: list[tuple[ShownVersion, ShownChange]]) -> ChangeSinceLook:
    versions = [version for version, _ in steps]
    changes = [change for _, change in steps]
    last = changes[-1]

    # A row has no answer of its own: it came or it went.
    if last.about is ChangeKind.ROW:
        answers = ["added" if change.new else "removed" for change in changes]
    else:
        texts = [changes[0].old, *(change.new for change in changes)]
        answers = [text or "blank" for text in texts]

    return ChangeSinceLook(
        label=last.label,
        answers=tuple(answers),
        words=_by(versions),
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
    savers = dict.fromkeys(form.saved_by for form in forms)
    people = dict.fromkeys(map(person, savers))
    when = moment_words(forms[-1].saved_at)

    return f"by {', '.join(people)}, {when}"
