"""What an export costs against judging its result: CPU seconds of both, in one run.

``python -m benchmarks.export SUBJECTS``: the demo's eight subjects again and again
under other numbers.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from benchmarks.timing import show
from forms_spec.evaluation.calculated import without_calculated
from generator.package.example_subjects import read_subjects
from generator.validation.validate import validate_package
from webapp.demo.demo_study import demo_study, read_texts
from webapp.packages.export import export_package
from webapp.packages.import_plans import STATUSES
from webapp.storage import Database, InstanceKey, SaveRequest, batch, open_database

SUBJECTS = 300


def main(subjects: int = SUBJECTS) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/study.sqlite")
        forms = _fill(database, subjects)
        target = Path(folder) / "package"
        start = time.process_time()
        export_package(database, demo_study(), target)
        export = time.process_time() - start
        start = time.process_time()
        report = validate_package(target)
        validate = time.process_time() - start
        database.close()
    print(f"{subjects:,} subjects, {forms:,} forms, {report.sentence()}")
    show("validate, CPU", validate)
    show("export, CPU", export, against=("validate", validate))


def _fill(database: Database, subjects: int) -> int:
    study = demo_study()
    texts = read_texts(files("data_dictionary") / "cellkine" / "subjects")
    by_subject: dict[str, list[SaveRequest]] = {}
    for form in read_subjects(texts, study).forms:
        request = SaveRequest(
            key=InstanceKey(form.subject, *form.key),
            base_version=0,
            record=without_calculated(study.forms[form.key.form], form.record),
            status=STATUSES[form.status],  # type: ignore[index]
            user="import",
            save_id="",
            dictionary_hash=study.hash,
        )
        by_subject.setdefault(form.subject, []).append(request)
    examples, forms = list(by_subject.values()), 0
    with batch(database) as saves:
        saves.use_dictionary(study)
        saves.need_accounts(["import"])
        for number in range(subjects):
            subjid = f"{number // 1000 + 1:02}-{number % 1000:03}"
            saves.add_subject(subjid=subjid, site="01", user="import")
            requests = [
                replace(
                    one,
                    key=one.key._replace(subject=subjid),
                    save_id=f"{subjid} {one.key}",
                )
                for one in examples[number % len(examples)]
            ]
            saves.save_new(requests)
            forms += len(requests)
    return forms


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:2]))
