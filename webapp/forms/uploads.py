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
from forms_spec.kinds.file_cells import file_cells, is_file
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
        return {
            text: content for text, content in self.contents.items() if text in named
        }

    def said(self) -> list[dict[str, str]]:
        """The refused files for our script: what is said, and at which input."""
        return [
            {
                "target": cell_name(
                    CellKey(result.data.table, result.data.row, result.data.field or "")
                ),
                "name": result.value or "",
                "message": result.message,
                "remedy": result.remedy,
                "severity": result.severity.value,
                "code": result.code,
            }
            for result in self.refused
            if result.data
        ]


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
    settled = MultiDict(list(data.items(multi=True)))
    now = {cell_name(cell): text for cell, text in file_cells(form, stored)}
    trusted = {*now.values(), *known, ""}

    for name in _posted_cells(form, data):
        if data.get(name, "") not in trusted or len(data.getlist(name)) > 1:
            settled.setlist(name, [now.get(name, "")])

    contents: dict[str, bytes] = {}
    refused: list[Finding] = []

    for cell, asked, upload in _chosen(form, files):
        name = cell_name(cell)
        taken = _take(
            asked,
            cell,
            upload,
            lambda beginning: _clash(beginning, contents) or kept(beginning),
        )
        if isinstance(taken, Finding):
            refused.append(taken)
            continue

        text, content = taken
        contents[text] = content
        settled.setlist(name, [text])
        settled.setlist(DROP, [item for item in settled.getlist(DROP) if item != name])

    return PostedUploads(data=settled, contents=contents, refused=tuple(refused))


def _posted_cells(form: Form, data: MultiDict[str, str]) -> Iterator[str]:
    for name in list(data.keys()):
        cell = cell_of(name, form)
        if cell is not None and is_file(_field(form, cell)):
            yield name


def _chosen(
    form: Form, files: MultiDict[str, FileStorage]
) -> Iterator[tuple[CellKey, Field, FileStorage]]:
    """The inputs in which somebody chose a file."""
    for name in list(files.keys()):
        upload = files.get(name)
        cell = (
            cell_of(name.removeprefix(UPLOAD_PREFIX), form)
            if name.startswith(UPLOAD_PREFIX)
            else None
        )
        if (
            cell is not None
            and upload is not None
            and upload.filename
            and is_file(_field(form, cell))
        ):
            yield cell, _field(form, cell), upload


def _field(form: Form, cell: CellKey) -> Field:
    if cell.row is None:
        return form.by_name[cell.field]
    fields = next(group.fields for group in form.row_groups if group.name == cell.table)
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
    largest = min(
        asked.upload.size if asked.upload else LARGEST_UPLOADS, LARGEST_UPLOADS
    )
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
    if (kept(text.split("/")[1]) or sha256) != sha256:
        return refuse("upload-same-beginning")
    return text, content
