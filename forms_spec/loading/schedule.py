"""The schedule: a grid of forms and visits, and the condition of each conditional form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.expressions import LocatedExpression, parse_at
from forms_spec.loading.finding_collector import Notes, SourceNode
from forms_spec.model.fields import Form
from forms_spec.model.visits import Expectation, Scheduled, Visit

MARKS: Mapping[str, Expectation | None] = {
    "X": Expectation.REQUIRED,
    "C": Expectation.CONDITIONAL,
    "o": Expectation.OPTIONAL,
    ".": None,
}
COLUMNS = "columns"
WORD = re.compile(r"\S+")


@dataclass(frozen=True, kw_only=True)
class ScheduleGrid:
    """One file's schedule and conditions. ``spot`` is the file."""

    rows: Mapping[str, str]
    conditions: Any
    spot: SourceNode
    visits: Mapping[str, Visit]
    forms: Mapping[str, Form]
    notes: Notes

    def build(
        self, results: dict[tuple[str, str], Scheduled]
    ) -> list[tuple[LocatedExpression, str]]:
        """Add what the grid says; gives each condition with its form."""
        columns = self._columns()
        conditions = dict(self._conditions())
        for form, row in self.rows.items():
            if form == COLUMNS or columns is None:
                continue
            self._row(form, row, columns, conditions, results)

        self._unused(conditions, results)

        return [(written, form) for (form, _), written in conditions.items()]

    def _columns(self) -> list[str] | None:
        here = self.spot.at("schedule", COLUMNS)
        if COLUMNS not in self.rows:
            if self.rows:
                self.notes.say("schedule-without-columns", self.spot.at("schedule").key)
            return None

        names: list[str] = []

        for word in WORD.finditer(self.rows[COLUMNS]):
            name = word.group()
            if name not in self.visits:
                near = did_you_mean(name, self.visits)
                self.notes.say(
                    "unknown-visit", here.span(*word.span()), name=name, near=near
                )
            elif name in names:
                self.notes.say("column-twice", here.span(*word.span()), name=name)

            names.append(name)

        return names

    def _row(
        self,
        form: str,
        row: str,
        columns: list[str],
        conditions: Mapping[tuple[str, str | None], LocatedExpression],
        results: dict[tuple[str, str], Scheduled],
    ) -> None:
        here = self.spot.at("schedule", form)
        if form not in self.forms:
            self.notes.say(
                "unknown-form", here.key, name=form, near=did_you_mean(form, self.forms)
            )
        elif self.forms[form].log:
            self.notes.say("log-in-schedule", here.key, name=form)

        words = list(WORD.finditer(row))
        if len(words) != len(columns):
            self.notes.say(
                "schedule-row-length",
                here.place,
                name=form,
                given=len(words),
                needed=len(columns),
            )
            return

        for visit, word in zip(columns, words, strict=True):
            place = here.span(*word.span())
            if word.group() not in MARKS:
                self.notes.say("schedule-mark", place, mark=word.group())
                continue

            expectation = MARKS[word.group()]
            if (
                expectation is None
                or (form, visit) in results
                or visit not in self.visits
            ):
                continue

            condition = conditions.get((form, visit)) or conditions.get((form, None))
            conditional = expectation is Expectation.CONDITIONAL
            if conditional and condition is None and not self._said(form, visit):
                self.notes.say(
                    "conditional-without-condition", place, form=form, visit=visit
                )

            results[form, visit] = Scheduled(
                form=form,
                visit=visit,
                expectation=expectation,
                when=condition.expression if conditional and condition else None,
                place=place,
            )

    def _said(self, form: str, visit: str) -> bool:
        """True when there is a condition, even one that could not be read."""
        condition = (
            self.conditions.get(form) if isinstance(self.conditions, dict) else None
        )
        return isinstance(condition, str) or (
            isinstance(condition, dict) and visit in condition
        )

    def _conditions(self) -> Iterator[tuple[tuple[str, str | None], LocatedExpression]]:
        top = self.spot.at("conditions")
        if not isinstance(self.conditions, dict):
            self.notes.say("not-a-mapping", top.place, key="conditions")
            return

        for form, condition in self.conditions.items():
            here = top.at(form)
            if form not in self.forms:
                self.notes.say(
                    "unknown-form",
                    here.key,
                    name=form,
                    near=did_you_mean(form, self.forms),
                )

            steps = (
                [(visit, here.at(visit)) for visit in condition]
                if isinstance(condition, dict)
                else [(None, here)]
            )

            for visit, spot in steps:
                if visit is not None and visit not in self.visits:
                    near = did_you_mean(visit, self.visits)
                    self.notes.say("unknown-visit", spot.key, name=visit, near=near)

                parsed = self._parse(spot)
                if parsed is not None:
                    yield (form, visit), parsed

    def _parse(self, spot: SourceNode) -> LocatedExpression | None:
        if spot.data is None:
            self.notes.say("empty-value", spot.key, key=spot.path[-1])
        elif spot.text is None:
            self.notes.say("not-text", spot.place, key=spot.path[-1])
        else:
            return parse_at(spot, self.notes)

        return None

    def _unused(
        self,
        conditions: Mapping[tuple[str, str | None], LocatedExpression],
        results: Mapping[tuple[str, str], Scheduled],
    ) -> None:
        for (form, visit), condition in conditions.items():
            if form in self.forms and not any(
                item.expectation is Expectation.CONDITIONAL
                and item.form == form
                and visit in (None, item.visit)
                for item in results.values()
            ):
                text = "" if visit is None else f" at {visit}"
                self.notes.say(
                    "condition-without-conditional",
                    condition.spot.key,
                    form=form,
                    at=text,
                )
