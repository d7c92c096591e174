"""A randomization list as a CSV file: written, and read with everything that is wrong.

The columns have the names of the dictionary: the field of the number, ``siteid`` where
each site has a part of its own, the strata, and the field of the arm. ``block`` may be
there, for whoever reads the list.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from forms_spec.checks.refusal_text import refusal
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding, Severity
from forms_spec.findings.places import TextPlace
from forms_spec.kinds import Refusal
from forms_spec.loading.csv_cells import CsvCell, CsvFault, csv_rows
from forms_spec.model.fields import Field
from forms_spec.model.randomization import RandomizationPlan
from forms_spec.model.study import Study
from generator.randomization.draw import ListEntry, levels_of

BLOCK = "block"
LONGEST_NUMBER = 100
FIRST_WORDS = 6
"""So many values are named of those that a cell can have."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadList:
    """What a file holds. Without errors its entries can be used. ``places`` are the line
    and column of each number.
    """

    entries: tuple[ListEntry, ...]
    findings: tuple[Finding, ...]
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        return all(item.severity is not Severity.ERROR for item in self.findings)


def columns_of(plan: RandomizationPlan) -> tuple[str, ...]:
    """The columns that a list needs, in their order."""
    return (plan.number, *plan.factors, plan.arm)


def list_text(plan: RandomizationPlan, entries: Iterable[ListEntry]) -> str:
    """The list as CSV, with its blocks."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow((plan.number, *plan.factors, BLOCK, plan.arm))
    for entry in entries:
        writer.writerow((entry.number, *entry.levels, entry.block, entry.arm))

    return text.getvalue()


def read_list(text: str, study: Study, plan: RandomizationPlan, name: str) -> ReadList:
    """The list of a file called ``name``, with what is wrong at its line and column."""
    try:
        rows = list(csv_rows(text))
    except CsvFault as fault:
        place = TextPlace(file=name, line=fault.line, column=fault.column)
        return _refused(finding("randomization-list-csv", text=place))

    header = rows[0] if rows else []
    if wrong := _wrong_columns(header, plan, name):
        return _refused(wrong)
    if len(rows) < 2:
        top = TextPlace(file=name, line=1, column=1)
        return _refused(finding("randomization-list-empty", text=top))

    reader = _EntryReader(
        study=study, plan=plan, name=name, columns=[cell.text for cell in header]
    )
    return reader.read(rows[1:])


def _refused(*findings: Finding) -> ReadList:
    return ReadList(entries=(), findings=findings)


def _wrong_columns(
    header: Sequence[CsvCell], plan: RandomizationPlan, name: str
) -> Finding | None:
    given = [cell.text for cell in header]
    wanted = columns_of(plan)
    is_right = len(set(given)) == len(given) and set(given) - {BLOCK} == set(wanted)
    if is_right:
        return None

    return finding(
        "randomization-list-columns",
        text=TextPlace(file=name, line=1, column=1),
        wanted=", ".join(wanted),
        given=", ".join(given) or "nothing",
    )


@dataclass(frozen=True, kw_only=True)
class _EntryReader:
    """Reads the rows below a header that is right."""

    study: Study
    plan: RandomizationPlan
    name: str
    columns: Sequence[str]

    def read(self, rows: Sequence[Sequence[CsvCell]]) -> ReadList:
        """Every row, with all that is wrong with any of them."""
        known = self._known()
        entries: list[ListEntry] = []
        findings: list[Finding] = []
        places: dict[str, tuple[int, int]] = {}

        for row in rows:
            if len(row) != len(self.columns):
                findings.append(self._wrong_length(row))
                continue

            cells = dict(zip(self.columns, row, strict=True))
            findings += self._wrong_cells(cells, known)
            number = cells[self.plan.number]
            if number.text in places:
                where = f"in lines {places[number.text][0]} and {number.line}"
                findings.append(self._twice(number, where))

            places.setdefault(number.text, (number.line, number.column))
            entries.append(self._entry(cells))

        if not findings:
            findings += self._uneven(entries)

        return ReadList(entries=tuple(entries), findings=tuple(findings), places=places)

    def _known(self) -> Mapping[str, tuple[str, ...]]:
        """By column, the values that a cell can have."""
        factors = {
            name: levels_of(self.study, self.plan, name) for name in self.plan.factors
        }
        return {**factors, self.plan.arm: tuple(self.plan.ratio)}

    def _place(self, cell: CsvCell) -> TextPlace:
        return TextPlace(file=self.name, line=cell.line, column=cell.column)

    def _wrong_length(self, row: Sequence[CsvCell]) -> Finding:
        return finding(
            "randomization-list-row",
            text=self._place(row[0]),
            given=len(row),
            wanted=len(self.columns),
        )

    def _wrong_cells(
        self, cells: Mapping[str, CsvCell], known: Mapping[str, tuple[str, ...]]
    ) -> Iterator[Finding]:
        for column, values in known.items():
            cell = cells[column]
            if cell.text not in values:
                more = ", ..." if len(values) > FIRST_WORDS else ""
                yield finding(
                    "randomization-list-value",
                    text=self._place(cell),
                    value=cell.text,
                    field=column,
                    wanted=", ".join(values[:FIRST_WORDS]) + more,
                )

        number = cells[self.plan.number]
        field = self.study.forms[self.plan.form].by_name[self.plan.number]
        if why := why_no_number(field, number.text):
            yield finding(
                "randomization-list-number",
                text=self._place(number),
                value=number.text,
                why=why,
            )

    def _twice(self, number: CsvCell, where: str) -> Finding:
        return finding(
            "randomization-number-twice",
            text=self._place(number),
            value=number.text,
            where=where,
        )

    def _entry(self, cells: Mapping[str, CsvCell]) -> ListEntry:
        block = cells[BLOCK].text if BLOCK in cells else ""
        return ListEntry(
            number=cells[self.plan.number].text,
            levels=tuple(cells[name].text for name in self.plan.factors),
            arm=cells[self.plan.arm].text,
            block=int(block) if block.isdecimal() else 0,
        )

    def _uneven(self, entries: Iterable[ListEntry]) -> Iterator[Finding]:
        """The strata whose arms do not have their shares."""
        ratio = self.plan.ratio
        for stratum, counts in balance(entries).items():
            # Equal for all arms, if each has its share.
            times = {counts[arm] / share for arm, share in ratio.items()}
            if len(times) > 1:
                yield finding(
                    "randomization-list-uneven",
                    text=TextPlace(file=self.name, line=1, column=1),
                    stratum=stratum or "of all subjects",
                    given=counts_words(counts, ratio),
                    wanted=":".join(str(share) for share in ratio.values()),
                )


def balance(entries: Iterable[ListEntry]) -> dict[str, Counter[str]]:
    """By stratum, how many entries each arm has."""
    counts: dict[str, Counter[str]] = {}
    for entry in entries:
        counts.setdefault(entry.stratum, Counter())[entry.arm] += 1

    return counts


def counts_words(counts: Counter[str], arms: Iterable[str]) -> str:
    """``A 20, B 20``."""
    return ", ".join(f"{arm} {counts[arm]}" for arm in arms)


def why_no_number(field: Field, text: str) -> str:
    """Why a text cannot be an answer of the number's field; blank if it can."""
    if not text:
        return "it is blank."
    if len(text) > LONGEST_NUMBER:
        return f"it has {len(text)} characters."

    read = field.kind.parse(text, field)
    if not isinstance(read, Refusal):
        return ""

    return refusal(read, text)
