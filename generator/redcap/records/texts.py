"""A text of REDCap's records as a field of ours has it."""

from __future__ import annotations

import re

from forms_spec.model.fields import Field
from generator.redcap.records.columns import FieldColumn

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d(?::\d\d)?)")
_COMMA = re.compile(r"-?\d+,\d+")


def native_text(text: str, cell: FieldColumn) -> str:
    """Dates with time are joined by T, a decimal comma that the field asks for is a
    point, and a code of missing data has our name.
    """
    kind, entry = cell.field.kind.name, text.strip()
    if code := _missing_code(entry, cell.field):
        return code
    if kind == "text":
        return text
    if kind == "datetime" and (match := _MOMENT.fullmatch(entry)):
        return f"{match[1]}T{match[2]}"
    if kind == "decimal" and _COMMA.fullmatch(entry) and has_decimal_comma(cell.field):
        return entry.replace(",", ".")
    if kind == "decimal" and entry.startswith("."):
        return f"0{entry}"
    if kind == "choices":
        codes = [cell.others.get(part.strip()) for part in entry.split(",")]
        return ";".join(code for code in codes if code) if all(codes) else entry

    if kind == "choice":
        return cell.others.get(entry, entry)
    if kind == "boolean" and entry in ("0", "1"):
        return "true" if entry == "1" else "false"
    return entry


def has_decimal_comma(field: Field) -> bool:
    """Whether REDCap asks for the field's numbers with a comma.

    In any other a program put it there.
    """
    return "comma" in field.redcap.get("validation", "")


def _missing_code(text: str, field: Field) -> str | None:
    """The code here of a code of missing data; an answer of the field's own goes
    before.
    """
    if not field.missing:
        return None
    if field.codelist is not None and text in field.codelist.by_code:
        return None
    return next((item.code for item in field.missing if item.in_redcap == text), None)
