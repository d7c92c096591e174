"""What a spreadsheet program keeps in a cell, as the text that a person sees."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any


def cell_words(cell: Any) -> str:
    """The text of a cell: 60 for the number 60.0, ISO for dates, without blanks around."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return _number(cell)
    if isinstance(cell, datetime):
        # A date without a time is one that somebody typed as a date.
        is_date = (cell.hour, cell.minute, cell.second) == (0, 0, 0)
        return cell.strftime("%Y-%m-%d" if is_date else "%Y-%m-%dT%H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.strftime("%H:%M")
    if isinstance(cell, timedelta):
        minutes = int(cell.total_seconds()) // 60
        return f"{minutes // 60:02}:{minutes % 60:02}"

    # Some programs save the line breaks of their own system.
    return str(cell).replace("\r\n", "\n").strip()


def is_typed(cell: Any) -> bool:
    """Whether the program has made something else of a text, such as a number."""
    return not isinstance(cell, str)


def _number(cell: float) -> str:
    """The shortest digits of a number, without an exponent and without ``.0``."""
    text = format(Decimal(repr(cell)), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")

    return "0" if text == "-0" else text
