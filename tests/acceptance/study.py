"""Cellkine, loaded once."""

from __future__ import annotations

from functools import cache

from forms_spec import load_study
from forms_spec.model.study import Study
from tests.data_dictionary.conftest import dictionary


@cache
def cellkine() -> Study:
    """The study as it stands in the repository."""
    loaded = load_study(dictionary())
    assert loaded.study is not None, loaded.findings
    return loaded.study
