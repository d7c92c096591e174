"""The folder of CSV files: the questions of each form, and the checks of them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_LATIN = re.compile("[\x80\x82-\x8c\x8e\x91-\x9c\x9e\x9f]")
"""Characters of Windows that stand in the source as if they were of Unicode."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One row of a file of questions, cells without blanks around them."""

    form: str
    packet: str
    variable: str
    label: str
    data_type: str
    values: str
    answers: str
    missingness: str
    branching: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceCheck:
    """One row of a file of checks."""

    code: str
    form: str
    packet: str
    variable: str
    kind: str
    alert: bool
    description: str
    logic: str
    other_forms: str
    place: str


def read_questions(folder: Path) -> list[Question]:
    """All questions, by file and line."""
    return [
        Question(
            form=_form(path, folder, row),
            packet=row.get("packet", ""),
            variable=row["var_name"].upper(),
            label=row.get("question", ""),
            data_type=row.get("data_type", ""),
            values=row.get("conformity", ""),
            answers=row.get("response_labels", ""),
            missingness=row.get("missingness", ""),
            branching=row.get("branching_logic", ""),
        )
        for path in sorted(folder.rglob("*questions_and*vars.csv"))
        for _, row in _rows(path)
        if row.get("var_name")
    ]


def read_checks(folder: Path) -> list[SourceCheck]:
    """All checks with a logic text, by file and line."""
    return [
        SourceCheck(
            code=row["error_code"],
            form=_form(path, folder, row),
            packet=row.get("packet", ""),
            variable=row["var_name"].upper(),
            kind=row["check_type"],
            alert=row["error_type"] == "Alert",
            description=row.get("full_desc") or row.get("short_desc", ""),
            logic=row["test_logic"],
            other_forms=row.get("comp_forms", ""),
            place=f"{path.relative_to(folder)}:{line}",
        )
        for path in sorted(folder.rglob("*error_checks*.csv"))
        for line, row in _rows(path)
        if row.get("test_logic")
    ]


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    text = _LATIN.sub(lambda match: match[0].encode("latin-1").decode("cp1252"), text)
    reader = csv.DictReader(text.splitlines(keepends=True))
    for row in reader:
        cells = {
            key.strip(): " ".join(value.split())
            for key, value in row.items()
            if key and isinstance(value, str)
        }
        yield reader.line_num, cells


def _form(path: Path, folder: Path, row: dict[str, str]) -> str:
    """The name of the form: that of the module, and its own."""
    parts = path.relative_to(folder).parts[:-1]
    own = row.get("form_name", "").lower()
    module = [part for part in parts if part not in ("forms", "current")]
    if len(module) > 1:
        module = module[:-1]
    words = "_".join([*module, own.removeprefix(f"{module[0]}_")] if module else [own])
    name = re.sub(r"[^a-z0-9_]+", "_", words.lower()).strip("_")
    if not _NAME.fullmatch(name):
        name = f"form_{name}"
    return name
