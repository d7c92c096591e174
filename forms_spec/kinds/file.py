"""A file that was handed in: its place in the package."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from forms_spec.kinds.base import Kind, Refusal
from forms_spec.kinds.characters import ascii_lower, first_control, first_surrogate, strip_blanks

if TYPE_CHECKING:
    from forms_spec.model import Field
    from forms_spec.values import Value

LONGEST_NAME = 200
_GRAMMAR = re.compile(r"files/[0-9a-f]{16}/([^/\\:*?\"<>|]+)")


class FileKind(Kind):
    """``files/<first 16 hex digits of its SHA-256>/<name>``; the name is safe on every file system."""

    name: ClassVar[str] = "file"

    def parse(self, text: str, field: Field) -> Value | Refusal:
        found = _GRAMMAR.fullmatch(text)
        if not found or not is_file_name(found[1]):
            return Refusal(code="not-a-file")
        endings = field.upload.endings if field.upload else ()
        if endings and _ending(found[1]) not in {ascii_lower(ending) for ending in endings}:
            return Refusal(code="file-ending", details=(("endings", ", ".join(endings)),))
        return text

    def write(self, value: Value, field: Field) -> str:  # noqa: ARG002
        return str(value)


def is_file_name(name: str) -> bool:
    """True for a name that can be written on any file system and that shows itself honestly."""
    return (
        0 < len(name) <= LONGEST_NAME
        and re.search(r"[/\\:*?\"<>|]", name) is None
        and first_control(name, multiline=False) is None
        and first_surrogate(name) is None
        and strip_blanks(name) == name
        and not name.startswith(".")
        and not name.endswith(".")
    )


def _ending(name: str) -> str:
    _, dot, ending = name.rpartition(".")
    return ascii_lower(ending) if dot else ""
