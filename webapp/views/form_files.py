"""The files of a form, to whoever may read the form."""

from __future__ import annotations

from io import BytesIO
from types import MappingProxyType
from typing import Final

from flask import Blueprint, Response, abort, send_file

from forms_spec.kinds.file import FOLDER, named_file
from webapp.forms.pending_uploads import ever_named
from webapp.forms.retired_forms import readable_place
from webapp.security.access import READ, allow
from webapp.services import services
from webapp.storage import get_attachment

bp = Blueprint("form_files", __name__)

TYPES: Final = MappingProxyType(
    {
        "csv": "text/csv",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "gif": "image/gif",
        "jpeg": "image/jpeg",
        "jpg": "image/jpeg",
        "pdf": "application/pdf",
        "png": "image/png",
        "tif": "image/tiff",
        "tiff": "image/tiff",
        "txt": "text/plain",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "zip": "application/zip",
    }
)
"""What a file is said to be.

Anything else is bytes: no page, script or picture with scripts in it.
"""

ALONE: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"


@bp.get("/subjects/<subjid>/<visit>/<form>/files/<beginning>/<name>")
@allow(READ)
def show_file(
    subjid: str, visit: str, form: str, beginning: str, name: str
) -> Response:
    place, _ = readable_place(subjid, visit, form)
    text = f"{FOLDER}{beginning}/{name}"
    named = named_file(text)
    if named is None or not ever_named(place, text):
        abort(404, f"{place.form.title} has no such file.")
    get = get_attachment(services().database, named[0])
    if get is None:
        abort(
            404,
            (
                "The form refers to this file, but the server does not have it. "
                "Upload it again."
            ),
        )

    kind = TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    answer = send_file(
        BytesIO(get.bytes),
        mimetype=kind,
        as_attachment=True,
        download_name=name,
        etag=False,
    )
    answer.headers["Content-Security-Policy"] = ALONE
    answer.headers["Cache-Control"] = "no-store"

    return answer
