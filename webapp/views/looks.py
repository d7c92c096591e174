"""A reviewer says that a form was seen."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.forms.retired_forms import readable_place
from webapp.presentation.typed_numbers import version_number
from webapp.security.access import REVIEW_DATA, allow
from webapp.services import services
from webapp.storage import LookRefused, NewLook, keep_looks

bp = Blueprint("looks", __name__)


@bp.post("/subjects/<subjid>/<visit>/<form>/seen")
@allow(REVIEW_DATA)
def keep_look(subjid: str, visit: str, form: str) -> ResponseReturnValue:
    """Keeps that the person saw the version that was shown."""
    place, _ = readable_place(subjid, visit, form)
    shown = version_number(request.form.get("version", ""))
    look = NewLook(key=place.key, version=shown)
    try:
        keep_looks(services().database, [look], username=current_user.user.username)
    except LookRefused as refused:
        abort(409, str(refused))

    return redirect(place.address, 303)
