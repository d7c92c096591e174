"""Whether the first bytes of a file are those of the type that its name ends in."""

from __future__ import annotations

from typing import Final

import filetype

HEAD: Final = 8192
"""How many bytes tell a type."""
SAME: Final = {"jpeg": "jpg", "tiff": "tif", "dicom": "dcm", "htm": "html"}
ZIPPED: Final = frozenset({"zip", "docx", "xlsx", "pptx", "odt", "ods", "odp", "epub"})
FILMS: Final = frozenset({"mp4", "m4v", "mov", "3gp"})
WRITTEN: Final = frozenset(
    {"txt", "csv", "tsv", "json", "xml", "html", "md", "yaml", "yml"}
)
KNOWN: Final = frozenset(kind.extension for kind in filetype.types)
PDF_WITHIN: Final = 1024
"""Where a PDF may begin (ISO 32000-1, implementation note 13): some scanners write
something before it.
"""


def is_what_it_says(name: str, content: bytes) -> bool:
    """Whether a file's content may be what its name ends in; True for endings that
    nothing tells.
    """
    _, _, ending = name.casefold().rpartition(".")
    ending = SAME.get(ending, ending)
    head = content[:HEAD]
    if ending == "pdf":
        return b"%PDF-" in head[:PDF_WITHIN]
    if ending in WRITTEN:
        return b"\0" not in head or head[:2] in {
            b"\xff\xfe",
            b"\xfe\xff",
        }  # UTF-16 has zeros too

    if ending not in KNOWN:
        return True
    seen = filetype.guess_extension(head)

    for family in (ZIPPED, FILMS):
        if ending in family:
            return seen in family

    return bool(seen == ending)
