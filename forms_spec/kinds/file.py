"""A file that was handed in: its place in the package."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, ClassVar

from forms_spec.model.characters import (
    BLANKS,
    ascii_lower,
    first_control,
    first_surrogate,
    strip_blanks,
    without_hidden,
)
from forms_spec.model.kind import Kind, Refusal

if TYPE_CHECKING:
    from forms_spec.model.kind import Facets
    from forms_spec.model.values import Value

LONGEST_NAME = 200
LONGEST_ENDING = 20
FOLDER = "files/"
PREFIX = 16
"""How many hex digits of the SHA-256 stand in a cell."""

_NOT_IN_NAMES = re.compile(r"[/\\:*?\"<>|]")
_UNSAFE = re.compile(r"[:*?\"<>|]")
_GRAMMAR = re.compile(r"files/[0-9a-f]{16}/([^/\\:*?\"<>|]+)")


class FileKind(Kind):
    """``files/<first 16 hex digits of its SHA-256>/<name>``; the name is safe on every
    file system.
    """

    name: ClassVar[str] = "file"
    noun: ClassVar[str] = "file"

    def parse(self, text: str, field: Facets) -> Value | Refusal:
        named = named_file(text)
        if named is None:
            return Refusal(code="not-a-file")

        if field.upload is None or not field.upload.endings:
            return text

        # ``scan.PDF`` is taken where ``.pdf`` is allowed.
        _, name = named
        endings = field.upload.endings
        if _ending(name) not in map(ascii_lower, endings):
            details = (("endings", ", ".join(endings)),)
            return Refusal(code="file-ending", details=details)

        return text

    def write(self, value: Value, field: Facets) -> str:  # noqa: ARG002
        return str(value)


def is_file_name(name: str) -> bool:
    """True for a name that can be written on any file system and that shows itself
    honestly.
    """
    is_short = 0 < len(name) <= LONGEST_NAME
    if not is_short or _NOT_IN_NAMES.search(name):
        return False
    if first_control(name, multiline=False) or first_surrogate(name):
        return False

    # Windows drops a point or space at the end; Unix hides a name that begins with one.
    ends = {name[0], name[-1]}
    return "." not in ends and strip_blanks(name) == name


def clean_file_name(given: str) -> str:
    """The name of a file as somebody's computer has it, made one that ``is_file_name``
    takes.

    Folders are dropped, what cannot stand in a name becomes ``_``, and a long one is
    cut before its ending, to bytes, since file systems count those.
    """
    own = re.split(r"[/\\]", given)[-1]
    visible = without_hidden(unicodedata.normalize("NFC", own), "_")
    name = _UNSAFE.sub("_", visible).strip(BLANKS)
    if name.startswith("."):
        name = f"file{name}"

    name = name.rstrip(BLANKS + ".") or "file"

    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > LONGEST_ENDING:
        stem, dot, ending = name, "", ""

    # A character that the cut parts is dropped.
    room = LONGEST_NAME - len(f"{dot}{ending}".encode())
    short = stem.encode()[:room].decode(errors="ignore")

    return f"{short}{dot}{ending}".rstrip(BLANKS + ".")


def file_text(sha256: str, name: str) -> str:
    """What stands in the cell of a file."""
    return f"{FOLDER}{sha256[:PREFIX]}/{name}"


def named_file(text: str) -> tuple[str, str] | None:
    """The first hex digits of the SHA-256 and the name that a cell's text tells, or
    None.
    """
    result = _GRAMMAR.fullmatch(text)
    if not result or not is_file_name(result[1]):
        return None

    digits = text[len(FOLDER) : len(FOLDER) + PREFIX]
    return digits, result[1]


def _ending(name: str) -> str:
    _, dot, ending = name.rpartition(".")
    if not dot:
        return ""

    return ascii_lower(ending)
