"""Findings of a report become queries in one action: what is opened, what is skipped,
and why.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import LOG
from forms_spec.model.fields import Table
from forms_spec.model.study import Study
from generator.tables import layout
from webapp.presentation.typed_numbers import typed_number
from webapp.security.query_access import person_step
from webapp.storage import (
    Database,
    NewQuery,
    QueryAction,
    QueryPlace,
    User,
    open_queries,
)
from webapp.storage.forms import HEADS
from webapp.storage.locks import Locks, find_locks
from webapp.storage.queries import LONGEST_ENTRY, lock_over, waiting_queries
from webapp.storage.query_life import next_state
from webapp.storage.site_studies import SiteStudies
from webapp.storage.subjects import find_subject
from webapp.storage.users import Sites

COLUMNS: Final = ("code", "table", "field", layout.SUBJECT, "message")
"""Without these a file is no report of findings."""
ABOUT_SUBJECT: Final = frozenset({layout.SUBJECTS, layout.FORMS})
"""Tables of a package that no form has: their findings are about the subject."""


class NoFindings(ValueError):
    """A file is no report of findings; the words say why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportFinding:
    """A finding as a report has it. ``number`` counts from 1 in the report. ``rule`` is
    blank for what a field finds by itself, and ``value`` is the text that was found.
    """

    number: int
    code: str
    rule: str
    table: str
    field: str
    subject: str
    visit: str
    unsno: int
    row: int | None
    value: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SkippedFinding:
    """A finding that no query is opened for."""

    line: ReportFinding
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BulkPlan:
    """What a report would open, and what it would not. ``lines`` are the findings of
    the ``new`` queries, in the same order.
    """

    new: tuple[NewQuery, ...]
    lines: tuple[ReportFinding, ...]
    skipped: tuple[SkippedFinding, ...]


def read_findings(name: str, content: bytes) -> tuple[ReportFinding, ...]:
    """The findings of a report of ``crfsmith validate``, as JSON or as CSV.

    Raises ``NoFindings``.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NoFindings(f"{name} is not text in UTF-8.") from error

    is_json = text.lstrip()[:1] in "{["
    rows = _from_json(name, text) if is_json else _from_csv(name, text)
    return tuple(_line(number, row) for number, row in enumerate(rows, start=1))


def _from_json(name: str, text: str) -> list[Mapping[str, Any]]:
    try:
        report = json.loads(text)
    except ValueError as error:
        raise NoFindings(f"{name} is not valid JSON: {error}.") from error

    listed = report
    if isinstance(report, dict):
        listed = report.get("findings")

    is_list = isinstance(listed, list)
    if not is_list or not all(isinstance(item, dict) for item in listed):
        raise NoFindings(
            f"{name} has no list of findings. Give a report of `crfsmith validate`."
        )

    # In JSON, the key columns stand together, and "row" is the line of the file.
    return [{**item, **(item.get("key") or {})} for item in listed]


def _from_csv(name: str, text: str) -> list[Mapping[str, Any]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise NoFindings(
            f"{name} has no column {missing[0]}. Give a report of `crfsmith validate`."
        )

    return list(reader)


def _line(number: int, row: Mapping[str, Any]) -> ReportFinding:
    def text(column: str) -> str:
        value = row.get(column)
        return "" if value is None else str(value)

    words = f"{text('message')} {text('remedy')}".strip()
    return ReportFinding(
        number=number,
        code=text("code"),
        rule=text("rule"),
        table=text("table"),
        field=text("field"),
        subject=text(layout.SUBJECT),
        visit=text(layout.VISIT),
        unsno=_whole(text(layout.UNSNO)) or 0,
        row=_whole(text(layout.ROW)),
        value=text("value"),
        text=words[:LONGEST_ENTRY],
    )


def listed_finding(number: int, finding: Finding, subjid: str) -> ReportFinding | None:
    """A finding of a page like one of a report; None where it has no place."""
    place = finding.data
    if place is None:
        return None
    words = f"{finding.message} {finding.remedy}".strip()
    return ReportFinding(
        number=number,
        code=finding.code,
        rule=finding.rule or "",
        table=place.table,
        field=place.field or "",
        subject=subjid,
        visit=place.visit or "",
        unsno=place.unsno or 0,
        row=place.row,
        value=finding.value or "",
        text=words[:LONGEST_ENTRY],
    )


def plan_fingerprint(plan: BulkPlan) -> str:
    """Stands for what would be opened: two people see the same if it is the same."""
    words = repr([(item.place, item.code, item.step.text) for item in plan.new])
    return hashlib.sha256(words.encode()).hexdigest()


def _whole(text: str) -> int | None:
    return typed_number(text, digits=9)


def plan_queries(
    database: Database,
    study: Study,
    lines: Sequence[ReportFinding],
    *,
    user: User,
    role: str,
    source: str,
) -> BulkPlan:
    """What would be opened by a person from a report, without opening it.

    ``StepRefused`` for a person who may not open queries.
    """
    # Refused before anything is planned, also in a dry run.
    asking = person_step(user, QueryAction.OPEN, "", roles=study.roles)
    next_state(None, asking.action, asking.party)

    known = _Known.read(database, study, {line.subject for line in lines}, user.sites)
    new: list[NewQuery] = []
    opening: list[ReportFinding] = []
    skipped: list[SkippedFinding] = []
    for line in lines:
        place = _place(study, line)
        why = known.refusal(line, place)
        if why or place is None:
            skipped.append(SkippedFinding(line=line, why=why))
            continue

        # The same finding twice in one report is one query.
        known.by_rule.setdefault(_key(line, place), "listed twice in this report")
        step = person_step(
            user,
            QueryAction.OPEN,
            line.text,
            assigned_role=role,
            roles=study.roles,
        )
        new.append(NewQuery(place=place, step=step, code=line.code, source=source))
        opening.append(line)

    return BulkPlan(new=tuple(new), lines=tuple(opening), skipped=tuple(skipped))


def source_words(name: str, content: bytes) -> str:
    """What a query says of the list that it was opened from."""
    return f"{name} ({hashlib.sha256(content).hexdigest()[:12]})"


def skipped_by_reason(
    plan: BulkPlan,
) -> Mapping[str, Sequence[SkippedFinding]]:
    """What is skipped, by the reason without the number or the subject in it."""
    groups: dict[str, list[SkippedFinding]] = {}
    for item in plan.skipped:
        known = "no subject " not in item.why
        why = item.why.partition(" as ")[0] if known else "of no known subject"
        groups.setdefault(why, []).append(item)

    return groups


def open_from_findings(database: Database, plan: BulkPlan) -> tuple[int, ...]:
    """Opens all queries of a plan in one transaction, or none."""
    return open_queries(database, plan.new)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """What the database has of the subjects of a report."""

    subjects: frozenset[str]
    forms: frozenset[tuple[str, str, str, int]]
    by_rule: dict[tuple[QueryPlace, str, str], str]
    """Why nothing is asked again at a place, by the code and the rule."""
    by_person: Mapping[tuple[QueryPlace, str], str]
    """The same of what people asked, of whose findings no rule is known."""
    locks: Locks
    elsewhere: frozenset[str]
    """Subjects whose site works under another dictionary than the report's."""

    @classmethod
    def read(
        cls, database: Database, study: Study, subjects: Iterable[str], sites: Sites
    ) -> _Known:
        dictionaries = SiteStudies(study=study).dictionaries(database)
        with database.read() as connection:
            known = [find_subject(connection, name, sites=sites) for name in subjects]
            site_of = {item.subjid: item.site for item in known if item}
            there = list(site_of)
            forms = set()
            for name in there:
                for row in connection.execute(HEADS, {"subject": name}):
                    forms.add((name, row.form, row.visit, row.unsno))

            queries = waiting_queries(connection, there, database.sight)
            locks = find_locks(connection, there)

        by_rule, by_person = {}, {}
        for query, rule in queries:
            why = f"already open as query {query.number}"
            if rule:
                by_rule[query.place, query.code, rule] = why
            else:
                by_person[query.place, query.code] = why

        return cls(
            subjects=frozenset(there),
            forms=frozenset(forms),
            by_rule=by_rule,
            by_person=by_person,
            locks=locks,
            elsewhere=frozenset(
                name for name in there if dictionaries.of(site_of[name]) != study.hash
            ),
        )

    def refusal(self, line: ReportFinding, place: QueryPlace | None) -> str:
        """Why a finding is skipped; blank where it is not."""
        if not line.subject:
            return "about no subject"
        if line.subject not in self.subjects:
            return f"there is no subject {line.subject}"
        if line.subject in self.elsewhere:
            return "its site works under another dictionary"
        if place is None:
            return "its place is not in the dictionary"

        key = (place.subject, place.form, place.visit, place.unsno)
        if place.form and key not in self.forms:
            return "the form has not been started"
        if lock_over(self.locks, place):
            return "it is locked"
        if not line.text:
            return "it says nothing"

        asked = self.by_person.get((place, line.code))
        return asked or self.by_rule.get(_key(line, place), "")


def _key(line: ReportFinding, place: QueryPlace) -> tuple[QueryPlace, str, str]:
    """What a finding is known by: several rules can share a code."""
    return place, line.code, line.rule or line.code


def _place(study: Study, line: ReportFinding) -> QueryPlace | None:
    """The place of a finding; None where the dictionary does not have it."""
    if line.table in ABOUT_SUBJECT:
        return QueryPlace(subject=line.subject)

    table = study.tables.get(line.table)
    if table is None or not _has_field(table, line.field):
        return None

    form, visit, unsno = table.form, line.visit, line.unsno
    if form.log:
        visit, unsno = LOG, 0
    elif visit not in study.visits:
        return None

    is_in_table = bool(line.field) or line.row is not None
    return QueryPlace(
        subject=line.subject,
        visit=visit,
        form=form.name,
        unsno=unsno,
        table=line.table if is_in_table else "",
        row=line.row if table.group else None,
        field=line.field,
    )


def _has_field(table: Table, name: str) -> bool:
    return not name or any(field.name == name for field in table.fields)
