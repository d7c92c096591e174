"""The texts of a dictionary's files on a hidden sheet, piece by piece.

A piece is JSON in ASCII, so that no program changes a blank, a line break or a sign.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

from generator.workbook.sheet_table import is_safe_name

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
        if _digest(text) != digests[name] or not is_safe_name(name):
            raise DamagedTexts(name)

    return texts


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
