"""The largest public body of edit checks as a dictionary: what the language carries of
it, and what ``check`` and ``prove`` find there.

``python -m benchmarks.nacc FOLDER`` reads a checkout of the forms of the National
Alzheimer's Coordinating Center (``naccdata/uniform-data-set`` on GitHub), which is not
part of the project. With ``--write FOLDER`` the dictionaries are kept there.
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmarks.nacc.dictionary import Conversion, convert
from benchmarks.nacc.source import read_checks, read_questions
from forms_spec import load_study
from forms_spec.findings.finding import Finding, Severity
from generator.proof.prover import prove

_VARIANTS = {
    "bare": "Checks alone: fields with types only",
    "full": "Checks with the codes, ranges and conditions of the questions",
}


def main(words: list[str]) -> int:
    """Converts, checks and proves both dictionaries; 1 if one has errors."""
    written = Path(words[words.index("--write") + 1]) if "--write" in words else None
    folder = Path(words[0]) if words else Path("uniform-data-set")
    questions, checks = read_questions(folder), read_checks(folder)
    if not checks:
        print(f"There are no files of checks in {folder}: nothing to measure.")
        return 0

    errors = 0
    for name, title in _VARIANTS.items():
        conversion = convert(questions, checks, bare=name == "bare")
        print(f"\n== {title}")
        _print_conversion(conversion, len(questions), len(checks))
        if written is not None:
            _write(written / name, conversion.files)
        errors += _judged(conversion)
    return int(bool(errors))


def _print_conversion(conversion: Conversion, questions: int, checks: int) -> None:
    print(
        f"{questions:,} questions, {checks:,} logic texts, {len(conversion.rules):,} rules"
    )
    _print_counts("logic texts", conversion.outcomes)
    _print_counts("branching texts", conversion.branching)


def _print_counts(title: str, counts: Mapping[str, int]) -> None:
    if counts:
        print(f"{title}:")
    for what, count in Counter(counts).most_common():
        print(f"  {count:6,}  {what}")


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _judged(conversion: Conversion) -> int:
    """Prints what is found, and gives the number of errors."""
    start = time.process_time()
    loaded = load_study(conversion.files)
    seconds = time.process_time() - start
    _print_counts("check", _by_code(loaded.findings, conversion))
    print(f"check: {seconds:.1f} s of CPU")
    errors = sum(found.severity is Severity.ERROR for found in loaded.findings)
    if loaded.study is None or errors:
        return errors or 1

    start = time.process_time()
    proof = prove(loaded.study)
    seconds = time.process_time() - start
    _print_counts("prove", _by_code(proof.findings, conversion))
    print(
        f"prove: {seconds:.1f} s of CPU, {proof.questions:,} questions, "
        f"{len(proof.undecided)} undecided, {proof.unconfirmed} unconfirmed"
    )
    return 0


def _by_code(findings: Iterable[Finding], conversion: Conversion) -> Counter[str]:
    """How many findings of each code, by the kind of check in which they are."""
    counts: Counter[str] = Counter()
    for found in findings:
        names = re.findall(r"\w+", found.message)
        kinds = {
            conversion.rules[name].kind for name in names if name in conversion.rules
        }
        counts[f"{found.code} {' and '.join(sorted(kinds))}".rstrip()] += 1
    return counts


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
