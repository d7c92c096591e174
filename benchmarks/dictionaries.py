"""Loading, checking and compiling a dictionary: Cellkine, and one of 3,000 fields.

Compiled means ready to serve and to export: judged forms, WTForms classes, the
browser's form, schemas.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.big_dictionary import big_dictionary
from benchmarks.timing import medians, show
from forms_spec import load_study
from forms_spec.evaluation.form_plan import plan_of
from forms_spec.model.study import Study
from generator.browser.form_json import form_spec
from generator.dictionary.folder import read_dictionary
from generator.pages import table_form
from generator.tables.descriptor import descriptor

CELLKINE = Path(__file__).parent.parent / "data_dictionary" / "cellkine"


def main() -> None:
    dictionaries = {
        "Cellkine": read_dictionary(CELLKINE).files,
        "3,000 fields": big_dictionary(3000),
    }
    loads = medians(
        {name: lambda f=files: _study(f) for name, files in dictionaries.items()},
        rounds=5,
    )
    for name, files in dictionaries.items():
        study = _study(files)
        fields = sum(len(table.fields) for table in study.tables.values())
        show(f"{name}: load and check ({fields} fields)", loads[name])
        gc.freeze()  # as the server does once it has its study
        start = time.perf_counter()
        _compile(study)
        compiled = time.perf_counter() - start
        show(f"{name}: compile to judge, pages, browser and schemas", compiled)
        show(f"{name}: load, check and compile", loads[name] + compiled)
    command = [Path(sys.executable).parent / "crfsmith", "check", str(CELLKINE)]
    whole = medians(
        {"check": lambda: subprocess.run(command, capture_output=True, check=False)},
        rounds=5,
    )
    show("crfsmith check on Cellkine, start-up included", whole["check"])


def _study(files: Mapping[str, str]) -> Study:
    study = load_study(files).study
    assert study is not None, "the dictionary does not load"
    return study


def _compile(study: Study) -> None:
    for form in study.forms.values():
        plan_of(study, form)
        form_spec(study, form)
        table_form(study, form)
        for group in form.row_groups:
            table_form(study, form, group.name)
    descriptor(study)


if __name__ == "__main__":
    main()
