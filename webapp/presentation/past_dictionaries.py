"""The study as an earlier dictionary described it: what was captured with one is read
with it.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Final

from flask import current_app

from forms_spec import load_study
from forms_spec.model.study import Study
from webapp.services import services
from webapp.storage import get_dictionary

EXTENSION: Final = "crfsmith past dictionaries"
MOST_KEPT: Final = 6
"""A study of 3,000 fields takes tens of megabytes."""


def past_study(dictionary_hash: str) -> Study | None:
    """The study of a dictionary by its hash; None for one that is not in the database,
    was altered there, or can no longer be loaded.
    """
    if dictionary_hash == services().study.hash:
        return services().study
    kept: PastDictionaries = current_app.extensions[EXTENSION]
    return kept.study(dictionary_hash)


class PastDictionaries:
    """The studies that were read last, by the hashes of their dictionaries."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._studies: OrderedDict[str, Study | None] = OrderedDict()

    def study(self, dictionary_hash: str) -> Study | None:
        """Loaded once; whoever asks for the same at once waits for it."""
        with self._lock:
            if dictionary_hash not in self._studies:
                self._studies[dictionary_hash] = _load(dictionary_hash)
            self._studies.move_to_end(dictionary_hash)
            while len(self._studies) > MOST_KEPT:
                self._studies.popitem(last=False)

            return self._studies[dictionary_hash]


def _load(dictionary_hash: str) -> Study | None:
    dictionary = get_dictionary(services().database, dictionary_hash)
    if dictionary is None or dictionary.is_altered:
        return None
    return load_study(dictionary.files).study
