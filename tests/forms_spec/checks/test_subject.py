"""How subjects are called, and the day from which their visits count."""

from __future__ import annotations

import pytest

from tests.forms_spec.dictionaries import STUDY, said


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("example: 01-007", "example: 1-7", "4:41 subject-example"),
        ("example: 01-007", "example: 01-007a", "4:41 subject-example"),
        (r"'\d{2}-\d{3}'", r"'(?i)\d{2}-\d{3}'", "4:20 pattern-refused"),
        (r"'\d{2}-\d{3}'", "'.{3,9}'", "4:20 subject-not-in-address"),
        (r"'\d{2}-\d{3}'", "'[^/]{3,9}'", "4:20 subject-not-in-address"),
        (r"'\d{2}-\d{3}'", r"'[^/\\?#%]{3,9}'", ""),
        ("sites: {'01'", "sites: {'02'", "4:41 site-not-in-subject"),
        ("day_zero: base.d", "day_zero: base.dd", "6:11 unknown-field"),
        ("day_zero: base.d", "day_zero: d", "6:11 unknown-field"),
        ("day_zero: base.d", "day_zero: [base.d, base.n]", "6:20 day-zero-not-a-date"),
        ("day_zero: base.d", "day_zero: ['base[D0].d']", "6:12 day-zero-of-a-visit"),
        ("day_zero: base.d", "day_zero: base[D0].d", "6:11 day-zero-of-a-visit"),
        ("day_zero: base.d", "day_zero: []", "6:11 list-length"),
        ("day_zero: base.d\n", "", "visits"),
        ("sites: {'01': Site one}\n", "", ""),
    ],
)
def test_the_study_says_how_subjects_and_days_are_counted(
    old: str, new: str, finding: str
) -> None:
    assert old in STUDY
    found = said(STUDY.replace(old, new))
    if finding == "visits":
        assert [one.split()[1] for one in found] == ["window-without-day-zero"]
    else:
        assert (
            found == ([f"1.yaml:{finding}"] if finding else [])
            or found[0].split()[1] == finding.split()[1]
        )
