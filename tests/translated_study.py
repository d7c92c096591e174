"""The study in two languages that docs/languages.md writes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from forms_spec.loader import load_study
from forms_spec.model.study import Study
from tests.docs.fences import blocks

PAGE = Path(__file__).parents[1] / "docs" / "languages.md"
NAMES = ("study", "visits", "forms/pain", "rules", "translations/es")


@cache
def translated_files() -> Mapping[str, str]:
    """The files of the page by name."""
    texts = [block.text for block in blocks(PAGE) if block.language == "yaml"]
    named = {f"{name}.yaml": text for name, text in zip(NAMES, texts, strict=True)}
    return MappingProxyType(named)


@cache
def translated_study() -> Study:
    """The study as the page writes it."""
    loaded = load_study(translated_files())
    assert loaded.findings == ()
    assert loaded.study is not None
    return loaded.study
