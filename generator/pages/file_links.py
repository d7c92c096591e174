"""A file beside its question: a link with its name and size, when the server has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from forms_spec.kinds.file import named_file


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptFile:
    """Where a file can be had, and how many bytes it has.

    ``address`` is None before it is saved.
    """

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
    bare = Markup("<span>{}</span>").format(name)

    if kept is None:
        return bare

    size = Markup(' <span class="quiet-text">{}</span>').format(size_words(kept.size))
    if kept.address is None:
        return bare + size

    return Markup('<a href="{}" download>{}</a>').format(kept.address, name) + size


def size_words(size: int) -> str:
    """``900 bytes``, ``120 kB``, ``2.5 MB``, as dictionaries write sizes."""
    if size < 1000:
        return f"{size} bytes"
    # 999,500 bytes and more would round up to 1000 kB.
    if size < 999_500:
        return f"{(size + 500) // 1000} kB"

    return f"{size / 1_000_000:.1f} MB".replace(".0 ", " ")
