"""Dictionaries from folders: our own, and REDCap's after their conversion."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from forms_spec import load_study
from forms_spec.model.study import Study
from generator.redcap.convert import convert_redcap
from tests.round_trips.random_studies import MadeStudy
from webapp.demo.demo_study import read_texts


def shared_studies(folder: Path) -> Iterator[tuple[str, MadeStudy]]:
    """Every dictionary below a folder that loads; data below ``subjects/`` is left out."""
    for path in sorted(folder.rglob("*.csv")):
        texts = (
            convert_redcap(path.name, path.read_bytes(), study=path.stem).files or {}
        )
        made = _made(dict(texts))
        if made:
            yield path.name, made
    for path in sorted(folder.rglob("study.yaml")):
        found = read_texts(path.parent)
        made = _made(
            {
                name: text
                for name, text in found.items()
                if not name.startswith("subjects/")
            }
        )
        if made:
            yield str(path.parent), made


def _made(texts: dict[str, str]) -> MadeStudy | None:
    study = load_study(texts).study
    return MadeStudy(documents={}, study=study, right=_right(study)) if study else None


def _right(study: Study) -> dict[tuple[str, str], list[str]]:
    """Texts that may be right: the codes of a field, else what its type takes."""
    found = {}
    for table in study.tables.values():
        for field in table.fields:
            codes = [
                one.code for one in (field.codelist.codes if field.codelist else ())
            ]
            missing = [one.code for one in field.missing]
            found[table.name, field.name] = (
                codes or [one.text for one in field.type.accepts]
            ) + missing
    return found
