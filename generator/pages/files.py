"""A file beside its question: a link with its name and size, when the server has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from markupsafe import Markup

from forms_spec.kinds.file import named_file
from forms_spec.model import Field, Form
from forms_spec.record import CellKey, Record


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptFile:
    """Where a file can be had, and how many bytes it has. ``address`` is None before it is saved."""

    address: str | None
    size: int


FileOf = Callable[[str], KeptFile | None]
"""What is known of the file that a cell's text names."""


def no_files(text: str) -> KeptFile | None:  # noqa: ARG001
    """Where nothing is kept, as in a preview."""
    return None


def file_html(text: str, kept: KeptFile | None) -> Markup:
    """A cell's text as a link, or as a bare name where there is nothing to load."""
    if not text:
        return Markup("")
    named = named_file(text)
    name = named[1] if named else text
    if kept is None:
        return Markup("<span>{}</span>").format(name)
    size = Markup(' <span class="quiet-text">{}</span>').format(size_words(kept.size))
    if kept.address is None:
        return Markup("<span>{}</span>").format(name) + size
    return Markup('<a href="{}" download>{}</a>').format(kept.address, name) + size


def size_words(size: int) -> str:
    """``900 bytes``, ``120 kB``, ``2.5 MB``, as dictionaries write sizes."""
    if size < 1000:
        return f"{size} bytes"
    if size < 999_500:
        return f"{(size + 500) // 1000} kB"
    return f"{size / 1_000_000:.1f} MB".replace(".0 ", " ")


def file_cells(form: Form, record: Record) -> Iterator[tuple[CellKey, str]]:
    """The cells of file fields that say something, with their texts."""
    own = [one.name for one in form.fields if is_file(one)]
    for name in own:
        if text := record.texts.get(name):
            yield CellKey(form.name, None, name), text
    for group in form.row_groups:
        names = [one.name for one in group.fields if is_file(one)]
        for row in record.rows.get(group.name, ()):
            for name in names:
                if text := row.texts.get(name):
                    yield CellKey(group.name, row.number, name), text


def is_file(field: Field) -> bool:
    """True for a field whose answer is a file."""
    return field.collected and field.kind.name == "file"


def file_fields(form: Form) -> tuple[Field, ...]:
    """Every file field of a form, those of rows included."""
    fields = [*form.fields, *(one for group in form.row_groups for one in group.fields)]
    return tuple(one for one in fields if is_file(one))
