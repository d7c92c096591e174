"""A formula as parts with slots, in the order in which people read it."""

from __future__ import annotations

import pytest

from generator.pages.formula_display import Part, worked
from tests.webapp.pages import cellkine


def shape(parts: list[Part]) -> str:
    """The parts as text, slots as their labels in braces."""
    return "".join(
        part
        if isinstance(part, str)
        else f"{{{part['label']}}}"
        if "label" in part
        else " | ".join(
            [
                *(shape(one["parts"]) for one in part["branches"]),
                shape(part["otherwise"]),
            ]
        )
        for part in parts
    )


BEFORE = "{Pain score before the block}"


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        ("vs", "bmi", "{Weight} × 10000 / {Height}²"),
        (
            "mbb",
            "relief",
            f"({BEFORE} − {{Lowest pain score after the block}}) × 100 / {BEFORE}",
        ),
        (
            "dm",
            "age",
            (
                "the age in years on {Date of signature (Informed consent)}, born "
                "{Date of birth}"
            ),
        ),
        (
            "med",
            "opmme",
            (
                "{Amount per dose} × {Factor} | {Amount per dose} × {Doses a day "
                "(average)} × {Factor}"
            ),
        ),
    ],
)
def test_a_formula_reads_as_it_is_worked_out(form: str, field: str, words: str) -> None:
    study = cellkine()
    found = study.forms[form]
    group = next(
        one for one in found.groups if any(f.name == field for f in one.fields)
    )
    asked = next(one for one in group.fields if one.name == field)
    assert shape(worked(study, found, group, asked)) == words
