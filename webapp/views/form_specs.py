"""A form's fields and rules for the page's script. They change with the dictionary alone."""

from __future__ import annotations

import json

from flask import Blueprint, Response, abort

from generator.pages.live import live_spec
from webapp.access import READ, allow
from webapp.assets import A_YEAR
from webapp.services import services

bp = Blueprint("form_specs", __name__)


@bp.get("/dictionary/<hash_>/<form>.json")
@allow(READ)
def show_spec(hash_: str, form: str) -> Response:
    study = services().study
    found = study.forms.get(form)
    if found is None or hash_ != study.hash:
        abort(404)
    key = ("live text", form)
    if key not in study.memory:
        study.memory[key] = json.dumps(live_spec(study, found), ensure_ascii=False, separators=(",", ":"))
    response = Response(study.memory[key], content_type="application/json")
    response.headers["Cache-Control"] = A_YEAR.replace("public", "private")
    return response
