"""What a report says of a file of records as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.redcap.records.record_file import RecordFile

MOST_NAMED = 20
"""So many rows or records are named, and the others counted."""


def record_notes(file: RecordFile) -> Iterator[str]:
    """The rows, records, events and statuses that are not taken as they are."""
    if file.left_out:
        rows, are = ("Row", "is") if len(file.left_out) == 1 else ("Rows", "are")
        yield f"{rows} {_named(file.left_out)} {are} left out."

    if file.strange:
        named = ", ".join(list(file.strange)[:MOST_NAMED])
        yield (
            "The dictionary was converted without lists of events and repeating "
            f"forms: {named} are validated as they are, and `crfsmith import` rejects "
            "them. Convert with --events, --event-forms and --repeating."
        )

    if file.empty:
        records, have, them = "Records", "have", "them"
        if len(file.empty) == 1:
            records, have, them = "Record", "has", "it"

        yield (
            f"{records} {_named(file.empty)} {have} no answers and only incomplete "
            f"forms. `crfsmith import` leaves {them} out."
        )

    if file.least:
        forms = "1 form has"
        if file.least != 1:
            forms = f"{file.least:,} forms have"

        yield (
            f"{forms} instances with different statuses. The form takes the least "
            "complete one."
        )


def _named(entries: Sequence[str | int]) -> str:
    """``2, 7, 9 and 12 more``"""
    named = ", ".join(map(str, entries[:MOST_NAMED]))
    rest = len(entries) - MOST_NAMED
    if rest > 0:
        return f"{named} and {rest:,} more"

    return named
