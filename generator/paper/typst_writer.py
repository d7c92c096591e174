"""Writes a document as a tagged PDF/A-2a (PDF/UA-1) with typst.

The texts reach typst as data and the fonts are those that come with it, so one document
is the same bytes on every machine. Typst keeps hundreds of megabytes of what it worked
out: each document is made by a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from generator.paper.layout import Paper, as_data

LONGEST_SECONDS = 900


class PaperFailed(Exception):
    """A document cannot be made; the text says why and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenPaper:
    """The bytes of a document. ``replaced`` counts the characters that it cannot show."""

    content: bytes
    replaced: Mapping[str, int]


def write_pdf(paper: Paper, fonts: Path | None = None) -> WrittenPaper:
    """The document as PDF. ``fonts`` is a folder of more fonts, for other scripts.

    The same document with the same fonts is the same bytes. Raises ``PaperFailed``.
    """
    need_library("typst")
    if fonts is not None and not fonts.is_dir():
        raise PaperFailed(f"There is no folder of fonts at {fonts}.")

    order = {"paper": as_data(paper), "fonts": str(fonts.resolve()) if fonts else ""}
    # What typst works out stays in memory until its process ends.
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "generator.paper.typst_process"],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PaperFailed(
            f"The PDF took more than {LONGEST_SECONDS // 60} minutes and was given up."
        ) from error

    if ran.returncode:
        # The end of a traceback: what went wrong, without the way there.
        last = ran.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise PaperFailed(f"The PDF could not be made: {last or ran.returncode}")

    head, _, content = ran.stdout.partition(b"\n")

    return WrittenPaper(
        content=content, replaced=MappingProxyType(json.loads(head)["replaced"])
    )


LIBRARIES = MappingProxyType({"typst": "PDF", "docx": "Word"})


def need_library(name: str) -> None:
    """Raises ``PaperFailed`` where the extra is not installed."""
    if find_spec(name) is None:
        raise PaperFailed(
            f"The library that writes {LIBRARIES[name]} is not installed. Run: "
            "pip install 'crfsmith[paper]'."
        )
