"""What the judge, the rules and the derivations say of example subjects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from forms_spec.findings import Finding
from forms_spec.judge import judge
from forms_spec.judge.world import Subject
from forms_spec.model import Rule, Study
from forms_spec.places import TextPlace
from forms_spec.record import Context, FormKey
from forms_spec.rules.checker import resolve
from forms_spec.rules.core import RuleValue
from forms_spec.rules.evaluate import compile_expression
from forms_spec.rules.expression import Expression, Home, parse_expression
from forms_spec.rules.types import Type
from generator.package.captured import CapturedForm, FormStatus
from generator.package.subjects_text import read_subjects
from generator.package.validate import SubjectCasebook
from tests.data_dictionary.conftest import subject_texts


@dataclass(frozen=True)
class Case:
    """One subject, read from text and ready to be judged."""

    study: Study
    name: str
    today: date
    forms: Mapping[FormKey, CapturedForm]

    def casebook(self) -> SubjectCasebook:
        visits = ["LOG", *self.study.visits]
        ordered = sorted(self.forms.items(), key=lambda item: (visits.index(item[0].visit), item[0].unsno))
        return SubjectCasebook({key: form.record for key, form in ordered})

    def findings(self) -> set[str]:
        """``SCR vs.bmi above-expected`` for fields; ``M3 sv C04``, ``LOG ae[2] C64`` for rules."""
        return {*self.field_findings(), *self.rule_findings()}

    def field_findings(self) -> Iterator[str]:
        casebook = self.casebook()
        for key, form in self.forms.items():
            context = Context(
                today=self.today, subject=self.name, visit=key.visit, unsno=key.unsno, casebook=casebook
            )
            complete = form.status == FormStatus.COMPLETE
            said = judge(self.study, self.study.forms[key.form], form.record, context, completing=complete)
            yield from (_said(key, found) for found in said.findings if found.rule is None)

    def rule_findings(self) -> Iterator[str]:
        for rule in self.study.rules.values():
            table = self.study.tables[rule.on[0][0]]
            for key in self.forms:
                if key.form == table.form.name:
                    yield from self.broken(rule, key)

    def broken(self, rule: Rule, key: FormKey) -> Iterator[str]:
        """Where a rule does not hold, on one form; ``?`` where that cannot be told and matters."""
        table = self.study.tables[rule.on[0][0]]
        home = Home(form=table.form, group=table.group)
        captured = self.world().put(table.form, self.forms[key].record, key)
        applies, holds = rule.applies, compile_expression(rule.holds, self.study, home, Type.CONDITION)
        for row in captured.rows(table.name) if table.group else [None]:
            frames = captured.frames(row)
            if applies and not compile_expression(applies, self.study, home, Type.CONDITION)(frames):
                continue
            held = holds(frames)
            if held is False or (held is None and rule.unknown):
                where = f"{key.visit} {table.name}[{row}]" if row else f"{key.visit} {table.name}"
                yield f"{where} {rule.name}{'?' if held is None else ''}"

    def derive(self, text: str, form: str = "ie") -> RuleValue | None:
        """An expression as seen from one of the subject's forms at screening."""
        parsed = parse_expression(text, TextPlace(file="test", line=1, column=1))
        assert isinstance(parsed, Expression), parsed
        key = FormKey(form, "SCR", 0)
        captured = self.world().put(self.study.forms[form], self.forms[key].record, key)
        home = Home(form=self.study.forms[form])
        assert resolve(parsed, self.study, home).findings == ()
        return compile_expression(parsed, self.study, home)(captured.frames(None))

    def world(self) -> Subject:
        return Subject(self.study, self.casebook(), self.today, self.name)


def _said(key: FormKey, found: Finding) -> str:
    place = found.data
    assert place is not None
    row = f"[{place.row}]" if place.row else ""
    return f"{key.visit} {place.table}{row}.{place.field} {found.code}"


def example(study: Study, name: str, text: str | None = None) -> Case:
    """An example subject, or one that a test writes itself over the template."""
    known = subject_texts()
    own = known[f"{name}.yaml"] if text is None else f"subject: {name}\nlike: template\n{text}"
    files = {"template.yaml": known["template.yaml"], f"{name}.yaml": own}
    read = read_subjects(files, study)
    assert read.findings == ()
    assert read.data_cut is not None
    forms = {form.key: form for form in read.forms if form.subject == name}
    return Case(study=study, name=name, today=read.data_cut, forms=forms)
