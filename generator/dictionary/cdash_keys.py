"""Writes into the study file what only the CDASH names of fields say of its visits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from forms_spec.loading.visit_dating import keys_of_names
from forms_spec.model.study import Study
from forms_spec.yaml_source.document import Data
from forms_spec.yaml_source.reader import read_document
from generator.dictionary.yaml_patch import patch_yaml

BEFORE = ("study", "title", "subject", "sites", "day_zero", "anchors")
"""Keys of the study file that the new ones stand below."""


class SaidKeys(NamedTuple):
    """The name of the study file, its new text, and the keys that were added."""

    file: str
    text: str
    keys: tuple[str, ...]


def with_said_dates(study: Study) -> SaidKeys | None:
    """The study file with keys for what decides the dates of visits and the last day.

    They mean what the dictionary means without them. None where it already says all, or
    where the file cannot be changed without losing its comments.
    """
    file = study.place.file
    text = study.files[file]
    data = read_document(file, text).data
    named = keys_of_names(study, data)
    if not named or not isinstance(data, dict):
        return None

    new = {key: item.data for key, item in named.items()}
    patched = patch_yaml(file, text, _inserted(data, new))
    if not patched.kept:
        return None

    return SaidKeys(file, patched.text, tuple(new))


def _inserted(data: Mapping[str, Data], new: Mapping[str, Data]) -> dict[str, Data]:
    """The data with the new keys below those of the days that visits count from."""
    keys = list(data)
    last = max(keys.index(key) for key in keys if key in BEFORE)
    order = [*keys[: last + 1], *new, *keys[last + 1 :]]

    return {key: data[key] if key in data else new[key] for key in order}
