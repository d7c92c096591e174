"""One rule on one subject in Python and in the browser's interpreter."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from forms_spec.evaluation.captured_form import EvaluatedForm, EvaluatedSubject
from forms_spec.evaluation.unknown import Cell, UnknownExplainer
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.model.captured_data import FormKey, Record
from forms_spec.model.study import Study
from forms_spec.rules import Home, Type, parse_expression
from forms_spec.rules.runtime.compiler import compile_core
from forms_spec.rules.semantics.resolver import Checker, Resolved
from generator.browser.expression_json import EPOCH, Givens, ToJson, encode
from generator.browser.form_json import form_spec
from generator.browser.server_values import given_values
from tests.parity.browser import Browser

TODAY = date(2024, 5, 31)
HOME = FormKey("home", "V2", 0)
PLACE = TextPlace(file="rules.yaml", line=1, column=1)


class Shelf:
    """The captured forms of one subject."""

    def __init__(self, forms: dict[FormKey, Record]) -> None:
        self.forms = forms

    def record(self, key: FormKey) -> Record | None:
        return self.forms.get(key)

    def keys(self, form: str) -> list[FormKey]:
        return [key for key in self.forms if key.form == form]


class Rule:
    """A rule of the form ``home``, ready for both engines."""

    def __init__(
        self, text: str, study: Study, home: FormKey = HOME, today: date = TODAY
    ) -> None:
        self.text = text
        self.study = study
        self.home = home
        self.today = today
        self.givens = Givens()
        self.resolved = self._resolve()
        self.closure = compile_core(self.resolved.core)
        self.json = ToJson(home.form, self.givens).node(self.resolved.core)

    def _resolve(self) -> Resolved:
        expression = parse_expression(self.text, PLACE)
        assert not isinstance(expression, Finding), f"{self.text}: {expression}"
        home = Home(form=self.study.forms[self.home.form])
        resolved = Checker(self.study, home, expression).whole(None, None)
        assert not resolved.findings, f"{self.text}: {resolved.findings[0].message}"
        return resolved

    def captured(
        self, forms: dict[FormKey, Record], number: str = "01-001"
    ) -> EvaluatedForm:
        subject = EvaluatedSubject(self.study, Shelf(forms), self.today, number)
        form = self.study.forms[self.home.form]
        return subject.put(form, forms.get(self.home, Record()), self.home)

    def python(self, here: EvaluatedForm) -> Any:
        """The value in the shape that the browser gives."""
        return plain(
            encode(self.closure(here.frames(None)), self.resolved.core.type),
            self.resolved.core.type,
        )

    def untold(self, here: EvaluatedForm, asked: list[Cell]) -> bool:
        """Whether it is UNKNOWN for a reason that no finding gives, where some cells
        are asked about.
        """
        untold = UnknownExplainer(here)
        untold.asked.update(asked)
        return untold.of_meaning(self.resolved.core, None)

    def case(self, here: EvaluatedForm) -> list[Any]:
        """Record and surroundings for the browser."""
        env = {
            "today": self.today.toordinal() - EPOCH,
            "given": given_values(self.givens, here),
        }
        return [record_json(here.record), env]


def record_json(record: Record) -> dict[str, Any]:
    rows = {
        table: [{"number": row.number, "texts": dict(row.texts)} for row in held]
        for table, held in record.rows.items()
    }
    kept = [[*key, code] for key, code in record.kept]
    return {"texts": dict(record.texts), "rows": rows, "kept": kept}


def plain(value: Any, type_: Type) -> Any:
    """Numbers as ``{"bigint": text}``, sets in order, as ``Browser`` returns them."""
    if value is None:
        return None
    if type_ is Type.NUMBER:
        return {"bigint": value}
    if type_ is Type.SPREAD:
        return [{"bigint": one} for one in value]
    if type_ is Type.DURATION:
        return {"months": value.months, "seconds": value.seconds}
    return value


class BrowserEngine:
    """QuickJS with the page's scripts and one form's spec."""

    def __init__(self, study: Study, form: str) -> None:
        self.browser = Browser("judge.js")
        self.browser.run(
            "(spec) => { globalThis.spec = spec; return null; }",
            form_spec(study, study.forms[form]),
        )

    def values(self, rule: Rule, cases: list[list[Any]]) -> list[Any]:
        found = self.browser.run(_RUN, rule.json, cases)
        if rule.resolved.core.type is Type.CHOICES:
            return [one if one is None else sorted(one) for one in found]
        return json.loads(json.dumps(found))  # type: ignore[no-any-return]

    def untold(
        self, rule: Rule, cases: list[list[Any]], asked: list[list[Cell]]
    ) -> list[bool]:
        """What ``Rule.untold`` says of each case."""
        return list(self.browser.run(_UNTOLD, rule.json, cases, asked))


_UNTOLD = """(node, cases, asked) => cases.map(([record, env], at) => {
  const untold = new crfsmith.Untold(crfsmith.openPage(spec, record, env));
  for (const cell of asked[at]) untold.ask(...cell);
  return untold.of(node, null);
})"""
_RUN = """(node, cases) => cases.map(([record, env]) => {
  const page = crfsmith.openPage(spec, record, env);
  return crfsmith.evaluate(node, [{row: null}], page);
})"""
