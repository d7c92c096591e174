"""Dictionaries from folders: our own, and REDCap's after their conversion."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from forms_spec import load_study
from generator.redcap.convert import convert_redcap
from tests.round_trips.random_studies import MadeStudy
from webapp.demo import read_texts


def shared_studies(folder: Path) -> Iterator[tuple[str, MadeStudy]]:
    """Every dictionary below a folder that loads; data below ``subjects/`` is left out."""
    for path in sorted(folder.rglob("*.csv")):
        texts = convert_redcap(path.name, path.read_bytes(), study=path.stem).files or {}
        made = _made(dict(texts))
        if made:
            yield path.name, made
    for path in sorted(folder.rglob("study.yaml")):
        found = read_texts(path.parent)
        made = _made({name: text for name, text in found.items() if not name.startswith("subjects/")})
        if made:
            yield str(path.parent), made


def _made(texts: dict[str, str]) -> MadeStudy | None:
    study = load_study(texts).study
    return MadeStudy(documents={}, study=study) if study else None
