"""Files that a browser posts with a form: judged, named by their content, and put into
their cells.

A cell's text is worth the file that it names, so it is never taken on the browser's
word: only texts that this form has, had, or was given with the page are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import DataPlace
from forms_spec.kinds import Refusal
from forms_spec.kinds.file import clean_file_name, file_text
from forms_spec.kinds.file_cells import file_cells
from forms_spec.model.captured_data import CellKey, Record
from forms_spec.model.fields import Field, Form
from generator.pages.file_links import size_words
from generator.pages.input_names import DROP, UPLOAD_PREFIX, cell_name, cell_of
from webapp.forms.upload_content import is_what_it_says

LARGEST_UPLOADS = 512 * 10**6
"""How many bytes one post with files may have."""

HashOf = Callable[[str], str | None]
"""The SHA-256 of a kept file by its beginning."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PostedUploads:
    """``data`` is the post with the text of every file's cell; ``contents`` new files'
    bytes by that text.
    """

    data: MultiDict[str, str]
    contents: Mapping[str, bytes] = field(default_factory=dict)
    refused: tuple[Finding, ...] = ()

    def of(self, record: Record, form: Form) -> dict[str, bytes]:
        """The new files that a record names."""
        named = {text for _, text in file_cells(form, record)}
        contents = {}
        for text, content in self.contents.items():
            if text in named:
                contents[text] = content

        return contents

    def said(self) -> list[dict[str, str]]:
        """The refused files for our script: what is said, and at which input."""
        lines = []
        for refused in self.refused:
            place = refused.data
            if place is None:
                continue

            cell = CellKey(place.table, place.row, place.field or "")
            lines.append(
                {
                    "target": cell_name(cell),
                    "name": refused.value or "",
                    "message": refused.message,
                    "remedy": refused.remedy,
                    "severity": refused.severity.value,
                    "code": refused.code,
                }
            )

        return lines


def read_uploads(
    form: Form,
    data: MultiDict[str, str],
    files: MultiDict[str, FileStorage],
    *,
    stored: Record,
    known: Iterable[str],
    kept: HashOf,
) -> PostedUploads:
    """Takes the files of a post.

    ``known`` are texts that may stand in file cells besides the stored ones.
    """
    if not form.files:
        return PostedUploads(data=data)

    settled = _trusted_post(form, data, stored=stored, known=known)
    contents: dict[str, bytes] = {}
    refused: list[Finding] = []

    def known_hash(beginning: str) -> str | None:
        return _clash(beginning, contents) or kept(beginning)

    for cell, asked, upload in _chosen(form, files):
        name = cell_name(cell)
        taken = _take(asked, cell, upload, known_hash)
        if isinstance(taken, Finding):
            refused.append(taken)
            continue

        text, content = taken
        contents[text] = content
        settled.setlist(name, [text])
        settled.setlist(DROP, [item for item in settled.getlist(DROP) if item != name])

    return PostedUploads(data=settled, contents=contents, refused=tuple(refused))


def _trusted_post(
    form: Form, data: MultiDict[str, str], *, stored: Record, known: Iterable[str]
) -> MultiDict[str, str]:
    """The post, in which file cells name only files that the page had from us.

    Whoever types the text of somebody else's file into a post would else get that file.
    """
    settled = MultiDict(list(data.items(multi=True)))
    now = {cell_name(cell): text for cell, text in file_cells(form, stored)}
    trusted = {*now.values(), *known, ""}

    for name in list(data.keys()):
        if _file_cell(form, name) is None:
            continue
        is_trusted = data.get(name, "") in trusted and len(data.getlist(name)) == 1
        if not is_trusted:
            settled.setlist(name, [now.get(name, "")])

    return settled


def _chosen(
    form: Form, files: MultiDict[str, FileStorage]
) -> Iterator[tuple[CellKey, Field, FileStorage]]:
    """The inputs in which somebody chose a file."""
    for name in list(files.keys()):
        upload = files.get(name)
        # A browser posts an empty part for each input in which nothing was chosen.
        if upload is None or not upload.filename:
            continue
        if not name.startswith(UPLOAD_PREFIX):
            continue

        cell = _file_cell(form, name.removeprefix(UPLOAD_PREFIX))
        if cell is not None:
            yield cell, _question(form, cell), upload


def _file_cell(form: Form, name: str) -> CellKey | None:
    """The cell of an input, where a file answers it."""
    cell = cell_of(name, form)
    if cell is None:
        return None

    group = cell.table if cell.row is not None else None
    return cell if (group, cell.field) in form.files else None


def _question(form: Form, cell: CellKey) -> Field:
    if cell.row is None:
        return form.by_name[cell.field]

    group = form.row_group(cell.table)
    fields = group.fields if group else ()
    return next(item for item in fields if item.name == cell.field)


def _clash(beginning: str, contents: Mapping[str, bytes]) -> str | None:
    """The SHA-256 of a file of the same post that begins like this one."""
    for text, content in contents.items():
        if text.split("/")[1] == beginning:
            return hashlib.sha256(content).hexdigest()

    return None


def _take(
    asked: Field, cell: CellKey, upload: FileStorage, kept: HashOf
) -> tuple[str, bytes] | Finding:
    """The text of the cell and the bytes; or why the file is not taken."""
    largest = LARGEST_UPLOADS
    if asked.upload:
        largest = min(asked.upload.size, LARGEST_UPLOADS)

    # One byte more than may be tells a file that is too large, without reading it all.
    content = upload.stream.read(largest + 1)
    name = clean_file_name(upload.filename or "")
    place = DataPlace(table=cell.table, field=cell.field, row=cell.row)

    def refuse(code: str, **words: Any) -> Finding:
        return finding(code, data=place, value=name, **words)

    if not content:
        return refuse("upload-empty")
    if len(content) > largest:
        return refuse("upload-too-large", most=size_words(largest))

    sha256 = hashlib.sha256(content).hexdigest()
    text = file_text(sha256, name)
    parsed = asked.kind.parse(text, asked)
    if isinstance(parsed, Refusal):
        return refuse("upload-ending", **dict(parsed.details))
    if not is_what_it_says(name, content):
        return refuse("upload-content", ending=name.rpartition(".")[2])

    # A cell names its file by the beginning of the hash: two files may not share one.
    same_beginning = kept(text.split("/")[1])
    if same_beginning and same_beginning != sha256:
        return refuse("upload-same-beginning")
    return text, content
