"""A dictionary of any size, as varied as a real one: types, ranges, skip logic,
formulas, units, rows.
"""

from __future__ import annotations

from collections.abc import Callable

PER_FORM = 40
ROWS_EVERY = 5
"""Every so many forms one has rows."""

_STUDY = r"""study: BIG
title: A generated study
subject: {pattern: '\d{2}-\d{3}', example: 01-007}
sites: {'01': Site one}
day_zero: f0.q4
missing: {ND: Not done, UNK: Unknown}
parameters:
  limit: {value: 100, label: A threshold}
"""
_CODELISTS = """codelists:
  SIDE: {L: Left, R: Right, B: Both}
  GRADE: {'0': None, '1': Mild, '2': Moderate, '3': Severe}
  REFERRAL:
    NONE: {label: No referred pain, exclusive: true}
    THIGH: Thigh
    CALF: Calf
"""
_MAKERS: tuple[Callable[[int], str], ...] = (
    lambda at: f"{{label: Was question {at} asked?, type: yes_no, required: true}}",
    lambda at: (
        f"{{label: Count {at}, type: integer, range: [0, 260], expected: [10, "
        f"90], missing: [ND, UNK]}}"
    ),
    lambda at: (
        f"{{label: Measure {at}, type: decimal, places: 2, unit: mmol/L, range: "
        f"[0.1, 99.5]}}"
    ),
    lambda at: (
        f"{{label: Text {at}, length: 200, show_when: q{at - 3} = 'Y', help: In a "
        f"few words., cdash: TX{at}}}"
    ),
    lambda at: (
        f"{{label: Date {at}, type: date, range: [1900-01-01, today], required: "
        f"q{at - 4} = 'Y'}}"
    ),
    lambda at: f"{{label: Grade {at}, type: choice, codes: GRADE, required: true}}",
    lambda at: (
        f'{{label: Side {at}, type: choice, codes: SIDE, show_when: "q{at - 1} '
        f"in ('2', '3')\"}}"
    ),
    lambda at: (
        f"{{label: Where {at}, type: multiple_choice, codes: REFERRAL, missing: [UNK]}}"
    ),
    lambda at: f"{{label: Pain {at}, type: scale, anchors: [No pain, Worst pain]}}",
    lambda at: (
        f"{{label: Sum {at}, type: calculated, places: 1, "
        f"value: 'round((q{at - 8} + q{at - 1}) * $limit / 100, 1)'}}"
    ),
)


def big_dictionary(fields: int) -> dict[str, str]:
    """The files of a study with this many fields, forty a form, that has no findings."""
    forms = [min(PER_FORM, fields - start) for start in range(0, fields, PER_FORM)]
    files = {
        "study.yaml": _STUDY,
        "codelists.yaml": _CODELISTS,
        "visits.yaml": _visits(len(forms)),
    }
    for at, count in enumerate(forms):
        files[f"forms/f{at}.yaml"] = _form(at, count)
    return files


def _visits(forms: int) -> str:
    visits = "".join(
        f"  V{at}: {{title: Visit {at}, target: day {7 * at}, window: 3 days}}\n"
        for at in range(1, 8)
    )
    rows = "".join(f"  f{at}: X X X X X X X\n" for at in range(forms))
    return f"visits:\n{visits}schedule:\n  columns: V1 V2 V3 V4 V5 V6 V7\n{rows}"


def _form(at: int, count: int) -> str:
    """One form; every fifth keeps its second half in rows."""
    own = (
        count // 2
        if at % ROWS_EVERY == ROWS_EVERY - 1 and count >= 2 * len(_MAKERS)
        else count
    )
    own -= own % len(_MAKERS) if own < count else 0
    lines = [f"form: f{at}", f"title: Form {at}", "missing: [ND]", "fields:"]
    lines += [f"  q{number}: {_field(number)}" for number in range(own)]
    if own < count:
        lines += [
            "groups:",
            f"  f{at}r:",
            "    title: Rows",
            "    rows: {min: 0, max: 20}",
            "    fields:",
        ]
        lines += [f"      q{number}: {_field(number)}" for number in range(own, count)]
    return "\n".join(lines) + "\n"


def _field(number: int) -> str:
    return _MAKERS[number % len(_MAKERS)](number)
