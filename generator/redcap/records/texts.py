"""A text of REDCap's records as a field of ours has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from forms_spec.model.fields import Field
from generator.redcap.records.columns import FieldColumn

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d(?::\d\d)?)")
_COMMA = re.compile(r"-?\d+,\d+")
_BOOLEANS = {"1": "true", "0": "false"}


def native_text(text: str, column: FieldColumn) -> str:
    """Dates with time are joined by T, a decimal comma that the field asks for is a
    point, and a code of missing data has our name.

    A text that is no value of the field stays as it is, without spaces at its ends.
    """
    entry = text.strip()
    code = _missing_code(entry, column.field)
    if code:
        return code

    kind = column.field.kind.name
    if kind == "text":
        return text

    native = _NATIVE.get(kind)
    if native is None:
        return entry

    return native(entry, column)


def has_decimal_comma(field: Field) -> bool:
    """Whether REDCap asks for the field's numbers with a comma.

    In any other a program put it there.
    """
    return "comma" in field.redcap.get("validation", "")


def _missing_code(text: str, field: Field) -> str | None:
    """The code here of a code of missing data; an answer of the field's own goes
    before.
    """
    # Most fields have none. This runs for every cell.
    if not field.missing:
        return None
    if field.codelist is not None and text in field.codelist.by_code:
        return None

    for code in field.missing:
        if code.in_redcap == text:
            return code.code

    return None


def _moment(entry: str, _column: FieldColumn) -> str:
    match = _MOMENT.fullmatch(entry)
    if match:
        return f"{match[1]}T{match[2]}"

    return entry


def _decimal(entry: str, column: FieldColumn) -> str:
    if _COMMA.fullmatch(entry) and has_decimal_comma(column.field):
        return entry.replace(",", ".")

    # REDCap takes .5 for a number; our numbers begin with a digit.
    if entry.startswith("."):
        return f"0{entry}"

    return entry


def _choices(entry: str, column: FieldColumn) -> str:
    """The ticked boxes of ``1, 3``. Where one is unknown, all of the text stays."""
    codes = []
    for part in entry.split(","):
        code = column.others.get(part.strip())
        if not code:
            return entry

        codes.append(code)

    return ";".join(codes)


def _choice(entry: str, column: FieldColumn) -> str:
    return column.others.get(entry, entry)


def _boolean(entry: str, _column: FieldColumn) -> str:
    return _BOOLEANS.get(entry, entry)


_NATIVE: Mapping[str, Callable[[str, FieldColumn], str]] = {
    "datetime": _moment,
    "decimal": _decimal,
    "choices": _choices,
    "choice": _choice,
    "boolean": _boolean,
}
"""By kind. Texts of the others are the same on both sides."""
