"""The study as an earlier dictionary described it: what was captured with one is read
with it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from types import MappingProxyType
from typing import Final

from flask import current_app

from forms_spec import load_study
from forms_spec.evaluation.role_view import reduced_forms
from forms_spec.loading.translated_study import study_in
from forms_spec.model.study import Study
from webapp.services import current_view, services, shown_language
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
    study, view = kept.study(dictionary_hash), current_view()
    if study is not None:
        study = study_in(study, shown_language())
    if study is None or view is None or view.is_whole:
        return study

    # What a role may not see today it does not see in the words of the past either.
    forms = dict(reduced_forms(study.forms, view.grants))
    return replace(study, forms=MappingProxyType(forms))


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
