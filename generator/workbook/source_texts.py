"""The texts of a dictionary's files on a hidden sheet, piece by piece.

A piece is JSON in ASCII, so that no program changes a blank, a line break or a sign.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

from forms_spec.loading.lookup_tables import is_table_file
from forms_spec.yaml_source.document import Data
from forms_spec.yaml_source.reader import read_document
from generator.workbook.sheet_table import is_inside, is_safe_name

HEADER = ("file", "part", "sha256", "text")
PIECE = 2_500
"""Characters of a piece: each may become twelve in JSON, and a cell takes 32,767."""


class DamagedTexts(Exception):
    """The hidden sheet was changed; the message names the file."""


def text_rows(files: Mapping[str, str]) -> Iterator[Sequence[str]]:
    """The rows of the sheet below its header."""
    for name, text in files.items():
        digest = _digest(text)
        for part, start in enumerate(range(0, max(len(text), 1), PIECE), start=1):
            yield (name, str(part), digest, json.dumps(text[start : start + PIECE]))


def read_texts(rows: Iterable[Sequence[str]]) -> dict[str, str]:
    """The texts by file, from rows below the header. Raises ``DamagedTexts``."""
    pieces: dict[str, list[tuple[int, str]]] = {}
    digests: dict[str, str] = {}
    for name, part, digest, piece in rows:
        try:
            text = json.loads(piece)
            pieces.setdefault(name, []).append((int(part), text))
        except ValueError as error:
            raise DamagedTexts(name) from error

        digests[name] = digest

    # A program may have sorted the rows.
    texts = {
        name: "".join(text for _, text in sorted(parts))
        for name, parts in pieces.items()
    }
    for name, text in texts.items():
        is_table = is_table_file(name) and is_inside(name)
        is_part = is_table or is_safe_name(name)
        if _digest(text) != digests[name] or not is_part:
            raise DamagedTexts(name)

    return texts


def yaml_data(files: Mapping[str, str]) -> dict[str, Data]:
    """What the YAML files say; tables in CSV have no sheet and stay as they are."""
    return {
        name: read_document(name, text).data
        for name, text in files.items()
        if not is_table_file(name)
    }


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
