"""The records of a file as subjects of a study: their numbers, their groups, and lost
zeros.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.kinds.pattern import whole_match
from forms_spec.model.study import Study
from generator.redcap.reading.csv_sheet import CsvSheet, SheetRow
from generator.redcap.records.columns import GROUP
from generator.redcap.records.record_file import EAV_FIELD, EAV_VALUE
from generator.rewritings.numbers import has_zeros_in_front, number

MOST_NAMED = 5
_DIGITS = re.compile(r"[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class LostZeros:
    """Numbers that nobody has here, and the subjects who would have them with other
    zeros.
    """

    given: tuple[str, ...]
    subjects: tuple[str, ...]

    def finding(self) -> Finding:
        return finding(
            "import-lost-zeros",
            value=_named(self.given),
            subjects=_named(self.subjects),
            are="is" if len(self.given) == 1 else "are",
            were="is" if len(self.subjects) == 1 else "are",
        )


def lost_zeros(given: Iterable[str], known: Collection[str]) -> LostZeros | None:
    """Whether numbers of a file are other spellings of subjects that a database has
    already.
    """
    by_value: defaultdict[Decimal, list[str]] = defaultdict(list)
    for subject in known:
        value = number(subject)
        if value is not None:
            by_value[value].append(subject)

    meant: dict[str, list[str]] = {}

    for text in given:
        value = number(text)
        if text not in known and value is not None and value in by_value:
            meant[text] = by_value[value]

    if not meant:
        return None
    subjects = dict.fromkeys(
        subject for subjects in meant.values() for subject in subjects
    )

    return LostZeros(given=tuple(meant), subjects=tuple(subjects))


def _named(texts: tuple[str, ...]) -> str:
    """``1, 2 and 7 more``"""
    if len(texts) <= MOST_NAMED:
        return (
            " and ".join((", ".join(texts[:-1]), texts[-1]))
            if len(texts) > 1
            else texts[0]
        )

    return f"{', '.join(texts[:MOST_NAMED])} and {len(texts) - MOST_NAMED:,} more"


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
    groups: dict[str, dict[str, SheetRow]] = {}
    for row in sheet.rows:
        named = eav and row[EAV_FIELD].strip() == GROUP
        subject, group = row[record].strip(), row[EAV_VALUE if named else GROUP].strip()
        if subject:
            rows.setdefault(subject, row)
            groups.setdefault(subject, {}).setdefault(group, row)

    yield from _numbers(study, sheet, record, rows)
    yield from _two_groups(sheet, groups)
    if study.sites:
        yield from _strange_groups(study, sheet, groups)
    if rows and not any(subject in known for subject in rows):
        yield from _lengths(sheet, record, rows)


def _numbers(
    study: Study, sheet: CsvSheet, record: str, rows: dict[str, SheetRow]
) -> Iterator[Finding]:
    for subject, row in rows.items():
        if not whole_match(study.subject_pattern, subject):
            place = sheet.place(row.number, record)
            yield finding(
                "redcap-subject",
                text=place,
                value=subject,
                example=study.subject_example,
            )


def _two_groups(
    sheet: CsvSheet, groups: dict[str, dict[str, SheetRow]]
) -> Iterator[Finding]:
    for subject, rows in groups.items():
        named = [group for group in rows if group]
        for group in named[1:]:
            place = sheet.place(rows[group].number, GROUP)
            first = rows[named[0]].number
            yield finding(
                "redcap-two-groups",
                text=place,
                value=group,
                subject=subject,
                other=named[0],
                first=first,
            )


def _strange_groups(
    study: Study, sheet: CsvSheet, groups: dict[str, dict[str, SheetRow]]
) -> Iterator[Finding]:
    """Groups that are no site, and records without one; each once, with the number of
    its records.
    """
    strange: dict[str, list[SheetRow]] = {}
    for by_group in groups.values():
        for group in [name for name in by_group if name] or [""]:
            if group not in study.sites:
                strange.setdefault(group, []).append(by_group[group])

    for group, rows in strange.items():
        place = sheet.place(rows[0].number, GROUP)
        records = f"{len(rows):,} record{'' if len(rows) == 1 else 's'}"
        code = "redcap-group" if group else "redcap-no-group"
        yield finding(
            code,
            text=place,
            value=group,
            records=records,
            sites=_named(tuple(study.sites)),
        )


def _lengths(
    sheet: CsvSheet, record: str, rows: dict[str, SheetRow]
) -> Iterator[Finding]:
    """Numbers of which some may have lost zeros in front: digits alone, of several
    lengths, none with a zero.

    Numbers that count from 1 are REDCap's own, and no two of one count differ in their
    zeros alone.
    """
    digits = [subject for subject in rows if _DIGITS.fullmatch(subject)]
    by_value: dict[int, list[str]] = {}
    for subject in digits:
        by_value.setdefault(int(subject), []).append(subject)
    twice = next((same for same in by_value.values() if len(same) > 1), None)
    if twice is not None:
        place = sheet.place(rows[twice[1]].number, record)
        yield finding(
            "redcap-record-length", text=place, value=twice[1], other=twice[0]
        )
        return

    zeros = any(has_zeros_in_front(subject) for subject in digits)
    counted = len(by_value) * 2 > max(by_value, default=0)
    if (
        zeros
        or counted
        or len(digits) < len(rows)
        or len({len(subject) for subject in digits}) < 2
    ):
        return

    short, long = min(digits, key=len), max(digits, key=len)
    place = sheet.place(rows[short].number, record)
    yield finding("redcap-record-length", text=place, value=short, other=long)
