"""The output of ``crfsmith check`` that the reference of the commands shows is what it
prints.
"""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from tests.docs.fences import blocks, commands, matches
from tests.forms_spec.dictionaries import STUDY
from webapp.commands import main

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"
VISITS = "visits:\n  SCR: {title: Screening}\nschedule:\n  columns: SCR\n  vs: X\n"
FORM = """form: vs
title: Vital signs
domain: VS
help: Taken after five minutes of rest.
missing: [ND, UNK]
groups:
  pressure:
    title: Blood pressure
    defaults: {required: true}
    fields:
      vsdat: {label: Date, type: date}
      sysbp: {label: Systolic, type: intger}
"""


def test_the_output_is_as_shown(tmp_path: Path) -> None:
    study = STUDY.replace("day_zero: base.d", "day_zero: vs.vsdat")
    for name, text in {
        "study.yaml": study,
        "visits.yaml": VISITS,
        "forms/vs.yaml": FORM,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    shown = [
        one
        for block in blocks(PAGE)
        for one in commands(block)
        if one.line == "crfsmith check DIR"
    ]
    result = CliRunner().invoke(main, ["check", str(tmp_path)], catch_exceptions=False)
    assert len(shown) == 1
    assert matches(shown[0].shown, result.output), result.output
