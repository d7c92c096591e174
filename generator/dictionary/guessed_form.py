"""A form for a table of data that somebody has already, guessed from its values.

A guess is a beginning: the designer reads it, and changes what the values could not
show. What is unsure becomes a text, which takes everything.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date

from forms_spec.checks.names import COLUMNS, LOWER
from forms_spec.rules import KEYWORDS
from generator.dictionary.starter import StartedForm
from generator.dictionary.yaml_writer import Data, write_yaml

BLANKS = frozenset({"", "NA", "N/A", "NaN", "NULL", "null", "."})
"""What programs write where there is no value."""

KEYS = frozenset(
    {
        *COLUMNS,
        *("id", "subject", "subject_id", "usubjid", "patient", "patient_id"),
        *("record_id", "site", "site_id", "visit", "visit_id", "visitnum", "event"),
    }
)
"""Columns that say whose row it is, and when: every form has a subject and a visit."""

YES_NO = (frozenset({"Y", "N"}), frozenset({"Yes", "No"}), frozenset({"yes", "no"}))
MOST_CODES = 12
LONGEST_CODE = 40
LEAST_TEXT = 20

INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,14})")
DECIMAL = re.compile(r"-?(?:0|[1-9]\d*)\.(\d{1,9})")
TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


def guess_form(
    name: str, header: Sequence[str], rows: Iterable[Sequence[str]]
) -> StartedForm:
    """A form with a field for each column of a table that is no key.

    ``header`` are the names of the columns, ``rows`` their texts. A row may be shorter
    than the header. Raises ``ValueError`` when no column is left to ask for.
    """
    columns: list[list[str]] = [[] for _ in header]
    for row in rows:
        for values, text in zip(columns, row, strict=False):
            value = text.strip()
            if value not in BLANKS:
                values.append(value)

    fields: dict[str, Data] = {}
    for title, values in zip(header, columns, strict=True):
        if title.strip().lower() in KEYS:
            continue

        field = free_name(title, fields, before="q")
        fields[field] = {"label": _label(title), **_guessed(values)}

    if not fields:
        raise ValueError("the table has no column besides its keys")

    head = write_yaml({"form": name, "title": _label(name)})
    body = textwrap.indent(write_yaml(fields), "  ")
    return StartedForm(name=name, text=f"{head}fields:\n{body}")


def free_name(title: str, taken: Iterable[str], *, before: str) -> str:
    """A name of the dictionary for a title, that is neither taken nor reserved.

    ``before`` begins a name that would otherwise begin with a digit or be empty.
    """
    name = re.sub(r"[^a-z0-9]+", "_", title.strip().lower()).strip("_")[:50]
    if not LOWER.fullmatch(name):
        name = f"{before}_{name}".rstrip("_")

    used = set(taken)
    for candidate in _with_numbers(name):
        is_reserved = candidate in KEYWORDS or candidate in COLUMNS
        if candidate not in used and not is_reserved:
            return candidate

    raise AssertionError("numbers do not end")


def _with_numbers(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}_{number}"
        number += 1


def _label(title: str) -> str:
    """A title that begins like a sentence, with spaces for underscores."""
    words = title.strip().replace("_", " ").strip() or "Without a title"
    return words[0].upper() + words[1:]


def _guessed(values: Sequence[str]) -> Mapping[str, Data]:
    """The keys of a field that takes every one of these values."""
    if not values:
        return {"type": "text"}
    if set(values) in YES_NO:
        return _yes_no(values)
    if all(map(_is_date, values)):
        return {"type": "date"}
    if all(map(TIME.fullmatch, values)):
        return {"type": "time"}

    numbers = [DECIMAL.fullmatch(value) or INTEGER.fullmatch(value) for value in values]
    distinct = sorted(set(values))
    if all(numbers) and len(distinct) > 2:
        places = max(len(value.partition(".")[2]) for value in values)
        return (
            {"type": "decimal", "places": str(places)}
            if places
            else {"type": "integer"}
        )

    return _choice(values, distinct) or _text(values)


def _is_date(value: str) -> bool:
    if len(value) != len("2024-02-29"):
        return False
    with suppress(ValueError):
        return date.fromisoformat(value).year >= 1900

    return False


def _yes_no(values: Sequence[str]) -> Mapping[str, Data]:
    if set(values) == {"Y", "N"}:
        return {"type": "yes_no"}

    # A yes_no stores Y and N; a choice keeps the codes that the data have.
    return {"type": "choice", "codes": sorted(set(values), reverse=True)}


def _choice(
    values: Sequence[str], distinct: Sequence[str]
) -> Mapping[str, Data] | None:
    """A choice of what occurs, where each answer occurs often enough to be one."""
    is_short = all(len(value) <= LONGEST_CODE for value in distinct)
    is_plain = all(re.fullmatch(r"[\w /.+-]+", value) for value in distinct)
    few = 1 < len(distinct) <= MOST_CODES and len(values) >= 3 * len(distinct)
    if not (few and is_short and is_plain):
        return None

    return {"type": "choice", "codes": list(distinct)}


def _text(values: Sequence[str]) -> Mapping[str, Data]:
    """A text with room for twice the longest value."""
    longest = max(map(len, values))
    room = max(LEAST_TEXT, -(-2 * longest // 10) * 10)
    if any("\n" in value for value in values):
        return {"type": "long_text"}

    return {"length": str(room)}
