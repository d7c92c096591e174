"""The dictionary that the language can carry of the source, and a list of the rest."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from benchmarks.nacc.domains import domain_of
from benchmarks.nacc.expressions import Place, Scope, as_rule
from benchmarks.nacc.forms import VISITS, Branching, form_text, quoted, visit_of
from benchmarks.nacc.logic import DATE_FORMAT, read_condition
from benchmarks.nacc.source import Question, SourceCheck
from benchmarks.nacc.syntax import Condition, UnreadableError
from forms_spec.checks.names import RESERVED

STUDY = """study: SOURCE
title: The source, as far as the language carries it
subject: {pattern: '\\d{2}-\\d{3}', example: 01-001}
sites: {'01': One}
day_zero: %s
"""
TYPED = "the type of the field says so"


@dataclass(slots=True)
class Conversion:
    """The files of the dictionary, and what became of each text."""

    files: dict[str, str] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    unread: dict[str, list[SourceCheck]] = field(
        default_factory=lambda: defaultdict(list)
    )
    branching: Counter[str] = field(default_factory=Counter)
    rules: dict[str, SourceCheck] = field(default_factory=dict)


def convert(
    questions: list[Question], checks: list[SourceCheck], *, bare: bool
) -> Conversion:
    """A dictionary with one form for each form of the source.

    With ``bare`` the fields have types only: no codes, ranges, conditions, and nothing
    is required. So each check is looked at without what the questions say.
    """
    asked: dict[str, dict[str, list[Question]]] = defaultdict(lambda: defaultdict(list))
    for question in questions:
        asked[question.form][question.variable].append(question)

    names = _Names(asked, bare)
    conversion = Conversion()
    visits = _form_visits([*questions, *checks])
    # Some forms have checks of a visit that no file of questions is about.
    asked_at = _form_visits(questions)
    for form, variables in asked.items():
        scope = Scope(form, names.places(form, ""))
        asks = None if bare else Branching(asked_at[form], scope, conversion.branching)
        text = "\n".join(form_text(form, variables, scope, asks))
        conversion.files[f"forms/{form}.yaml"] = text
    for form, found in _by_form(checks).items():
        rules = _rules(found, visits.get(form, ()), names, conversion)
        if rules:
            text = "\n".join(["rules:", *rules, ""])
            conversion.files[f"rules/{form}.yaml"] = text

    first_date = next(
        f"{form}.{place.field}"
        for form in asked
        for place in names.own[form].values()
        if place.domain.kind == "date"
    )
    conversion.files["study.yaml"] = STUDY % first_date
    conversion.files["visits.yaml"] = _schedule(visits)
    return conversion


def _by_form(checks: list[SourceCheck]) -> dict[str, list[SourceCheck]]:
    found: dict[str, list[SourceCheck]] = defaultdict(list)
    for check in checks:
        found[check.form].append(check)
    return found


class _Names:
    """Where a name of the source is: in the form, its module, or somewhere else."""

    def __init__(self, asked: dict[str, dict[str, list[Question]]], bare: bool) -> None:
        self.own = {
            form: {
                variable: Place(form, _field_name(variable), domain)
                for variable, found in variables.items()
                for domain in [domain_of(found, bare=bare)]
            }
            for form, variables in asked.items()
        }
        self.words = frozenset(name for form in asked.values() for name in form)
        self.everywhere: dict[str, list[Place]] = defaultdict(list)
        for places in self.own.values():
            for variable, place in places.items():
                self.everywhere[variable].append(place)
        self._of_module: dict[tuple[str, str], dict[str, Place]] = {}

    def places(self, form: str, other_forms: str) -> dict[str, Place]:
        """Each variable that means one field when a check of the form names it."""
        key = (form, other_forms)
        if key not in self._of_module:
            self._of_module[key] = dict(self._nearest(form, other_forms))
        return self._of_module[key]

    def _nearest(self, form: str, other_forms: str) -> Iterator[tuple[str, Place]]:
        module = form.rpartition("_")[0]
        named = set(re.findall(r"[a-z0-9]+", other_forms.lower()))
        for variable, places in self.everywhere.items():
            choices = (
                [place for place in places if place.form == form],
                [
                    place
                    for place in places
                    if place.form.rpartition("_")[0] == module
                    and place.form.rpartition("_")[2] in named
                ],
                [place for place in places if place.form.rpartition("_")[0] == module],
                [place for place in places if place.form.rpartition("_")[2] in named],
                places,
            )
            nearest = next(found for found in choices if found)
            if len(nearest) == 1:
                yield variable, nearest[0]


def _field_name(variable: str) -> str:
    name = variable.lower()
    taken = any(name in words for words, _ in RESERVED["field"])
    return f"{name}_" if taken else name


def _form_visits(
    rows: Iterable[Question | SourceCheck],
) -> dict[str, tuple[str, ...]]:
    """The visits of each form. A form without packets is at all of them."""
    visits: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        visit = visit_of(row.packet)
        visits[row.form].update([visit] if visit else VISITS)
    return {
        form: tuple(visit for visit in VISITS if visit in found)
        for form, found in visits.items()
    }


def _schedule(visits: dict[str, tuple[str, ...]]) -> str:
    lines = ["visits:"]
    for name, title in VISITS.items():
        repeats = ", type: unscheduled, repeats: true" if name == "F" else ""
        lines.append(f"  {name}: {{title: {title}{repeats}}}")
    lines += ["schedule:", f"  columns: {' '.join(VISITS)}"]
    for form, found in visits.items():
        marks = " ".join("o" if visit in found else "." for visit in VISITS)
        lines.append(f"  {form}: {marks}")
    return "\n".join([*lines, ""])


def _rules(
    checks: list[SourceCheck],
    visits: tuple[str, ...],
    names: _Names,
    conversion: Conversion,
) -> Iterable[str]:
    """The rules of one form. A check of both visits is one rule."""
    same: dict[tuple[str, str, str], list[SourceCheck]] = defaultdict(list)
    for check in checks:
        same[check.variable, check.kind, check.logic].append(check)

    lines: list[str] = []
    for found in same.values():
        try:
            lines += _rule(found, visits, names, conversion)
            conversion.outcomes["converted"] += len(found)
        except UnreadableError as unreadable:
            reason = TYPED if unreadable.reason == DATE_FORMAT else unreadable.reason
            conversion.outcomes[reason] += len(found)
            conversion.unread[reason] += found
    return lines


def _rule(
    checks: list[SourceCheck],
    visits: tuple[str, ...],
    names: _Names,
    conversion: Conversion,
) -> list[str]:
    check = checks[0]
    if check.form not in names.own:
        raise UnreadableError("a form without questions")
    place = names.own[check.form].get(check.variable)
    if place is None:
        raise UnreadableError("a check of a variable that its form does not have")

    condition = read_condition(check.logic, names.words)
    scope = Scope(
        check.form,
        names.places(check.form, check.other_forms),
        blank_differs=check.kind != "Conformity",
    )
    applies, holds = as_rule(condition)
    when = _when(applies, {visit_of(found.packet) for found in checks}, visits, scope)
    name = _rule_name(check, conversion)
    lines = [
        f"  {name}:",
        f"    message: {quoted(check.description or check.code)}",
        f"    assert: {quoted(scope.write(holds))}",
        f"    severity: {'warning' if check.alert else 'error'}",
        f"    on: [{place.form}.{place.field}]",
    ]
    if when:
        lines.insert(2, f"    when: {quoted(when)}")
    conversion.rules[name] = check
    return lines


def _when(
    applies: Condition | None,
    packets: set[str],
    visits: tuple[str, ...],
    scope: Scope,
) -> str:
    text = scope.write(applies) if applies else ""
    if "" in packets or set(visits) <= packets:
        return text
    visit = f"visitid = '{min(packets)}'"
    return f"{visit} and ({text})" if text else visit


def _rule_name(check: SourceCheck, conversion: Conversion) -> str:
    name = re.sub(r"[^A-Za-z0-9]+", "_", check.code).strip("_") or "check"
    name = f"{check.form}_{name}" if name in conversion.rules else name
    number = 2
    while name in conversion.rules:
        name = f"{name}_{number}"
        number += 1
    return name
