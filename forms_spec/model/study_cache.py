"""What a layer works out from a study once: compiled rules, plans of forms, page
templates.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

if TYPE_CHECKING:
    from forms_spec.model.study import Study

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_SLOT = "_caches"


class StudyCache(Generic[Key, Value]):
    """Keeps values of one type for each study, as long as that study lives.

    A module makes its own cache at the top and shows it to nobody else, so that a study
    knows nothing of the layers above it. ``dataclasses.replace`` gives a study without
    cached values.

    The values lie with the study, not in a table of weak references: nearly everything
    that is worked out from a study refers back to it, and such a table would keep every
    study that was ever loaded.
    """

    def of(self, study: Study) -> dict[Key, Value]:
        """Everything that is kept for a study. Threads share it."""
        # A study is frozen; like a cached property, its caches are written into its
        # dictionary directly. ``setdefault`` is atomic: of two threads that come first,
        # both get the same dictionary.
        attributes = study.__dict__
        caches: dict[Any, Any] | None = attributes.get(_SLOT)
        if caches is None:
            caches = cast(dict[Any, Any], attributes.setdefault(_SLOT, {}))

        values: dict[Key, Value] | None = caches.get(self)
        if values is None:
            values = cast(dict[Key, Value], caches.setdefault(self, {}))

        return values

    def get(self, study: Study, key: Key, make: Callable[[], Value]) -> Value:
        """The value of a key. ``make`` works it out at the first use.

        Two threads may both work it out; the first value is kept, and both get it.
        """
        values = self.of(study)
        try:
            return values[key]
        except KeyError:
            pass

        return values.setdefault(key, make())
