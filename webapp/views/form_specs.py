"""A form's fields and rules for the page's script.

They change with the dictionary alone.
"""

from __future__ import annotations

import json

from flask import Blueprint, Response, abort

from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from generator.pages.live_spec import live_spec
from webapp.presentation.assets import A_YEAR
from webapp.security.access import READ, allow
from webapp.services import services, with_dictionary_of_a_site

bp = Blueprint("form_specs", __name__)
_TEXTS: StudyCache[str, str] = StudyCache()


@bp.get("/dictionary/<hash_>/<form>.json")
@allow(READ)
def show_spec(hash_: str, form: str) -> Response:
    with with_dictionary_of_a_site(hash_) as is_known:
        study = services().study
    result = study.forms.get(form)
    if result is None or not is_known:
        abort(404)
    text = _TEXTS.get(study, form, lambda: _spec_text(study, result))
    response = Response(text, content_type="application/json")
    response.headers["Cache-Control"] = A_YEAR.replace("public", "private")

    return response


def _spec_text(study: Study, form: Form) -> str:
    return json.dumps(live_spec(study, form), ensure_ascii=False, separators=(",", ":"))
