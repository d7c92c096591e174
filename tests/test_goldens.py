"""What the targets make of one small study, word for word: a change of it is seen in
the diff.

``CRFSMITH_GOLDENS=write pytest tests/test_goldens.py`` writes them anew; look at the
diff before it is kept.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

import pytest

from forms_spec.evaluation import judge
from forms_spec.model.captured_data import Context, Record, Row
from forms_spec.model.study import Study
from generator.browser.form_json import form_spec
from generator.pages import form_html
from generator.tables.descriptor import descriptor
from generator.tables.losses import losses
from tests.studies import small_study

CASES = Path(__file__).parent / "cases" / "small"
TYPED = Record(
    texts={
        "vsperf": "Y",
        "vsdat": "2024-04-15",
        "sysbp": "172",
        "temp": "98.6",
        "refer": "LEG;ARM",
        "onset": "2019",
    },
    rows={"reading": (Row(number=1, texts={"pos": "SITTING", "pulse": "72"}),)},
)


def _page(study: Study) -> str:
    form = study.forms["vs"]
    judged = judge(
        study,
        form,
        TYPED,
        Context(today=date(2024, 4, 18), subject="01-001", visit="SCR"),
    )
    return str(form_html(study, form, TYPED, judged))


def _findings(study: Study) -> str:
    context = Context(today=date(2024, 4, 18), subject="01-001", visit="SCR")
    judged = judge(study, study.forms["vs"], TYPED, context, completing=True)
    return "".join(
        f"{one.severity.value} {one.code}: {one.message} {one.remedy}\n"
        for one in judged.findings
    )


def _json(made: object) -> str:
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


GOLDENS: Mapping[str, Callable[[Study], str]] = MappingProxyType(
    {
        "descriptor.json": lambda study: _json(descriptor(study)),
        "browser_form.json": lambda study: _json(form_spec(study, study.forms["vs"])),
        "page.html": _page,
        "findings.txt": _findings,
        "losses.txt": lambda study: "".join(
            f"{one.field} {one.facet}: {one.why}\n" for one in losses(study)
        ),
    }
)


@pytest.mark.parametrize("name", GOLDENS)
def test_a_target_makes_what_it_made(name: str) -> None:
    made = GOLDENS[name](small_study())
    golden = CASES / name
    if os.environ.get("CRFSMITH_GOLDENS") == "write":
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(made, encoding="utf-8")
    assert made == golden.read_text(encoding="utf-8")
