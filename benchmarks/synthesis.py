"""Synthetic subjects of a study: CPU seconds to make them, and what validate finds.

``python -m benchmarks.synthesis SUBJECTS [cellkine|gastra]``
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from forms_spec.loader import load_study
from generator.dictionary.folder import read_dictionary
from generator.package.row_order import package_order
from generator.package.writer import write_package
from generator.synthesis.subjects import DATA_CUT, Synthesis
from generator.validation.validate import validate_package

DICTIONARIES = Path(__file__).parents[1] / "data_dictionary"
FAULTS = ("below-range", "above-expected", "required", "C33", "C60", "C40_hgb")


def main(subjects: int = 100, study_name: str = "cellkine") -> None:
    """Prints the figures."""
    files, _ = read_dictionary(DICTIONARIES / study_name)
    study = load_study(files).study
    assert study is not None

    start = time.process_time()
    made = list(Synthesis(study, seed=1).subjects(subjects))
    seconds = time.process_time() - start
    first = time.process_time()
    forms = sorted((f for s in made for f in s.forms), key=package_order(study))

    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "p.zip"
        write_package(study, forms, package, data_cut=DATA_CUT)
        written = time.process_time() - first
        findings = list(validate_package(package).findings)

    print(f"{subjects} subjects, {len(forms)} forms: {seconds:.1f} s of CPU to make,")
    print(f"{written:.1f} s to write. validate finds {len(findings)} things.")
    print(Counter(finding.code for finding in findings).most_common(5))


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
