"""The law of incremental evaluation: after every change it finds what a full one finds.

The changes are those that saves, imports and other servers make: answers, rows, reasons,
forms that come and go, a status, another day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_spec.evaluation import judge_casebook, kept_rules
from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.evaluation.eligibility import assess, assess_again
from forms_spec.evaluation.incremental import CasebookResults
from forms_spec.evaluation.kept_rules import MANY
from forms_spec.findings.finding import Finding, Severity
from forms_spec.model.captured_data import (
    LOG,
    CellKey,
    FormKey,
    InMemoryCasebook,
    Record,
    Row,
)
from forms_spec.model.captured_forms import FormStatus
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from tests.data_dictionary.conftest import cellkine
from tests.data_dictionary.verdicts import example
from tests.soak import examples
from tests.studies import study_of
from tests.webapp.guest_study import guest_study
from tests.webapp.waiting_study import waiting_study

SUBJECT = "01-001"
TODAY = date(2024, 4, 18)
TEXTS = ("", "1", "40", "7.5", "Y", "N", "2024-04-17", "2024-04", "2031-01-01", "junk")
READERS = """
form: dm
title: Demographics
fields:
  born: {label: Date of birth, type: date}
  sex: {label: Sex, type: choice, codes: {F: Female, M: Male}}
  age: {label: Age, type: calculated, value: "age_years(born, today)"}
  total: {label: Gain of all, type: calculated, places: 1, value: "sum(vs[all].gain where gain is known)"}
"""
VITAL_SIGNS = """
form: vs
title: Vital signs
missing: [ND]
fields:
  day: {label: Date, type: date, range: [null, today]}
  weight: {label: Weight, type: decimal, places: 1}
  gain:
    label: Gain
    type: calculated
    places: 1
    value: weight - vs[previous].weight
  grown: {label: Gain so far, type: calculated, places: 1, value: "vs[V1].weight + gain"}
  fell: {label: Events, type: calculated, value: count(events where begin >= day)}
  test: {label: Test, type: yes_no, show_when: dm.sex = 'F', required: dm.age > 12}
groups:
  pulses:
    title: Pulses
    rows: {min: 1, max: 3}
    show_when: diary.well <> 'Y'
    fields:
      pulse: {label: Pulse, type: integer, range: [30, 200]}
"""
DIARY = """
form: diary
title: Diary
log: true
fields:
  well: {label: Well?, type: yes_no}
  twice: {label: Twice the gain, type: calculated, places: 1, value: dm.total * 2}
  older: {label: Age next year, type: calculated, value: dm.age + 1}
groups:
  events:
    title: Events
    rows: {}
    fields:
      event: {label: Event, type: text}
      begin: {label: Begin, type: date}
"""
RULES = """
rules:
  LATER:
    message: Later than before.
    assert: day > vs[previous].day
    on: [vs.day]
    severity: warning
    unknown: true
  LIGHT:
    message: Nobody was heavy before.
    when: vs.test = 'Y'
    assert: not any(vs[all] where weight > 90 and dm.sex = 'M')
    on: [vs.test, dm.sex]
    severity: query
    unknown: true
  BEGUN:
    message: Events begin after the first visit.
    assert: begin >= vs[V1].day and begin <= today
    on: [events.begin]
    severity: error
    unknown: true
  GAINED:
    message: Gained much.
    assert: max(vs[all].gain) < 20 and dm.age < 90
    on: [dm.sex]
    severity: warning
    unknown: true
"""


@cache
def reading_study() -> Study:
    """Cells that read cells of other forms, of visits before, of rows, and the day."""
    return study_of(
        {
            "study.yaml": """
study: READ-01
title: Forms that read each other
short: Reading
subject: {pattern: '\\d{2}-\\d{3}', example: 01-001}
sites: {'01': Ghent}
missing: {ND: Not done}
""",
            "visits.yaml": """
visits:
  V1: {title: One}
  V2: {title: Two}
  UNS: {title: Unscheduled, type: unscheduled, repeats: true}
schedule:
  columns: V1 V2 UNS
  dm:      X  .  .
  vs:      X  X  o
""",
            "dm.yaml": READERS,
            "vs.yaml": VITAL_SIGNS,
            "diary.yaml": DIARY,
            "rules.yaml": RULES,
        }
    )


@dataclass
class Subject:
    """One subject while somebody enters it."""

    study: Study
    forms: dict[FormKey, Record] = field(default_factory=dict)
    complete: set[FormKey] = field(default_factory=set)
    today: date = TODAY

    def casebook(self) -> InMemoryCasebook:
        visits = (LOG, *self.study.visits)
        order = sorted(self.forms, key=lambda k: (visits.index(k.visit), k.unsno))
        return InMemoryCasebook({key: self.forms[key] for key in order})

    def full(self) -> dict[FormKey, tuple[Finding, ...]]:
        judgements = judge_casebook(
            self.study,
            self.casebook(),
            self.today,
            subject=SUBJECT,
            complete=self.complete.__contains__,
        )
        return {key: judgement.findings for key, judgement in judgements.items()}

    def whole(self) -> EvaluatedSubject:
        return EvaluatedSubject(self.study, self.casebook(), self.today, SUBJECT)

    def again(self, earlier: CasebookResults | None) -> CasebookResults:
        return CasebookResults(
            self.study,
            self.casebook(),
            self.today,
            SUBJECT,
            complete=self.complete.__contains__,
            earlier=earlier,
        )


def keys_of(study: Study) -> tuple[FormKey, ...]:
    """Every place where a form of the study can stand, repeating visits twice."""
    logs = [FormKey(form.name, LOG, 0) for form in study.forms.values() if form.log]
    planned = [
        FormKey(item.form, item.visit, number)
        for item in study.schedule
        for number in ((1, 2) if study.visits[item.visit].repeats else (0,))
    ]
    return (*logs, *planned)


def texts_for(asked: Field) -> tuple[str, ...]:
    codes = [code.code for code in asked.codelist.codes] if asked.codelist else []
    return (*codes, *(code.code for code in asked.missing), *TEXTS)


class Change:
    """A change, as a few numbers that choose among what there is."""

    def __init__(self, numbers: tuple[int, int, int, int]) -> None:
        self.kind, self.where, self.which, self.what = numbers

    def make(
        self, subject: Subject, findings: Mapping[FormKey, tuple[Finding, ...]]
    ) -> None:
        possible = keys_of(subject.study)
        captured = [key for key in possible if key in subject.forms]
        key = possible[self.where % len(possible)]
        if self.kind % 2 and captured:
            key = captured[self.where % len(captured)]
        self.ACTS[self.kind % len(self.ACTS)](self, subject, key)
        if self.kind % 7 == 0:
            self.confirm(subject, findings)

    def answer(self, subject: Subject, key: FormKey) -> None:
        """Another answer in the form's own fields, or in a row."""
        record = subject.forms.get(key, Record())
        asked = [f for f in subject.study.forms[key.form].fields if f.collected]
        if asked:
            subject.forms[key] = replace(
                record, texts={**record.texts, **self.chosen(asked)}
            )

    def row(self, subject: Subject, key: FormKey) -> None:
        """A row comes, goes, or is answered otherwise."""
        record = subject.forms.get(key, Record())
        groups = subject.study.forms[key.form].row_groups
        if not groups:
            return
        group = groups[self.which % len(groups)]
        rows = list(record.rows.get(group.name, ()))
        asked = [f for f in group.fields if f.collected]
        if rows and self.what % 3 == 0:
            del rows[self.where % len(rows)]
        elif rows and self.what % 3 == 1:
            old = rows.pop()
            rows.append(replace(old, texts={**old.texts, **self.chosen(asked)}))
        else:
            number = max((row.number for row in rows), default=0) + 1
            rows.append(Row(number=number, texts=self.chosen(asked)))
        subject.forms[key] = replace(
            record, rows={**record.rows, group.name: tuple(rows)}
        )

    def chosen(self, asked: list[Field]) -> dict[str, str]:
        picked = asked[self.which % len(asked)]
        texts = texts_for(picked)
        return {picked.name: texts[self.what % len(texts)]}

    def finish(self, subject: Subject, key: FormKey) -> None:
        """A draft becomes complete, or the other way round."""
        subject.complete ^= {key}

    def remove(self, subject: Subject, key: FormKey) -> None:
        """What a database does that was put back to an older state."""
        subject.forms.pop(key, None)

    def wait(self, subject: Subject, _key: FormKey) -> None:
        subject.today += timedelta(days=1 + self.what % 400)

    def confirm(
        self, subject: Subject, findings: Mapping[FormKey, tuple[Finding, ...]]
    ) -> None:
        """A warning is kept with a reason."""
        for key, found in findings.items():
            for item in found:
                place = item.data
                if item.severity is Severity.WARNING and place and place.field:
                    cell = CellKey(place.table, place.row, place.field)
                    record = subject.forms.get(key, Record())
                    kept = {**record.kept, (cell, item.code): "It is so"}
                    subject.forms[key] = replace(record, kept=kept)
                    return

    ACTS = (answer, answer, row, answer, row, finish, answer, remove, wait)


KEPT_FROM = st.sampled_from([0, 3, MANY])
"""From how many reads on a rule is kept by itself."""
NUMBERS = st.integers(min_value=0, max_value=9_999)
CHANGES = st.lists(
    st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS).map(Change), min_size=1, max_size=12
)


def watched(subject: EvaluatedSubject) -> list[str]:
    """What a formula gives, or the rows of each log: asked for only now and then."""
    keys = [key for form in subject.study.forms for key in subject.keys(form)]
    texts = []
    for key in keys:
        form = subject.form(key)
        assert form is not None
        if key.form == "diary":
            texts.append(form.facts("diary", None, "twice").text)
        if key.visit == LOG:
            groups = subject.study.forms[key.form].row_groups
            texts += [str(form.rows(group.name)) for group in groups]
    return texts


def law(
    subject: Subject, changes: list[Change], *, look_every: int, kept_from: int
) -> None:
    """Every change is followed by an evaluation; eligibility is looked at now and then."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept_rules, "MANY", kept_from)
        _law(subject, changes, look_every=look_every)


def _law(subject: Subject, changes: list[Change], *, look_every: int) -> None:
    results = subject.again(None)
    for number, change in enumerate(changes):
        found = results.findings
        change.make(subject, found)
        if number % 3 == 2:
            # Another process, or an import, gives equal records, not the same ones.
            subject.forms = deepcopy(subject.forms)
        results = subject.again(results)
        found = results.findings
        full = subject.full()
        assert list(found.items()) == list(full.items())
        if number % look_every == 0:
            assert results.of("watched", work_out=watched) == watched(subject.whole())
            findings = [item for items in full.values() for item in items]
            assert assess_again(results) == assess(
                subject.study, subject.casebook(), subject.today, SUBJECT, findings
            )
        if number % 2:
            results.forget_cells()


@pytest.mark.parametrize("study", [reading_study, guest_study, waiting_study])
@given(changes=CHANGES, kept_from=KEPT_FROM)
def test_small_studies_from_their_first_form_on(
    study: Callable[[], Study], changes: list[Change], kept_from: int
) -> None:
    law(Subject(study()), changes, look_every=2, kept_from=kept_from)


def entered() -> Subject:
    """A subject of whom everything is complete, so that each answer decides something.

    Every formula has a text that differs: then a finding shows what the formula gives.
    """
    wrong = {"gain": "999", "grown": "999", "fell": "999"}
    vital_signs = {"day": "2024-04-01", "weight": "70", "test": "Y", **wrong}
    pulses = {"pulses": (Row(number=1, texts={"pulse": "60"}),)}
    event = Row(number=1, texts={"event": "Fall", "begin": "2024-04-17"})
    records = {
        FormKey("diary", LOG, 0): Record(
            texts={"well": "N", "twice": "999", "older": "999"},
            rows={"events": (event,)},
        ),
        FormKey("dm", "V1", 0): Record(
            texts={"born": "1990-04-19", "sex": "F", "total": "999", "age": "999"}
        ),
        FormKey("vs", "V1", 0): Record(texts=vital_signs, rows=pulses),
        FormKey("vs", "V2", 0): Record(
            texts={**vital_signs, "day": "2024-04-19", "weight": "95"}
        ),
        FormKey("vs", "UNS", 1): Record(texts={**vital_signs, "weight": "101"}),
    }
    return Subject(reading_study(), records, set(records))


@given(changes=CHANGES, kept_from=KEPT_FROM)
def test_a_small_study_from_its_last_form_on(
    changes: list[Change], kept_from: int
) -> None:
    law(entered(), changes, look_every=2, kept_from=kept_from)


def single_changes(subject: Subject) -> Iterator[Subject]:
    """The subject with one answer, form, status or day changed, in every way."""
    for key in keys_of(subject.study):
        yield replace(subject, complete=subject.complete ^ {key})
        rest = {other: text for other, text in subject.forms.items() if other != key}
        yield replace(subject, forms=rest)
        record = subject.forms.get(key, Record())
        form = subject.study.forms[key.form]
        for asked in form.fields:
            for text in texts_for(asked):
                changed = replace(record, texts={**record.texts, asked.name: text})
                yield replace(subject, forms={**subject.forms, key: changed})
        for group in form.row_groups:
            for number, asked in product((1, 2), group.fields):
                for text in texts_for(asked):
                    row = Row(number=number, texts={asked.name: text})
                    changed = replace(record, rows={group.name: (row,)})
                    yield replace(subject, forms={**subject.forms, key: changed})
    for days in (-400, -1, 1, 2, 400):
        yield replace(subject, today=subject.today + timedelta(days=days))


@pytest.mark.parametrize("kept_from", [0, MANY])
def test_every_single_change_and_the_way_back(
    kept_from: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_rules, "MANY", kept_from)
    base = entered()
    results, full, seen = base.again(None), base.full(), 0
    for changed in single_changes(base):
        results = changed.again(results)
        found = results.findings
        expected = changed.full()
        assert list(found.items()) == list(expected.items())
        seen += expected != full
        if seen % 3 == 0:
            assert results.of("watched", work_out=watched) == watched(changed.whole())
        results = base.again(results)
        found = results.findings
        assert list(found.items()) == list(full.items())
    assert seen > 100, "nearly nothing decides anything"


@settings(max_examples=examples(5, 12))
@given(
    name=st.sampled_from(["01-003", "01-008", "01-012"]),
    changes=CHANGES,
    look_every=st.integers(1, 3),
    kept_from=KEPT_FROM,
)
def test_changes_of_a_subject_with_every_form_of_a_large_study(
    name: str, changes: list[Change], look_every: int, kept_from: int
) -> None:
    case = example(cellkine(), name)
    subject = Subject(
        case.study,
        {key: form.record for key, form in case.forms.items()},
        {key for key, form in case.forms.items() if form.status == FormStatus.COMPLETE},
        case.today,
    )
    law(subject, changes, look_every=look_every, kept_from=kept_from)


def test_a_rule_is_evaluated_again_only_where_it_reads_what_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kept_rules, "MANY", 0)
    subject, key = entered(), FormKey("vs", "V2", 0)

    def again(texts: Mapping[str, str], earlier: CasebookResults) -> CasebookResults:
        old = subject.forms[key]
        subject.forms[key] = replace(old, texts={**old.texts, **texts})
        results = subject.again(earlier)
        assert results.findings == subject.full()
        return results

    def of_rule(results: CasebookResults) -> Finding:
        (only,) = (item for item in results.findings[key] if item.rule == "LATER")
        return only

    first = again({"day": "2024-03-01"}, subject.again(None))
    second = again({"fell": "998"}, first)
    assert second.findings[key] != first.findings[key]
    assert of_rule(second) is of_rule(first)
    third = again({"day": "2024-03-02"}, second)
    assert of_rule(third) != of_rule(second)


def test_only_what_a_change_reaches_is_evaluated_again() -> None:
    subject = Subject(reading_study())
    first, second = FormKey("vs", "V1", 0), FormKey("vs", "V2", 0)
    born = FormKey("dm", "V1", 0)
    subject.forms = {
        born: Record(texts={"born": "1990-01-01", "sex": "F"}),
        first: Record(texts={"weight": "70", "day": "2024-04-01"}),
        second: Record(texts={"weight": "71", "day": "2031-01-01"}),
    }
    subject.complete = set(subject.forms)
    before = subject.again(None)
    kept = before.findings
    subject.forms[second] = Record(texts={"weight": "71", "day": "2032-01-01"})
    after = subject.again(before)
    found = after.findings
    assert found[first] is kept[first]
    assert found[second] != kept[second]
    assert found == subject.full()


def test_another_study_takes_nothing_over() -> None:
    subject = Subject(guest_study())
    key = FormKey("vs", "D0", 0)
    subject.forms = {key: Record(texts={"weight": "500"})}
    first = subject.again(None)
    kept = first.findings
    changed = replace(guest_study(), title="The same with another title")
    again = replace(subject, study=changed).again(first)
    found = again.findings
    assert found == kept
    assert kept[key]
    assert found[key] is not kept[key]
