"""Randomization lists: the same everywhere for the same seed, even in every block, and
nothing wrong is read from a file.
"""

from __future__ import annotations

import hmac
from collections import Counter
from itertools import count, groupby

import pytest

from forms_spec.model.randomization import RandomizationPlan
from forms_spec.model.study import Study
from generator.randomization.draw import DrawRequest, ListRefused, draw_list
from generator.randomization.list_file import list_text, read_list
from tests.forms_spec.dictionaries import load

SEED = "a seed that is only a test"
STUDY = r"""
study: T1
title: A drawn study
subject: {pattern: '\d{2}-\d{3}', example: 01-007}
sites: {'01': Ghent, '02': Namur}
day_zero: base.d
randomization:
  {form: rand, arm: arm, number: randno, ratio: {A: 2, P: 1}, strata: [sex], by_site: true, stratum: randstr}
---
visits:
  SCR: {title: Screening}
  D0: {title: Treatment, target: day 0}
schedule:
  columns: SCR D0
  base: X X
  rand: X .
---
form: rand
title: Randomization
fields:
  sex: {label: Sex, type: choice, codes: [F, M]}
  randno: {label: Number, pattern: 'R-\d{3}'}
  arm: {label: Arm, type: choice, codes: {A: Active, P: Placebo}}
  randstr: {label: Stratum at randomization}
"""


@pytest.fixture(scope="module")
def study() -> Study:
    loaded = load(STUDY)
    assert loaded.findings == ()
    assert loaded.study is not None
    return loaded.study


@pytest.fixture(scope="module")
def plan(study: Study) -> RandomizationPlan:
    assert study.randomization is not None
    return study.randomization


def asked(**changes: object) -> DrawRequest:
    wanted = {"seed": SEED, "blocks": (6, 3), "size": 10, "first": "R-001"}
    return DrawRequest(**{**wanted, **changes})  # type: ignore[arg-type]


def as_documented(seed: str, stratum: str, sizes: list[int], size: int) -> list[str]:
    """The arms of a stratum at 2:1, by the steps of docs/randomization.md."""
    words = []
    for counter in range(99):
        message = f"crfsmith-randomization-1\n{stratum}\n{counter}".encode()
        block = hmac.new(seed.encode(), message, "sha256").hexdigest()
        words += [int(block[at : at + 8], 16) for at in range(0, 64, 8)]
    source = iter(words)

    def below(bound: int) -> int:
        while True:
            word = next(source)
            if word < 2**32 // bound * bound:
                return word % bound

    arms: list[str] = []
    while len(arms) < size:
        length = sizes[below(len(sizes))]
        block_arms = ["A"] * (length // 3 * 2) + ["P"] * (length // 3)
        for last in range(length - 1, 0, -1):
            other = below(last + 1)
            block_arms[last], block_arms[other] = block_arms[other], block_arms[last]
        arms += block_arms
    return arms


def test_a_list_is_drawn_as_the_documentation_says(
    study: Study, plan: RandomizationPlan
) -> None:
    entries = draw_list(study, plan, asked())

    strata = {
        name: list(of) for name, of in groupby(entries, lambda entry: entry.stratum)
    }
    assert list(strata) == ["01;F", "01;M", "02;F", "02;M"]
    for stratum, of in strata.items():
        arms = [entry.arm for entry in of]
        assert arms == as_documented(SEED, stratum, [3, 6], 10)
    numbers = [f"R-{number:03}" for number, _ in zip(count(1), entries, strict=False)]
    assert [entry.number for entry in entries] == numbers


def test_the_known_answer_of_a_seed(study: Study, plan: RandomizationPlan) -> None:
    entries = draw_list(study, plan, asked())

    strata = groupby(entries, lambda entry: entry.stratum)
    arms = {name: "".join(entry.arm for entry in of) for name, of in strata}
    assert arms == KNOWN


KNOWN = {
    "01;F": "PAAAAAAPPAPA",
    "01;M": "AAPPAAAPAAAP",
    "02;F": "AAPAAPAPAAPA",
    "02;M": "AAPPAAAAPPAA",
}
"""Of ``SEED``: a list that a trial was begun with is the same in every later version."""


def test_every_block_has_each_arm_in_its_share(
    study: Study, plan: RandomizationPlan
) -> None:
    entries = draw_list(study, plan, asked(size=60))

    blocks: dict[tuple[str, int], list[str]] = {}
    for entry in entries:
        blocks.setdefault((entry.stratum, entry.block), []).append(entry.arm)
    assert {len(arms) for arms in blocks.values()} == {3, 6}
    for arms in blocks.values():
        assert Counter(arms)["A"] == 2 * Counter(arms)["P"]


def test_another_seed_gives_another_list(study: Study, plan: RandomizationPlan) -> None:
    other = draw_list(study, plan, asked(seed=f"{SEED}."))
    assert other != draw_list(study, plan, asked())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"blocks": (4, 6)}, "4 cannot be a block size.* multiple of 3"),
        ({"blocks": ()}, "None cannot be a block size"),
        ({"seed": "20240611"}, "needs 12"),
        ({"first": "R-"}, "no digits at its end"),
        ({"first": "R-98"}, "run out of digits.* R-0001"),
        ({"size": 50_000}, "1 to 100,000 entries"),
    ],
)
def test_what_gives_no_list_is_refused(
    study: Study, plan: RandomizationPlan, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(ListRefused, match=words):
        draw_list(study, plan, asked(**changes))


def test_a_written_list_is_read_as_it_was_drawn(
    study: Study, plan: RandomizationPlan
) -> None:
    entries = draw_list(study, plan, asked())
    read = read_list(list_text(plan, entries), study, plan, "list.csv")
    assert read.entries == tuple(entries)
    assert read.findings == ()


HEADER = "randno,siteid,sex,arm\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["1:1 randomization-list-columns"]),
        (HEADER, ["1:1 randomization-list-empty"]),
        ("randno,sex,arm\nR-001,F,A\n", ["1:1 randomization-list-columns"]),
        (f"{HEADER}R-001,01,F\n", ["2:1 randomization-list-row"]),
        (f"{HEADER}R-001,03,F,A\n", ["2:7 randomization-list-value"]),
        (f"{HEADER}R-001,01,f,A\n", ["2:10 randomization-list-value"]),
        (f"{HEADER}R-001,01,F,B\n", ["2:12 randomization-list-value"]),
        (f"{HEADER}R1,01,F,A\n", ["2:1 randomization-list-number"]),
        (
            f"{HEADER}R-001,01,F,A\nR-002,01,F,P\nR-001,01,F,A\n",
            ["4:1 randomization-number-twice"],
        ),
        (f"{HEADER}R-001,01,F,A\nR-002,01,F,P\n", ["1:1 randomization-list-uneven"]),
        (f'{HEADER}"R-001,01,F,A\n', ["2:1 randomization-list-csv"]),
    ],
)
def test_a_list_that_is_wrong_is_refused_at_its_place(
    study: Study, plan: RandomizationPlan, text: str, said: list[str]
) -> None:
    read = read_list(text, study, plan, "list.csv")
    places = [item.text for item in read.findings]
    codes = [item.code for item in read.findings]
    assert [
        f"{place.line}:{place.column} {code}"
        for place, code in zip(places, codes, strict=True)
        if place is not None
    ] == said
