"""The example of docs/library.md runs, and prints what the document shows."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from tests.docs.fences import blocks, matches
from tests.docs.test_package import clinic, study

DOCUMENT = Path(__file__).parents[2] / "docs" / "library.md"
__all__ = ["clinic", "study"]


@pytest.mark.usefixtures("clinic", "study")
def test_the_example_prints_what_is_shown() -> None:
    code, shown = (
        block.text for block in blocks(DOCUMENT) if block.language in ("python", "text")
    )
    out = io.StringIO()
    with redirect_stdout(out):
        exec(code, {})
    assert matches(shown, out.getvalue()), out.getvalue()
