"""The plan of source verification: what is wrong with it is found where it stands, and
a share of subjects is drawn the same way each time.
"""

from __future__ import annotations

import pytest

from forms_spec.model.verification import VerificationPlan
from tests.forms_spec.dictionaries import STUDY, load, said


@pytest.mark.parametrize(
    ("plan", "findings"),
    [
        ("{}", []),
        ("{share: 100}", []),
        ("{share: 20, seed: x}", []),
        ("{critical: [base, base.n]}", []),
        ("{share: 0, critical: [base]}", []),
        ("{share: 120}", ["8:23 verification-share"]),
        ("{share: 20}", ["8:23 verification-seed"]),
        ("{share: 0}", ["8:15 verification-of-nothing"]),
        ("{share: most}", ["8:23 not-whole"]),
        ("{critical: [base.nn]}", ["8:27 verification-unknown"]),
        ("{critical: [bose]}", ["8:27 verification-unknown"]),
        ("{draw: 20}", ["8:16 unknown-key"]),
    ],
)
def test_a_plan_is_checked_where_it_stands(plan: str, findings: list[str]) -> None:
    text = f"{STUDY.rstrip()}\nverification: {plan}\n"
    assert said(text) == [f"1.yaml:{item}" for item in findings]


@pytest.mark.parametrize(
    ("plan", "needed"),
    [
        ("{}", {"n", "d"}),
        ("{critical: [base.n]}", {"n"}),
        ("{critical: [base.n, base]}", {"n", "d"}),
        ("{critical: [base, base.n]}", {"n", "d"}),
        ("{share: 0, critical: [base.d]}", {"d"}),
    ],
)
def test_a_plan_says_what_is_to_be_verified(plan: str, needed: set[str]) -> None:
    study = load(f"{STUDY.rstrip()}\nverification: {plan}\n").study
    assert study is not None
    assert study.verification is not None
    fields = {
        name for name in ("n", "d") if study.verification.needs("01-001", "base", name)
    }
    assert fields == needed


def test_a_share_is_drawn_the_same_way_each_time_and_grows_with_itself() -> None:
    subjects = [f"01-{number:03}" for number in range(1000)]

    def drawn(share: int, seed: str) -> set[str]:
        plan = VerificationPlan(share=share, seed=seed, critical={})
        return {subject for subject in subjects if plan.draws(subject)}

    some = drawn(20, "first")
    assert some == drawn(20, "first") != drawn(20, "second")
    assert 160 <= len(some) <= 240
    assert some < drawn(50, "first"), "whoever was drawn stays drawn"
    assert drawn(0, "first") == set()
    assert drawn(100, "first") == set(subjects)
    assert sorted(some)[:3] == ["01-002", "01-005", "01-009"]
