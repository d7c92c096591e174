"""A small study without a fault, and what a mistake changes in it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile

FILES = {
    "study": r"""study: T1
title: A study of mistakes
subject: {pattern: '\d{2}-\d{3}', example: 01-007}
sites: {'01': Ghent}
day_zero: x.d
parameters: {hgb_min: 9}
""",
    "visits": """visits:
  SCR: {title: Screening}
  D0: {title: Treatment, target: day 0}
  D7: {title: Week 1, target: day 7}
  CYC: {title: Cycle, type: unscheduled, repeats: true}
schedule:
  columns: SCR D0 D7 CYC
  x: X X X .
  lab: X . . .
  rows: X . . .
  ie: X . . .
  ex: . X . .
  fu: . . X .
  cyc: . . . X
""",
    "x": """form: x
title: Examination
fields:
  a: {label: A, type: integer, range: [0, 10]}
  b: {label: B, type: integer, range: [0, 10]}
  c: {label: C, type: integer, range: [0, 10]}
  s: {label: Sex, type: choice, codes: [M, F]}
  q: {label: Q, type: decimal, places: 1, range: [0, 10]}
  k: {label: K, type: integer, range: [0, 10], default: 3}
  t: {label: T, type: text, length: [1, 5]}
  d: {label: From, type: date}
  e: {label: To, type: date, range: [d, null]}
  f: {label: End, type: date, range: [e, null]}
""",
    "lab": """form: lab
title: Laboratory
fields:
  hgb: {label: Haemoglobin, type: decimal, places: 1, unit: {g/dL: {}, g/L: {to: g/dL, as: value / 10}}}
  kg: {label: Weight, type: decimal, places: 1, unit: kg}
  cm: {label: Height, type: decimal, places: 1, unit: cm}
""",
    "rows": """form: rows
title: Rows
groups:
  own: {title: Own, fields: {any_r: {label: Any?, type: yes_no}}}
  r:
    title: Rows
    rows: {min: 0, max: 3}
    fields:
      n: {label: N, type: integer, range: [0, 3]}
      from_: {label: From, type: date}
      to_: {label: To, type: date, range: [from_, null]}
""",
    "ie": """form: ie
title: Eligibility
fields:
  i1: {label: Inclusion 1, type: yes_no}
  e1: {label: Exclusion 1, type: yes_no}
""",
    "ex": """form: ex
title: Injection
fields:
  given: {label: Given?, type: yes_no}
""",
    "fu": """form: fu
title: Follow-up
fields:
  well: {label: Well?, type: yes_no}
""",
    "cyc": """form: cyc
title: Cycle
fields:
  dose: {label: Dose, type: integer, range: [0, 100]}
""",
    "rules": """rules:
  A1: {message: As it is, assert: q < 9, on: [x.q], severity: query}
  A2: {message: As it is, assert: kg > $hgb_min, on: [lab.kg], severity: query}
""",
}
"""A small study without a fault. A mistake adds lines to a file, or changes a text."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake: the lines that are added to a ``file``, or the text ``instead`` of
    another, and the codes of which one has to be the first finding. ``also`` is the
    text of one more file.
    """

    what: str
    codes: tuple[str, ...]
    lines: str
    file: str = "x"
    instead: str = ""
    encoding: str = "utf-8"
    also: str = ""
    place: str = ""

    @property
    def where(self) -> str:
        """The file and the line where the finding has to be: where the text was
        changed, unless ``place`` says otherwise.
        """
        if self.place:
            return self.place

        before = study_with(None).get(f"{self.file}.yaml", "").splitlines()
        after = study_with(self)[f"{self.file}.yaml"].splitlines()
        same = takewhile(
            lambda lines: lines[0] == lines[1], zip(before, after, strict=False)
        )
        return f"{self.file}.yaml:{len(list(same)) + 1}"


def study_with(mistake: Mistake | None) -> dict[str, str]:
    """The files of the small study with a mistake; None for the study itself."""
    files = {f"{name}.yaml": text for name, text in FILES.items()}
    if mistake is None:
        return files

    if mistake.also:
        files["more2.yaml"] = mistake.also

    name = f"{mistake.file}.yaml"
    text = files.get(name, "")
    if mistake.instead:
        assert mistake.instead in text, mistake
        files[name] = text.replace(mistake.instead, mistake.lines)
    else:
        files[name] = text + mistake.lines
    return files


def rules_mistake(what: str, codes: str, *texts: str, on: str = "x.a") -> Mistake:
    """Rules, each ``when => assert`` or an assertion alone."""
    lines = ""
    for number, text in enumerate(texts, start=1):
        when, _, holds = text.rpartition(" => ")
        condition = f'when: "{when}", ' if when else ""
        lines += (
            f'  C{number}: {{message: As it is, {condition}assert: "{holds}", '
            f"on: [{on}], severity: query}}\n"
        )
    return Mistake(what, tuple(codes.split()), lines, "rules")


def field_mistake(
    what: str, codes: str, facets: str, *more: str, file: str = "x"
) -> Mistake:
    """A field ``z`` with these facets, and other lines below it."""
    lines = "".join(f"  {line}\n" for line in (f"z: {{label: Z, {facets}}}", *more))
    return Mistake(what, tuple(codes.split()), lines, file)


ELIGIBILITY = """eligibility:
  form: ie
  visit: SCR
  answers: {met: Y, not_met: N}
  inclusion: {i1: "I"}
  exclusion: {e1: "E"}
"""


def criteria_mistake(what: str, codes: str, inclusion: str, exclusion: str) -> Mistake:
    """The criteria of who may take part."""
    text = ELIGIBILITY.replace('"I"', inclusion).replace('"E"', exclusion)
    return Mistake(what, tuple(codes.split()), text, "eligibility")
