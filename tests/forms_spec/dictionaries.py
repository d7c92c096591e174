"""A small clean study, and dictionaries made by putting a text in place of a part of
it.
"""

from __future__ import annotations

import re

from forms_spec.findings.finding import Finding
from forms_spec.loader import LoadResult, load_study

STUDY = r"""
study: T1
title: A small study
subject: {pattern: '\d{2}-\d{3}', example: 01-007}
sites: {'01': Site one}
day_zero: base.d
missing: {ND: Not done, UNK: Unknown}
"""
CODELISTS = """
codelists:
  SIDE: {L: Left, R: Right}
"""
BASE = """
form: base
title: Base
fields:
  p: {label: Performed?, type: yes_no}
  n: {label: Number, type: integer}
  d: {label: Date, type: date}
  side: {label: Side, type: choice, codes: SIDE}
"""
NOUNS = ("study", "codelists", "visits", "form", "rules", "derivations")


def _noun(text: str) -> str:
    found = re.search(rf"^({'|'.join(NOUNS)}):", text, re.MULTILINE)
    return found[1] if found else "other"


def _forms(texts: list[str]) -> list[str]:
    """The names of the forms that belong to visits."""
    named = [
        re.search(r"^form: *([\w-]+) *$", text, re.MULTILINE)
        for text in texts
        if "log: true" not in text
    ]
    return list(dict.fromkeys(found[1] for found in named if found))


def dictionary(*texts: str) -> dict[str, str]:
    """The small study with these files; a study or visits file takes the place of its
    own.

    Texts may hold several files, parted by lines of ``---``. The schedule expects every
    form.
    """
    files = [
        part for text in texts for part in re.split(r"^---\n", text, flags=re.MULTILINE)
    ]
    given = {_noun(text) for text in files}
    found = {f"{at + 1}.yaml": text for at, text in enumerate(files)}
    rows = "".join(f"  {name}: X X\n" for name in _forms([BASE, *files]))
    visits = (
        "visits:\n  SCR: {title: Screening}\n  D0: {title: Treatment, target: day 0}\n"
        f"schedule:\n  columns: SCR D0\n{rows}"
    )
    frame = {"study": STUDY, "visits": visits}
    for noun, text in frame.items():
        if noun not in given:
            found[f"frame/{noun}.yaml"] = text
    return {**found, "frame/base.yaml": BASE, "frame/codelists.yaml": CODELISTS}


def load(*texts: str) -> LoadResult:
    """The small study with these files, loaded and checked."""
    return load_study(dictionary(*texts))


def findings(*texts: str) -> tuple[Finding, ...]:
    """What is wrong with the small study when it has these files."""
    return load(*texts).findings


def said(*texts: str) -> list[str]:
    """The findings as ``file:line:column code``; a file is named by its place among the
    texts.
    """
    return [f"{found.text} {found.code}" for found in findings(*texts)]
