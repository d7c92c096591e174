"""Answers of an earlier run are those that a first run would give."""

from __future__ import annotations

import re
from random import Random

import pytest

from forms_spec.loader import load_study
from forms_spec.model.study import Study
from generator.proof.answers import EarlierAnswers
from generator.proof.prover import StudyProof, prove
from generator.proof.rule_texts import RuleTexts
from tests.forms_spec.dictionaries import load
from tests.generator.proof.random_studies import study_at_random
from tests.soak import some

EDITS = (
    (r"\b[0-5]\b", ("0", "2", "4", "9")),
    (r" (?:<|>|<=|>=) ", (" < ", " >= ")),
    (r" (?:and|or) ", (" and ", " or ")),
    (r"'[ABC]'", ("'A'", "'B'")),
    (r"\n(?=rules:|  C\d)", ("\n\n", "\n# What follows is asked of everybody.\n")),
    (r"\n  C\d: .*", ("",)),
)
"""A text that may stand in a dictionary, and what may stand there instead."""


def edited(random: Random, files: dict[str, str]) -> dict[str, str]:
    """The dictionary after one edit somewhere below its fields or rules."""
    name = random.choice([name for name in files if name != "study.yaml"])
    pattern, others = random.choice(EDITS)
    places = list(re.finditer(pattern, files[name]))
    if not places:
        return files

    place, text = random.choice(places), files[name]
    other = random.choice(others)
    return {**files, name: text[: place.start()] + other + text[place.end() :]}


def answered_alike(proof: StudyProof, first: StudyProof) -> bool:
    """Whether two runs say the same. The solver gives up a hard question after so much
    effort, and how much it needs is not the same in every run: what one of them left
    undecided, or found no record for, the other may know.
    """
    undecided = {*proof.undecided, *first.undecided}
    answers, others = (
        {name: answer for name, answer in item.answers.items() if name not in undecided}
        for item in (proof, first)
    )
    if answers != others:
        return False

    is_whole = not undecided and not proof.unconfirmed and not first.unconfirmed
    return not is_whole or proof.findings == first.findings


@pytest.mark.parametrize("seed", some(range(200), 2))
def test_after_an_edit_everything_is_answered_as_the_first_time(seed: int) -> None:
    random = Random(seed)
    files = study_at_random(random)
    earlier = EarlierAnswers()
    for _ in range(4):
        study = load_study(files).study
        if study is not None:
            proof, first = prove(study, earlier=earlier), prove(study)
            assert answered_alike(proof, first), files
            assert proof.questions == first.questions
            earlier = earlier.next()
        files = edited(random, files)


FORM = "form: x\ntitle: X\nfields:\n  n: {label: N, type: integer}\n"
RULE = "message: M, severity: error, on: [x.n], assert: "
BLOCK = f"rules:\n  # Small ones.\n  A: {{{RULE} n > 1}}\n  B:\n    message: M\n"
BLOCK += "    severity: error\n    on: [x.n]\n\n    assert: n > 2\n"


def rest(rules: str) -> str:
    study = load(FORM, rules).study
    assert isinstance(study, Study)
    return RuleTexts(study).rest


@pytest.mark.parametrize(
    ("old", "new"), [("n > 1", "n > 3"), ("n > 2", "n > 3 or n = 0")]
)
def test_no_other_rule_hangs_on_a_rule(old: str, new: str) -> None:
    assert rest(BLOCK) == rest(BLOCK.replace(old, new))


@pytest.mark.parametrize(
    "rules",
    [
        f"rules: {{A: {{{RULE} n > 1}}, B: {{{RULE} n > 2}}}}\n",
        f"rules:\n  {{\n  A: {{{RULE} n > 1}}, B: {{{RULE} n > 2}}}}\n",
        f"rules:\n  A: {{{RULE} &low n > 1}}\n  B: {{{RULE} *low }}\n",
        f"{BLOCK}derivations:\n  low: n > 1\n",
    ],
)
def test_where_a_rule_is_not_told_from_others_all_are_asked_again(rules: str) -> None:
    head, _, tail = rules.rpartition("n > 1")
    assert rest(rules) != rest(f"{head}n > 3{tail}")
