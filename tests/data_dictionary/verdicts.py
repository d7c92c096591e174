"""What the judge and the derivations say of example subjects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from forms_spec.evaluation import Judgement
from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.evaluation.casebook import findings_of, judge_casebook
from forms_spec.evaluation.eligibility import Assessment
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.model.captured_data import FormKey, Record
from forms_spec.model.captured_forms import CapturedForm, FormStatus
from forms_spec.model.study import Study
from forms_spec.rule_syntax.expression import Expression, parse_expression
from forms_spec.rules.runtime.compiler import compile_expression
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.resolved import RuleValue
from forms_spec.rules.semantics.resolver import resolve
from generator.package.example_subjects import read_subjects
from tests.data_dictionary.conftest import subject_texts


class Shelf:
    """All forms of one subject, in visit order."""

    def __init__(self, records: Mapping[FormKey, Record]) -> None:
        self._records = records

    def record(self, key: FormKey) -> Record | None:
        return self._records.get(key)

    def keys(self, form: str) -> list[FormKey]:
        return [key for key in self._records if key.form == form]


@dataclass(frozen=True)
class Case:
    """One subject, read from text and ready to be judged."""

    study: Study
    name: str
    today: date
    forms: Mapping[FormKey, CapturedForm]

    def findings(self) -> set[str]:
        """``SCR vs.bmi above-expected``, ``M3 sv.visdat C04``, ``LOG ae[2].aeser C64``."""
        return {_said(found) for found in findings_of(self.judgements().values())}

    def judgements(self) -> Mapping[FormKey, Judgement]:
        """All forms judged together, as an import does."""
        return judge_casebook(
            self.study,
            self.casebook(),
            self.today,
            subject=self.name,
            complete=lambda key: self.forms[key].status == FormStatus.COMPLETE,
        )

    def derive(self, text: str, form: str = "ie") -> RuleValue | None:
        """An expression as seen from one of the subject's forms at screening."""
        parsed = parse_expression(text, TextPlace(file="test", line=1, column=1))
        assert isinstance(parsed, Expression), parsed
        key = FormKey(form, "SCR", 0)
        home = Home(form=self.study.forms[form])
        assert resolve(parsed, self.study, home).findings == ()
        world = EvaluatedSubject(self.study, self.casebook(), self.today, self.name)
        captured = world.put(home.form, self.forms[key].record, key)
        return compile_expression(parsed, self.study, home)(captured.frames(None))

    def casebook(self) -> Shelf:
        visits = ["LOG", *self.study.visits]
        ordered = sorted(
            self.forms.items(),
            key=lambda item: (visits.index(item[0].visit), item[0].unsno),
        )
        return Shelf({key: form.record for key, form in ordered})


def _said(found: Finding) -> str:
    place = found.data
    assert place is not None
    row = f"[{place.row}]" if place.row else ""
    return f"{place.visit} {place.table}{row}.{place.field} {found.code}"


def example(study: Study, name: str, text: str | None = None) -> Case:
    """An example subject, or one that a test writes itself over the template."""
    known = subject_texts()
    own = (
        known[f"{name}.yaml"]
        if text is None
        else f"subject: {name}\nlike: template\n{text}"
    )
    files = {"template.yaml": known["template.yaml"], f"{name}.yaml": own}
    read = read_subjects(files, study)
    assert read.findings == ()
    assert read.data_cut is not None
    forms = {form.key: form for form in read.forms if form.subject == name}
    return Case(study=study, name=name, today=read.data_cut, forms=forms)


def eligible(assessment: Assessment) -> bool | None:
    """What the criteria say of the subject together: FALSE when one fails, else None
    when one is UNKNOWN.
    """
    if assessment.failed:
        return False
    return None if assessment.undetermined else True
