"""The records of a file as subjects of a study: their numbers and their groups."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.kinds.pattern import whole_match
from forms_spec.model.study import Study
from generator.redcap.reading.csv_sheet import CsvSheet, SheetRow
from generator.redcap.records.columns import GROUP
from generator.redcap.records.record_file import EAV_FIELD, EAV_VALUE
from generator.rewritings.numbers import has_zeros_in_front

MOST_NAMED = 5
_DIGITS = re.compile(r"[0-9]{1,18}", re.ASCII)


def _named(texts: tuple[str, ...]) -> str:
    """``1, 2 and 7 more``"""
    *first, last = texts
    more = len(texts) - MOST_NAMED
    if more > 0:
        first = first[:MOST_NAMED]
        last = f"{more:,} more"

    if not first:
        return last

    return f"{', '.join(first)} and {last}"


Groups = dict[str, dict[str, SheetRow]]
"""Of each subject, the first row of each group that it names."""


def subject_findings(
    study: Study,
    sheet: CsvSheet,
    record: str,
    known: Collection[str] = (),
    *,
    eav: bool = False,
) -> Iterator[Finding]:
    """What is wrong with the records as subjects. ``known`` are subjects that a
    database has already.

    ``eav``: a line may give the group as it gives the value of a field.
    """
    rows: dict[str, SheetRow] = {}
    groups: Groups = {}
    for row in sheet.rows:
        group = row[GROUP]
        if eav and row[EAV_FIELD].strip() == GROUP:
            group = row[EAV_VALUE]

        subject = row[record].strip()
        if subject:
            rows.setdefault(subject, row)
            groups.setdefault(subject, {}).setdefault(group.strip(), row)

    yield from _strange_numbers(study, sheet, record, rows)
    yield from _two_groups(sheet, groups)
    if study.sites:
        yield from _strange_groups(study, sheet, groups)
    if rows and rows.keys().isdisjoint(known):
        yield from _different_lengths(sheet, record, rows)


def _strange_numbers(
    study: Study, sheet: CsvSheet, record: str, rows: dict[str, SheetRow]
) -> Iterator[Finding]:
    """Records that no subject of the study can be called."""
    for subject, row in rows.items():
        if not whole_match(study.subject_pattern, subject):
            yield finding(
                "redcap-subject",
                text=sheet.place(row.number, record),
                value=subject,
                example=study.subject_example,
            )


def _two_groups(sheet: CsvSheet, groups: Groups) -> Iterator[Finding]:
    for subject, rows in groups.items():
        named = [group for group in rows if group]
        if not named:
            continue

        first, *others = named
        for other in others:
            yield finding(
                "redcap-two-groups",
                text=sheet.place(rows[other].number, GROUP),
                value=other,
                subject=subject,
                other=first,
                first=rows[first].number,
            )


def _strange_groups(study: Study, sheet: CsvSheet, groups: Groups) -> Iterator[Finding]:
    """Groups that are no site, and records without one; each once, with the number of
    its records.
    """
    strange: dict[str, list[SheetRow]] = {}
    for by_group in groups.values():
        # Rows without a group belong to the group that another row names.
        named = [group for group in by_group if group] or [""]
        for group in named:
            if group not in study.sites:
                strange.setdefault(group, []).append(by_group[group])

    sites = _named(tuple(study.sites))
    for group, rows in strange.items():
        code = "redcap-group" if group else "redcap-no-group"
        records = "1 record"
        if len(rows) != 1:
            records = f"{len(rows):,} records"

        yield finding(
            code,
            text=sheet.place(rows[0].number, GROUP),
            value=group,
            records=records,
            sites=sites,
        )


def _different_lengths(
    sheet: CsvSheet, record: str, rows: dict[str, SheetRow]
) -> Iterator[Finding]:
    """Numbers of which some may have lost zeros in front: digits alone, of several
    lengths, none with a zero.
    """

    def place(subject: str) -> TextPlace:
        return sheet.place(rows[subject].number, record)

    digits = [subject for subject in rows if _DIGITS.fullmatch(subject)]
    by_value: dict[int, list[str]] = {}
    for subject in digits:
        by_value.setdefault(int(subject), []).append(subject)

    # No two numbers of one count differ in their zeros alone.
    for spellings in by_value.values():
        if len(spellings) > 1:
            first, second, *_ = spellings
            yield finding(
                "redcap-record-length", text=place(second), value=second, other=first
            )

            return

    # Numbers that count from 1 are REDCap's own.
    is_count = len(by_value) * 2 > max(by_value, default=0)

    has_zeros = any(has_zeros_in_front(subject) for subject in digits)
    if is_count or has_zeros or len(digits) < len(rows):
        return

    short = min(digits, key=len)
    long = max(digits, key=len)
    if len(short) < len(long):
        yield finding(
            "redcap-record-length", text=place(short), value=short, other=long
        )
