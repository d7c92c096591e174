"""Fields by their CDASH names."""

from __future__ import annotations

from collections.abc import Mapping

from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache

_FIELDS_BY_CDASH: StudyCache[tuple[()], Mapping[str, Field]] = StudyCache()


def field_named(study: Study, cdash: str) -> Field | None:
    """The first field of a form's own that carries a CDASH name; looked for once in a
    study.
    """
    by_name = _FIELDS_BY_CDASH.get(study, (), lambda: _fields_by_cdash(study))
    return by_name.get(cdash)


def _fields_by_cdash(study: Study) -> Mapping[str, Field]:
    named: dict[str, Field] = {}
    for form in study.forms.values():
        for field in form.fields:
            # The first of two fields with one name counts.
            if field.cdash:
                named.setdefault(field.cdash, field)

    return named
