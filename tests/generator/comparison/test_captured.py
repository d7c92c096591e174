"""What a change does to captured data: nothing happens to them of which nobody is told."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import pytest

from forms_spec.evaluation.unique_values import UniqueIndex
from forms_spec.model.captured_data import FormKey, Record
from forms_spec.model.study import Study
from generator.comparison.captured import subject_effects
from generator.comparison.compare import compare
from generator.comparison.data_effects import EffectKind
from generator.comparison.gist import gist
from generator.comparison.verdicts import CapturedSubject, Verdicts, verdicts
from tests.generator.comparison.random_edits import captured, edited
from tests.round_trips.random_studies import MadeStudy, random_study
from tests.soak import examples
from tests.studies import FILES, small_study, study_of

TODAY = date(2024, 4, 18)


def verdicts_of(study: Study, subject: CapturedSubject) -> Verdicts:
    return verdicts(study, subject, TODAY, UniqueIndex())


def everything(of: Verdicts) -> dict[str, Any]:
    """All that a version says of a subject, without places in its text and wordings."""
    said: dict[str, Any] = {"lacking": of.lacking, "status": of.status}
    said["criteria"] = gist(of.criteria)
    for key, judgement in of.judgements.items():
        said[str(key)] = (
            gist(dict(judgement.cells)),
            [
                (finding.code, finding.severity, finding.data)
                for finding in of.findings[key]
            ],
        )
    return said


@pytest.mark.parametrize("number", range(examples(12, 400)))
def test_no_verdict_changes_without_a_change_that_is_told(number: int) -> None:
    chance = Random(number)
    made: MadeStudy = random_study(chance)
    subject = captured(made, made.study, chance)
    old = verdicts_of(made.study, subject)
    loaded = (edited(made, chance) for _ in range(10))
    for study in filter(None, loaded):
        told = compare(made.study, study)
        # Whoever goes back undoes as many things.
        assert len(told) == len(compare(study, made.study))

        new = verdicts_of(study, subject)
        effects = list(subject_effects(made.study, study, subject, old, new))
        if effects or everything(old) != everything(new):
            assert told, (number, effects)


@pytest.mark.parametrize("number", range(3))
def test_a_dictionary_against_itself_says_nothing(number: int) -> None:
    chance = Random(number)
    made = random_study(chance)
    subject = captured(made, made.study, chance)
    verdict = verdicts_of(made.study, subject)
    assert compare(made.study, made.study) == ()
    assert not list(subject_effects(made.study, made.study, subject, verdict, verdict))


def test_a_form_loses_its_place_when_its_visit_begins_to_repeat() -> None:
    before = small_study()
    visits = FILES["visits.yaml"].replace("SCR: {title", "SCR: {repeats: true, title")
    after = study_of(FILES | {"visits.yaml": visits})
    key = FormKey("lb", "SCR", 0)
    subject = CapturedSubject(
        name="01-001",
        site="01",
        records={key: Record(texts={"lbcode": "AB12", "hb": "13.5"})},
        complete=frozenset(),
    )

    old, new = verdicts_of(before, subject), verdicts_of(after, subject)
    effects = list(subject_effects(before, after, subject, old, new))
    kinds = [item.line.kind for item in effects if item.form == key]
    assert EffectKind.OF_THE_PAST in kinds
