"""Reads ``tests/cases/typed.txt``: what a person types, and what is kept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from forms_spec.model.characters import strip_blanks
from forms_spec.model.fields import Field
from tests.parity.fields import field_of

TODAY = date(2024, 4, 18)
FILE = Path(__file__).parent.parent / "cases" / "typed.txt"


@dataclass(frozen=True, kw_only=True)
class Typed:
    """One line of the file.

    ``kept`` is the typed text itself where the line says ``refused``.
    """

    line: int
    field: Field
    order: str | None
    text: str
    kept: str
    refused: bool

    def __str__(self) -> str:
        return f"{self.line}-{self.field.type.name}-{self.text!a}"


def typed_cases() -> list[Typed]:
    """Every line of the file."""
    cases: list[Typed] = []
    field, order = field_of("text"), None
    for number, line in enumerate(FILE.read_text("utf-8").splitlines(), start=1):
        if line.startswith("== "):
            field, order = _header(line[3:])
        elif line and not line.startswith("#"):
            typed, arrow, kept = (part.strip() for part in line.rpartition("->"))
            assert arrow, line
            text, refused = _text(typed), kept == "refused"
            cases.append(
                Typed(
                    line=number,
                    field=field,
                    order=order,
                    text=text,
                    kept=strip_blanks(text) if refused else _text(kept),
                    refused=refused,
                )
            )
    return cases


def _header(text: str) -> tuple[Field, str | None]:
    head, _, order = text.partition(", order ")
    type_name, _, keys = head.partition(" ")
    held: dict[str, Any] = json.loads(keys) if keys else {}
    return field_of(type_name, held), order or None


def _text(written: str) -> str:
    return str(json.loads(written)) if written.startswith('"') else written
