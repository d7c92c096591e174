"""The files of a new study: small, whole, and ready to be looked at.

A study begins with a consent form, with forms of CDASH domains, or with a form for each
table of data that somebody has already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType

from generator.dictionary.yaml_writer import Data, write_yaml

DOMAINS: Mapping[str, str] = MappingProxyType(
    {
        "AE": "Adverse events, as a log",
        "CM": "Medications, as a log",
        "DM": "Demographics",
        "LB": "Laboratory",
        "MH": "Medical history",
        "VS": "Vital signs",
    }
)
"""Domains of CDASH that a form can be started from, with what they are about."""

LOGS = frozenset({"AE", "CM"})
"""Domains whose form belongs to the subject and to no visit."""

ONCE = frozenset({"DM", "MH"})
"""Domains that are asked at the first visit only."""

VISITS = (
    ("BASE", "{title: Baseline, target: day 0, window: 3 days}"),
    ("M1", "{title: Month 1, target: month 1, window: 7 days}"),
)
CONSENT = """\
form: con
title: Consent
fields:
  condat: {label: Date of consent, type: date, required: true, range: [null, today]}
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class StartedForm:
    """A form to begin with: its name and the text of its file.

    ``is_log``: it belongs to the subject and to no visit. ``once``: it is asked at the
    first visit only.
    """

    name: str
    text: str
    is_log: bool = False
    once: bool = False


def domain_form(domain: str) -> StartedForm:
    """The form of a CDASH domain, one of ``DOMAINS``."""
    name = domain.lower()
    resource = files("generator.dictionary") / "domains" / f"{name}.yaml"
    text = resource.read_text("utf-8")
    return StartedForm(name=name, text=text, is_log=domain in LOGS, once=domain in ONCE)


def new_study(
    identifier: str,
    title: str,
    forms: Sequence[StartedForm],
) -> dict[str, str]:
    """The texts of a new study by file name.

    Every form that is no log is expected at the first of two visits.
    """
    study: dict[str, Data] = {
        "study": identifier,
        "title": title,
        "date_order": "dmy",
        "subject": {"pattern": r"\d{2}-\d{3}", "example": "01-001"},
        "sites": {"01": "First site"},
        "day_zero": "con.condat",
        "missing": {"ND": "Not done"},
    }
    started = {
        "study.yaml": write_yaml(study),
        "visits.yaml": _visits(forms),
        "forms/con.yaml": CONSENT,
    }
    for form in forms:
        started[f"forms/{form.name}.yaml"] = form.text

    return started


def _visits(forms: Sequence[StartedForm]) -> str:
    """The visits, with the marks of the schedule below their columns."""
    marks = {"con": ["X", "."]}
    for form in forms:
        if not form.is_log:
            marks[form.name] = ["X", "." if form.once else "X"]

    # A visit at which nothing is asked would be the first finding of a new study.
    comes_back = any(later == "X" for _, later in marks.values())
    visits = dict(VISITS if comes_back else VISITS[:1])
    width = max(len("columns"), *map(len, marks)) + 2

    lines = ["visits:"]
    lines += [f"  {name}: {keys}" for name, keys in visits.items()]
    lines += ["# X required, o optional, . not expected", "schedule:"]
    lines.append(f"  {'columns:':<{width}}{' '.join(visits)}")
    for name, row in marks.items():
        key = f"{name}:"
        lines.append(f"  {key:<{width}}{_row(row, list(visits))}")

    return "\n".join([*lines, ""])


def _row(marks: Sequence[str], visits: Sequence[str]) -> str:
    """Marks below the names of their visits."""
    cells = [f"{mark:<{len(name)}}" for mark, name in zip(marks, visits, strict=False)]
    return " ".join(cells).rstrip()
