"""Which part of a field of REDCap a finding of our own checks is about."""

from __future__ import annotations

from collections.abc import Mapping

from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.yaml_source.document import Document, Path
from forms_spec.yaml_source.reader import read_document

FieldPart = tuple[str, str]
"""The name in REDCap of a field, and the part of it: ``show_when``, ``value``,
``default``, ``limits``, ``label`` or ``note``.
"""

_PARTS_BY_KEY = {
    "show_when": "show_when",
    "value": "value",
    "default": "default",
    "range": "limits",
    "expected": "limits",
    "label": "label",
    "help": "note",
}
_PARTS_BY_CODE = {"default-refused": "default", "default-out-of-range": "default"}


def finding_part(
    finding: Finding, files: Mapping[str, str], names: Mapping[str, str]
) -> FieldPart | None:
    """The part of a field that a finding in one of the files is about.

    ``names`` are the names in REDCap by those here. None where no single field is at
    fault, or none that can be left out.
    """
    place = finding.text
    if place is None or place.file not in files:
        return None

    document = read_document(place.file, files[place.file])
    path = _path_at(document, place)
    # A finding at the key `fields` itself is about no single field.
    if "fields" not in path[:-1]:
        return None

    start = path.index("fields")
    name = names.get(str(path[start + 1]))
    if name is None:
        return None

    key = ""
    if len(path) > start + 2:
        key = str(path[start + 2])

    part = _PARTS_BY_KEY.get(key) or _PARTS_BY_CODE.get(finding.code)
    if part is None:
        part = _part_with_logic(document, path[: start + 2])

    return (name, part) if part else None


def _part_with_logic(document: Document, path: Path) -> str | None:
    """The part of a field that has logic; a finding of the whole field is about it."""
    keys = document.value(path)
    if not isinstance(keys, dict):
        return None

    for key in ("show_when", "value"):
        if key in keys:
            return _PARTS_BY_KEY[key]

    return None


def _path_at(document: Document, place: TextPlace) -> Path:
    """The innermost value or key that stands at a place."""
    # A place counts lines and columns from 1, a document from 0.
    where = (place.line - 1, place.column - 1)
    node = document.root
    path: Path = ()

    while node is not None and isinstance(node.children, dict):
        for name, (key, value) in node.children.items():
            start, end = key.start, value.end
            if (start.line, start.column) <= where < (end.line, end.column):
                node, path = value, (*path, name)
                break
        else:
            break

    return path
