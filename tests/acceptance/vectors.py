"""The unit vectors of ``vectors.yaml``: small subjects, and what is asked of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from forms_spec.evaluation.captured_form import EvaluatedForm, EvaluatedSubject
from forms_spec.findings.places import TextPlace
from forms_spec.model.captured_data import LOG, FormKey
from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.rule_syntax.limits import SCALE
from forms_spec.rules import Expression, Home, parse_expression
from forms_spec.rules.semantics.resolved import Core, RuleValue
from forms_spec.rules.semantics.resolver import resolve
from tests.acceptance.cases import read_cases, subject_text
from tests.data_dictionary.conftest import cellkine
from tests.data_dictionary.verdicts import Case

FILE = Path(__file__).parent / "vectors.yaml"
GIVES: Mapping[str, bool | None] = {"true": True, "false": False, "unknown": None}


@dataclass(frozen=True, kw_only=True)
class Vector:
    """One question about one subject.

    ``row`` is the first row of the group that the question stands in.
    """

    of: str
    why: str
    asks: str
    gives: RuleValue | None
    subject: str
    key: FormKey
    home: Home

    def __str__(self) -> str:
        return f"{self.of}: {self.why}: {self.asks}"

    @property
    def row(self) -> int | None:
        return None if self.home.group is None else 1

    @property
    def core(self) -> Core:
        """The question's meaning, the same for all vectors that ask it."""
        return resolve(_expression(self.asks), cellkine(), self.home).core

    @property
    def captured(self) -> EvaluatedForm:
        """The form that it is asked of."""
        found = worlds()[self.subject].form(self.key)
        assert found is not None
        return found


@dataclass(frozen=True, kw_only=True)
class _Written:
    of: str
    why: str
    subject: str
    differences: Mapping[str, Any]
    gives: Mapping[str, str]

    @property
    def visits(self) -> tuple[str, ...]:
        """The visits that the subject has: those up to the injection, and those of the
        differences.
        """
        named = [key.partition(".")[0] for key in self.differences]
        return tuple(
            dict.fromkeys(("SCR", "D0", *(one for one in named if one != LOG)))
        )


@cache
def _written() -> tuple[_Written, ...]:
    said = yaml.load(FILE.read_text(encoding="utf-8"), yaml.CBaseLoader)
    found: list[_Written] = []
    for of, vectors in said.items():
        for one in vectors:
            differences = {
                key: held for key, held in one.items() if key not in ("why", "gives")
            }
            subject = f"01-{len(found) + 100:03d}"
            written = _Written(
                of=of,
                why=one["why"],
                subject=subject,
                differences=differences,
                gives=one["gives"],
            )
            found.append(written)
    return tuple(found)


@cache
def vectors() -> tuple[Vector, ...]:
    """Every question, in the order of the file."""
    return tuple(vector for one in _written() for vector in _of(one))


def _of(written: _Written) -> Iterator[Vector]:
    for asks, gives in written.gives.items():
        home, visit = _home(cellkine(), asks, written.visits[-1])
        yield Vector(
            of=written.of,
            why=written.why,
            asks=asks,
            gives=GIVES[gives] if gives in GIVES else int(Decimal(gives) * SCALE),
            subject=written.subject,
            key=FormKey(home.form.name, visit, 0),
            home=home,
        )


def _home(study: Study, asks: str, visit: str) -> tuple[Home, str]:
    """Where a question is asked: of a rule at the latest visit written, of all else at
    screening.
    """
    if asks in study.rules:
        table = study.tables[study.rules[asks].on[0][0]]
        return Home(form=table.form, group=table.group), visit
    field = _field(study, asks)
    if field is None:
        return Home(form=study.forms["ie"]), "SCR"
    table = study.tables[asks.partition(".")[0]]
    return Home(form=table.form, group=table.group), "SCR"


def _field(study: Study, asks: str) -> Field | None:
    table, _, name = asks.partition(".")
    return study.field(table, name) if table in study.tables else None


@cache
def _expression(asks: str) -> Expression:
    """A rule as whether it is kept; a field as its formula, rounded to its places; else
    as it is written.
    """
    study = cellkine()
    rule, field = study.rules.get(asks), _field(study, asks)
    text = asks if rule is None else _kept(rule)
    if field is not None:
        assert field.value is not None
        text = f"round({field.value.text}, {field.places or 0})"
    parsed = parse_expression(text, TextPlace(file="vectors.yaml", line=1, column=1))
    assert isinstance(parsed, Expression), parsed
    return parsed


def _kept(rule: EditCheck) -> str:
    holds = f"({rule.assertion.text})"
    return holds if rule.when is None else f"not ({rule.when.text}) or {holds}"


@cache
def subjects() -> Mapping[str, Case]:
    by_subject = {one.subject: one for one in _written()}
    texts = {
        name: subject_text(name, one.differences, list(one.visits))
        for name, one in by_subject.items()
    }
    return read_cases(
        texts, lambda name, key: key.visit in (LOG, *by_subject[name].visits)
    )


@cache
def worlds() -> Mapping[str, EvaluatedSubject]:
    """Every subject with its forms, evaluated once for all questions."""
    return {
        name: EvaluatedSubject(cellkine(), case.casebook(), case.today, name)
        for name, case in subjects().items()
    }
