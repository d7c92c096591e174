"""The studies and captured data that every target is tried on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from random import Random
from types import MappingProxyType

from forms_spec.model.captured_forms import CapturedForm, Subject
from forms_spec.model.study import Study
from generator.package.example_subjects import read_subjects
from generator.package.row_order import package_order
from generator.package.writer import WrittenPackage, write_package
from generator.targets.target import CapturedRecords
from tests.docs.fences import blocks
from tests.generator.redcap.random_studies import RandomStudy
from tests.generator.redcap.test_round_trip import subjects
from tests.package_cases import clean_forms
from tests.studies import small_study, study_of
from webapp.demo.demo_study import read_texts

TUTORIAL = Path(__file__).parents[3] / "docs" / "tutorial.md"


@dataclass(frozen=True, kw_only=True)
class Captured:
    """A study and its forms, as a database would give them."""

    study: Study
    forms: tuple[CapturedForm, ...]
    today: date = date(2024, 5, 31)

    def records(self) -> CapturedRecords:
        return CapturedRecords(
            forms=self.forms,
            subjects=list(dict.fromkeys(form.subject for form in self.forms)),
        )

    def write_package(self, target: Path) -> WrittenPackage:
        forms = sorted(self.forms, key=package_order(self.study))
        listed = dict.fromkeys(Subject(form.site, form.subject) for form in forms)
        return write_package(self.study, forms, target, subjects=listed)


def small() -> Captured:
    return Captured(study=small_study(), forms=tuple(clean_forms()))


def cellkine() -> Captured:
    folder = files("data_dictionary") / "cellkine"
    texts = read_texts(folder)
    study = study_of(
        {name: text for name, text in texts.items() if not name.startswith("subjects/")}
    )
    forms = read_subjects(read_texts(folder / "subjects"), study).forms
    first = forms[0].subject
    return Captured(
        study=study, forms=tuple(form for form in forms if form.subject == first)
    )


def walking() -> Captured:
    """The smallest study of the documentation."""
    texts = {}
    for block in blocks(TUTORIAL):
        name = re.match(r"# walking/(\S+\.yaml)\n", block.text)
        if name:
            texts[name[1]] = block.text

    return _filled(study_of(texts), Random(1))


def random_study(seed: int) -> Captured:
    random = Random(seed)
    _, study = RandomStudy(random).study()
    return _filled(study, random)


def _filled(study: Study, random: Random) -> Captured:
    forms = sorted(subjects(random, study), key=package_order(study))
    return Captured(study=study, forms=tuple(forms))


STUDIES: Mapping[str, Callable[[], Captured]] = MappingProxyType(
    {
        "small": cache(small),
        "cellkine": cache(cellkine),
        "walking": cache(walking),
        "random-3": cache(lambda: random_study(3)),
        "random-8": cache(lambda: random_study(8)),
    }
)
