"""What may stand at the cursor in a text of the rule language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forms_spec.model.codes import Codelist
from forms_spec.model.fields import Field, Form
from forms_spec.model.study import Study
from forms_spec.rules import FUNCTIONS, KEYS, KEYWORDS
from forms_spec.rules.semantics.name_lookup import ALL, PREVIOUS

_NAME = r"[A-Za-z][A-Za-z0-9_]*"
PARAMETER = re.compile(r"\$(\w*)$", re.ASCII)
VISIT = re.compile(rf"({_NAME})\[(\w*)$", re.ASCII)
FIELD = re.compile(rf"({_NAME})(?:\[\w+\])?\.(\w*)$", re.ASCII)
WORD = re.compile(r"\w*$", re.ASCII)
COMPARED = re.compile(
    rf"((?:{_NAME}(?:\[\w+\])?\.)?{_NAME})\s*"
    r"(?:=|<>|\bis(?:\s+not)?|(?:\bnot\s+)?\bin\s*\(|\bhas(?:\s+any|\s+all)?\s*\(?"
    r"|\b(?:within|overlaps)\s*\()\s*(?:'[^']*'\s*,\s*)*('?\w*)$",
    re.ASCII,
)
"""A field, an operator that compares it with codes, and the code that is begun."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleText:
    """A text of the rule language up to the cursor, with the form and the row where it
    is at home, as far as they are known.
    """

    typed: str
    study: Study
    form: Form | None
    group: str | None

    @classmethod
    def of(
        cls,
        path: tuple[str | int, ...],
        around: tuple[Mapping[str, str], ...],
        typed: str,
        study: Study,
    ) -> RuleText:
        """The text at a path; the mappings around it name its form."""
        form, group = None, None
        match path:
            case ("conditions", str(name), *_):
                form = study.forms.get(name)
            case ("eligibility", *_) if study.eligibility is not None:
                form = study.forms.get(study.eligibility.form)
            case ("rules", str(rule), *_) if rule in study.rules:
                table = study.tables[study.rules[rule].on[0][0]]
                form, group = table.form, table.name
            case (("groups" | "fields"), *_) if around:
                form = study.forms.get(around[-1].get("form", ""))
                group = str(path[1]) if path[0] == "groups" else None

        return cls(typed=typed, study=study, form=form, group=group)

    def field(self, name: str) -> Field | None:
        """The field that a name means here: ``sex``, ``dm.sex``, ``dm[SCR].sex``."""
        table, dot, own_name = re.sub(r"\[\w+\]", "", name).rpartition(".")
        if dot:
            return self.study.field(table, own_name)

        return next((field for field in self.own if field.name == name), None)

    @property
    def own(self) -> tuple[Field, ...]:
        """The fields that bare names mean."""
        if self.form is None:
            return ()

        rows = self.form.row_group(self.group)
        return (*(rows.fields if rows is not None else ()), *self.form.fields)


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleOffer:
    """A text that may stand at the cursor. ``replaces`` is the typed part before it."""

    text: str
    kind: str
    words: str | None = None
    replaces: str = ""


def rule_offers(rule: RuleText) -> Iterator[RuleOffer]:
    """What may follow: the nearest thing first."""
    if parameter := PARAMETER.search(rule.typed):
        yield from _parameters(rule.study, parameter[1])
    elif visit := VISIT.search(rule.typed):
        yield from _visits(rule.study, visit[1], visit[2])
    elif field := FIELD.search(rule.typed):
        yield from _fields_of(rule.study, field[1], field[2])
    else:
        yield from _codes(rule)
        # Between quotes stands a code, and nothing else.
        if rule.typed.count("'") % 2 == 0:
            yield from _words(rule)


def _parameters(study: Study, typed: str) -> Iterator[RuleOffer]:
    for parameter in study.parameters.values():
        yield RuleOffer(
            text=parameter.name,
            kind="parameter",
            words=f"{parameter.label}: {parameter.value}",
            replaces=typed,
        )


def _visits(study: Study, table: str, typed: str) -> Iterator[RuleOffer]:
    """The visits at which the form is collected."""
    for scheduled in study.schedule:
        if scheduled.form == table:
            visit = study.visits[scheduled.visit]
            yield RuleOffer(
                text=visit.name, kind="visit", words=visit.title, replaces=typed
            )

    for word in (PREVIOUS, ALL):
        yield RuleOffer(text=word, kind="keyword", replaces=typed)


def _fields_of(study: Study, table: str, typed: str) -> Iterator[RuleOffer]:
    owner = study.tables.get(table)
    for field in owner.fields if owner is not None else ():
        yield RuleOffer(
            text=field.name, kind="field", words=field.label, replaces=typed
        )


def _codes(rule: RuleText) -> Iterator[RuleOffer]:
    """The codes of the field that is compared."""
    compared = COMPARED.search(rule.typed)
    if compared is None:
        return

    field = rule.field(compared[1])
    codelist: Codelist | None = field.codelist if field is not None else None
    for code in codelist.codes if codelist is not None else ():
        # An open quote is closed again; without one the code gets both.
        yield RuleOffer(
            text=f"'{code.code}'", kind="code", words=code.label, replaces=compared[2]
        )


def _words(rule: RuleText) -> Iterator[RuleOffer]:
    """Fields at home, tables, derivations, and the words of the language."""
    match = WORD.search(rule.typed)
    typed = match[0] if match is not None else ""
    study = rule.study
    for field in rule.own:
        yield RuleOffer(
            text=field.name, kind="field", words=field.label, replaces=typed
        )
    for table in study.tables.values():
        yield RuleOffer(
            text=table.name, kind="form", words=table.form.title, replaces=typed
        )
    for derivation in study.derivations.values():
        yield RuleOffer(
            text=derivation.name,
            kind="derivation",
            words=derivation.label,
            replaces=typed,
        )
    for function in FUNCTIONS.values():
        yield RuleOffer(
            text=function.name, kind="function", words=function.says, replaces=typed
        )
    for word in (*sorted(KEYWORDS), *KEYS):
        yield RuleOffer(text=word, kind="keyword", replaces=typed)
