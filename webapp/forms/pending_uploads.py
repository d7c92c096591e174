"""Files of a form as its page knows them: links to those that are saved, and those that
are not yet.

A page that could not be saved keeps what was chosen: its files are stored, and their
texts go with the page under the server's signature, so that the next post may name
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from flask import current_app
from flask_login import current_user
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.datastructures import FileStorage, MultiDict

from forms_spec.kinds.file import named_file
from forms_spec.kinds.file_cells import file_cells
from forms_spec.model.captured_data import Record
from forms_spec.model.fields import Form
from generator.pages.file_links import FileOf, KeptFile, file_html
from generator.pages.input_names import cell_name
from webapp.forms.uploads import PostedUploads, read_uploads
from webapp.presentation.form_address import FormPlace
from webapp.presentation.typed_numbers import VERSION_DIGITS, typed_number
from webapp.services import services
from webapp.storage import (
    StoredForm,
    add_attachment,
    get_attachment_head,
    history,
    load_version,
    record_in,
)

HELD = "held"


def hold(
    place: FormPlace, contents: Mapping[str, bytes], record: Record, *, user: str
) -> str:
    """Stores files of a page that is not saved; gives the signed list of the files that
    the page names.
    """
    for content in contents.values():
        add_attachment(services().database, content, user=user)

    texts = sorted(texts_of(place.form, record))
    if not texts:
        return ""
    return _signer().dumps([place.address, user, texts])


def held_texts(place: FormPlace, signed: str, *, user: str) -> frozenset[str]:
    """The files that came with the page; none when the list is not ours, or somebody
    else's.
    """
    try:
        address, holder, texts = _signer().loads(signed)
    except (BadData, ValueError):
        return frozenset()

    # Signed, but for another form or by another person: whoever copied it gains nothing.
    if (address, holder) != (place.address, user):
        return frozenset()
    return frozenset(texts)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="held files")


def files_of(place: FormPlace, stored: Record | None) -> FileOf:
    """What a page says of its files: only those of the stored form can be had from it."""
    saved = texts_of(place.form, stored)

    def known(text: str) -> KeptFile | None:
        named = named_file(text)
        if not named:
            return None
        head = get_attachment_head(services().database, named[0])
        if head is None:
            return None

        address = file_address(place, text) if text in saved else None
        return KeptFile(address=address, size=head.size)

    return known


def shown_files(place: FormPlace, record: Record) -> dict[str, dict[str, str]]:
    """The files of a form that was just saved, for our script: text and HTML by the
    name of the input.
    """
    known = files_of(place, record)
    return {
        cell_name(cell): {"text": text, "html": str(file_html(text, known(text)))}
        for cell, text in file_cells(place.form, record)
    }


def uploads_of(
    place: FormPlace,
    data: MultiDict[str, str],
    files: MultiDict[str, FileStorage],
    *,
    stored: StoredForm | None,
) -> PostedUploads:
    """The files of a post on this form."""
    if not place.form.files:
        return PostedUploads(data=data)
    return read_uploads(
        place.form,
        data,
        files,
        stored=record_in(stored),
        known={*_seen_texts(place, data, stored), *_came_along(place, data)},
        kept=_hash_of,
    )


def _seen_texts(
    place: FormPlace, data: MultiDict[str, str], stored: StoredForm | None
) -> frozenset[str]:
    """The files of the version that the page was made from, when another one is stored
    by now.
    """
    # Without a save in between the stored version is the one that the page shows.
    version = typed_number(data.get("base_version", ""), digits=VERSION_DIGITS)
    if version is None or stored is None or version == stored.version:
        return frozenset()

    seen = load_version(services().database, place.key, version)
    return texts_of(place.form, record_in(seen))


def _came_along(place: FormPlace, data: MultiDict[str, str]) -> frozenset[str]:
    signed = data.get(HELD, "")
    if not signed:
        return frozenset()
    return held_texts(place, signed, user=current_user.user.username)


def _hash_of(beginning: str) -> str | None:
    head = get_attachment_head(services().database, beginning)
    return head.sha256 if head else None


def file_address(place: FormPlace, text: str) -> str:
    """Where a file of a form can be had."""
    return f"{place.address}/{quote(text)}"


def texts_of(form: Form, record: Record | None) -> frozenset[str]:
    """The texts of all file cells of a record; none where there is none."""
    if record is None:
        return frozenset()
    return frozenset(text for _, text in file_cells(form, record))


def ever_named(place: FormPlace, text: str) -> bool:
    """True when a version of this form has the file: old ones stay within reach of the
    history.
    """
    for revision in history(services().database, place.key):
        if text in texts_of(place.form, revision.form.record):
            return True

    return False
