"""Small subjects, each a difference from the template, and what one check or criterion
says of them.

The files in ``cases/`` map a check or a criterion to its cases:

    C04:
    - {why: A day before the window, M3.sv: {visdat: 2024-06-30}, finds: M3 sv.visdat Q}
    - {why: Its first day, M3.sv: {visdat: 2024-07-01}}
    EXCL05:
    - {why: Inside the three months, SCR.pr: [{prtype: RFA, ...}], gives: true}

``finds`` lists the findings of that check alone: place, then E (error), Q (query), W
(warning) or U (cannot be told); absent: none. ``keep`` names the template's visits;
absent: SCR, D0 and those of the case.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.evaluation.evaluate_form import judge_captured
from forms_spec.findings.finding import Finding, Severity
from forms_spec.model.captured_data import LOG, FormKey
from forms_spec.model.captured_forms import CapturedForm, FormStatus
from forms_spec.model.study import Study
from forms_spec.rules.semantics.resolved import RuleValue
from generator.package.example_subjects import read_subjects
from tests.acceptance.expectations import check_of
from tests.data_dictionary.conftest import cellkine, subject_texts
from tests.data_dictionary.verdicts import Case

FOLDER = Path(__file__).parent / "cases"
LETTERS = {Severity.ERROR: "E", Severity.QUERY: "Q", Severity.WARNING: "W"}
GIVES: Mapping[str, bool | None] = {"true": True, "false": False, "unknown": None}
VISITS = ("SCR", "D0", "D1", "D35", "W2", "M3", "M6", "M12", "M18", "M24")
ASKED = frozenset({"why", "finds", "gives", "keep"})


@dataclass(frozen=True, kw_only=True)
class Written:
    """One case as it stands in its file."""

    of: str
    why: str
    finds: frozenset[str]
    gives: bool | str | None
    subject: str
    differences: Mapping[str, Any] = field(hash=False)
    visits: frozenset[str]
    forms: frozenset[tuple[str, str]]

    @cached_property
    def text(self) -> str:
        """The subject's file, which nobody needs who only lists the cases."""
        return subject_text(self.subject, self.differences, self.visits)

    def holds(self, key: FormKey) -> bool:
        """Whether the subject of the case has a form: of a kept visit, of the log, or
        written in the case.
        """
        return (
            key.visit in self.visits
            or key.visit == LOG
            or (key.visit, key.form) in self.forms
        )

    @property
    def name(self) -> str:
        return f"{self.of}: {self.why}"


@cache
def written() -> tuple[Written, ...]:
    """Every case, in the order of the files."""
    found: list[Written] = []
    for file in sorted(FOLDER.glob("*.yaml")):
        said = yaml.load(file.read_text(encoding="utf-8"), yaml.CBaseLoader)
        for of, cases in said.items():
            for case in cases:
                found.append(_written(of, case, len(found)))
    return tuple(found)


def _written(of: str, case: Mapping[str, Any], number: int) -> Written:
    finds = case.get("finds", [])
    forms = frozenset(
        (key.split(".")[0], key.rpartition(".")[2])
        for key in case
        if key not in ASKED and "." in key
    )
    kept = case.get(
        "keep", " ".join(("SCR", "D0", *(visit for visit, _ in forms)))
    ).split()
    subject = f"01-{number + 100:03d}"
    differences = {key: held for key, held in case.items() if key not in ASKED}
    return Written(
        of=of,
        why=case["why"],
        finds=frozenset([finds] if isinstance(finds, str) else finds),
        gives=GIVES[case["gives"]] if "gives" in case else "nothing",
        subject=subject,
        differences=differences,
        visits=frozenset(kept),
        forms=forms,
    )


def subject_text(
    name: str, differences: Mapping[str, Any], kept: Collection[str]
) -> str:
    """Differences from the template (``SCR.dm: {sex: F}``) as a subject's file.

    Visits of the template start from earlier ones, so those are read too.
    """
    visits: dict[str, dict[str, Any]] = {}
    log: dict[str, Any] = {}
    for key, forms in differences.items():
        visit, _, form = key.rpartition(".")
        (log if visit == "LOG" else visits.setdefault(visit, {}))[form] = forms
    last = max(
        (VISITS.index(one) for one in (*kept, *visits) if one in VISITS), default=0
    )
    read = " ".join(VISITS[: last + 1])
    whole = {
        "subject": name,
        "like": "template",
        "visits_kept": read,
        "visits": visits,
        "log": log,
    }
    return yaml.dump(
        {key: held for key, held in whole.items() if held},
        Dumper=yaml.CSafeDumper,
        default_style='"',
        width=9999,
    )


@cache
def subjects() -> Mapping[str, Case]:
    """Every case as a subject that can be judged."""
    by_subject = {one.subject: one for one in written()}
    texts = {name: one.text for name, one in by_subject.items()}
    return read_cases(texts, lambda subject, key: by_subject[subject].holds(key))


def read_cases(
    texts: Mapping[str, str], holds: Callable[[str, FormKey], bool]
) -> Mapping[str, Case]:
    """Subjects written as text, each with the forms that it is to have."""
    study = cellkine()
    files = {"template.yaml": subject_texts()["template.yaml"]}
    files |= {f"{name}.yaml": text for name, text in texts.items()}
    read = read_subjects(files, study)
    assert not read.findings, [f"{one.text}: {one.message}" for one in read.findings]
    assert read.data_cut is not None
    forms: dict[str, dict[FormKey, CapturedForm]] = {}
    for form in read.forms:
        if holds(form.subject, form.key):
            forms.setdefault(form.subject, {})[form.key] = form
    return {
        name: Case(study=study, name=name, today=read.data_cut, forms=held)
        for name, held in forms.items()
    }


def findings_under(study: Study, case: Case, check: str) -> set[str]:
    """The findings of one check: ``SCR vs.bmi W``.

    Only the forms that can have them are judged.
    """
    world = EvaluatedSubject(study, case.casebook(), case.today, case.name)
    found = set()
    for name in forms_of(check):
        for key in world.keys(name):
            captured = world.form(key)
            assert captured is not None
            completing = case.forms[key].status == FormStatus.COMPLETE
            said = (
                worded(study, one)
                for one in judge_captured(captured, completing=completing).findings
            )
            found |= {words for of, words in said if of == check}
    return found


@cache
def forms_of(check: str) -> tuple[str, ...]:
    """The forms whose rules or fields may be a check's."""
    study = cellkine()
    rules = {
        study.tables[rule.on[0][0]].form.name
        for rule in study.rules.values()
        if check in (rule.check, rule.unknown)
    }
    facets = {
        form.name
        for form in study.forms.values()
        for group in form.groups
        for checks in (group.checks, *(field.checks for field in group.fields))
        if any(one.name == check for one in checks.values())
    }
    return tuple(name for name in study.forms if name in rules | facets)


def worded(study: Study, found: Finding) -> tuple[str, str]:
    """The check of a finding, and its place with the letter of its severity."""
    place = found.data
    assert place is not None
    untold = found.code == "rule-untold" and found.rule is not None
    check = study.rules[found.rule].check if untold and found.rule else check_of(found)
    visit = f"{place.visit}.{place.unsno}" if place.unsno else place.visit
    row = f"[{place.row}]" if place.row else ""
    field = f".{place.field}" if place.field else ""
    return (
        check,
        (
            f"{visit} {place.table}{row}{field} "
            f"{'U' if untold else LETTERS[found.severity]}"
        ),
    )


def derived(case: Case, name: str) -> RuleValue | None:
    """What a criterion's derivation gives."""
    return case.derive(name)


__all__ = ["Written", "derived", "findings_under", "subjects", "worded", "written"]
