"""Expressions that read a form at a visit which cannot be meant."""

from __future__ import annotations

import pytest

from tests.forms_spec.dictionaries import findings, said

VISITS = """visits:
  SCR: {title: Screening}
  C1:  {title: Cycle 1}
  CYC: {title: Later cycle, repeats: true}
  EOT: {title: End of treatment}
  UNS: {title: Unscheduled, type: unscheduled}
schedule:
  columns: SCR C1 CYC EOT UNS
  base:    X   .  .   .   .
  inf:     .   X  X   .   .
  late:    .   .  .   X   .
  eot:     .   .  .   X   .
  scr:     X   .  .   .   .
  cyc:     .   .  X   .   .
  most:    X   X  .   X   X
---
form: inf
title: Infusion
fields:
  d: {label: Date, type: date}
---
form: late
title: Late
fields:
  n: {label: Number, type: integer}
"""


def form(name: str, question: str) -> str:
    return f"form: {name}\ntitle: Form\nfields:\n  q: {{label: Q, {question}}}\n"


FORMS = {
    name: form(name, "type: integer") for name in ("eot", "scr", "cyc", "most")
}  # fmt: skip


def told(name: str, question: str) -> list[str]:
    """What is found when a form has this question; the other forms have a plain one."""
    forms = {**FORMS, name: form(name, question)}
    files = [VISITS, forms.pop(name), *forms.values()]
    return said(*files)


@pytest.mark.parametrize(
    ("name", "question", "found"),
    [
        # The last infusion before the end is at the repeating visit
        ("eot", "required: inf.d is known", "4:27 reference-to-repeating-visit"),
        (
            "eot",
            "type: date, range: [inf.d + 1 day, null]",
            "4:37 reference-to-repeating-visit",
        ),
        ("eot", "required: 'inf[C1].d is known'", None),
        ("eot", "required: any(inf where d is known)", None),
        ("eot", "required: 'inf[previous].d is known'", None),
        # The same instance of the repeating visit
        ("cyc", "required: inf.d is known", None),
        # What decides at screening is entered at the end
        ("scr", "show_when: late.n > 5", "4:28 reads-later-visit"),
        ("scr", "show_when: 'late[EOT].n > 5'", "4:29 reads-later-visit"),
        ("scr", "required: late.n > 5", "4:27 reads-later-visit"),
        ("scr", "type: calculated, value: late.n + 1", None),
        ("eot", "show_when: base.n > 5", None),
        ("eot", "show_when: late.n > 5", None),
        # No visit before has the form
        ("scr", "show_when: 'late[previous].n > 5'", "4:29 nothing-previous"),
        ("scr", "show_when: 'base[previous].n > 5'", "4:29 nothing-previous"),
        ("eot", "show_when: 'base[previous].n > 5'", None),
        # At some visit it is there, or nobody knows when the visit is
        ("most", "show_when: late.n > 5", None),
    ],
)
def test_a_reference_falls_on_a_visit_that_can_be_meant(
    name: str, question: str, found: str | None
) -> None:
    assert told(name, question) == ([f"4.yaml:{found}"] if found else [])


def test_a_rule_may_wait_for_a_later_visit() -> None:
    rule = (
        "rules:\n  C1: {message: Small, assert: late.n < 9, severity: query, "
        "on: [scr.q]}\n"
    )
    assert said(VISITS, *FORMS.values(), rule) == []


def test_the_finding_names_both_visits() -> None:
    files = [VISITS, form("eot", "required: inf.d is known")]
    others = [text for name, text in FORMS.items() if name != "eot"]
    (found,) = findings(*files, *others)
    assert found.message == (
        "At the visit EOT, inf.d would be read at the visit CYC, which repeats."
    )


@pytest.mark.parametrize(
    ("value", "place", "near"),
    [
        ("visitid = 'SCREEN'", 43, 'Did you mean "SCR"?'),
        ("visitid in ('SCR', 'DO')", 52, ""),
        ("siteid not in ('01', '401')", 54, 'Did you mean "01"?'),
        ("'M3' <> visitid", 33, ""),
        ("visitid in ('SCR', 'LOG')", 0, ""),
        ("siteid = '01'", 0, ""),
    ],
)
def test_a_derivation_compares_with_visits_and_sites_that_there_are(
    value: str, place: int, near: str
) -> None:
    text = f'derivations:\n  early: {{label: Early, value: "{value}"}}\n'
    found = findings(text)
    assert [one.code for one in found] == (["no-such-place"] if place else [])
    for one in found:
        assert str(one.text) == f"1.yaml:2:{place}"
        assert near in one.remedy
