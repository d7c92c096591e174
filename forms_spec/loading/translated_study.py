"""A study with its texts in another language: the same study in everything else."""

from __future__ import annotations

from forms_spec.loading.finding_collector import Notes
from forms_spec.loading.study_builder import build_study
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache

_STUDIES: StudyCache[str, Study] = StudyCache()


def study_in(study: Study, language: str) -> Study:
    """The study in one of its languages, built at its first use and kept with it. In a
    language that it does not have, it is as the dictionary is written.

    Codes, rules and everything that decides about data are the same, and so is the
    hash: translations are a part of the dictionary.
    """
    if language not in study.translated_into or language == study.language:
        return study

    return _STUDIES.get(study, language, lambda: _built(study, language))


def _built(study: Study, language: str) -> Study:
    built = build_study(dict(study.files), Notes(), language=language)
    assert built.loaded is not None
    return built.loaded.study
