"""Mistakes of designers, one at a time in a small study: what ``check`` says first of
mechanical ones, and where, and what ``check`` and ``prove`` say first of logical ones.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.mistakes.logical import LOGICAL
from benchmarks.mistakes.mechanical import MECHANICAL
from benchmarks.mistakes.other_tools import LINT, SOUND
from benchmarks.mistakes.small_study import Mistake, study_with
from forms_spec.findings.causes import group_by_cause, in_text_order
from forms_spec.findings.finding import Finding, Severity
from forms_spec.loader import load_study
from generator.dictionary.folder import read_dictionary
from generator.proof.prover import prove


def findings_of(mistake: Mistake | None) -> Iterator[Finding]:
    """What is said of the study with a mistake: by ``check``, then by ``prove``."""
    loaded = load_study(study_with(mistake))
    yield from loaded.findings
    if loaded.study is not None:
        yield from prove(loaded.study).findings


def first_code(mistake: Mistake | None) -> str:
    """The code of the first finding, and nothing where nothing is found.

    Errors come before anything else, as people have to correct them first.
    """
    findings = list(findings_of(mistake))
    findings.sort(key=lambda item: item.severity is not Severity.ERROR)
    return findings[0].code if findings else ""


def first_shown(mistake: Mistake) -> tuple[str, str]:
    """What ``check`` shows first of a folder with a mistake: the code, and the file with
    the line. Nothing where it finds nothing.
    """
    with TemporaryDirectory() as folder:
        for name, text in study_with(mistake).items():
            Path(folder, name).write_bytes(text.encode(mistake.encoding))
        files, unreadable = read_dictionary(Path(folder))

    loaded = load_study(files, incomplete=bool(unreadable))
    groups = group_by_cause(in_text_order((*unreadable, *loaded.findings)))
    if not groups:
        return "", ""

    place = groups[0].cause.text
    return groups[0].cause.code, f"{place.file}:{place.line}" if place else ""


def report_mechanical() -> None:
    """Prints which mechanical mistakes have another first finding, or place."""
    missed = 0
    for mistake in MECHANICAL:
        code, place = first_shown(mistake)
        expected = (" or ".join(mistake.codes), mistake.where if mistake.codes else "")
        if (code, place) != expected:
            missed += 1
            print(f"  {mistake.what}: {code} at {place} instead of {expected}")

    found = len(MECHANICAL) - missed
    print(f"Mechanical mistakes: {found} of {len(MECHANICAL)} found")


def report(title: str, mistakes: Sequence[Mistake]) -> None:
    """Prints what was not found as it should be, and how many were."""
    missed = 0
    for mistake in mistakes:
        code = first_code(mistake)
        if code not in mistake.codes:
            missed += 1
            expected = " or ".join(mistake.codes)
            print(f"  {mistake.what}: {code or 'nothing'} instead of {expected}")

    print(f"{title}: {len(mistakes) - missed} of {len(mistakes)} found")


def main() -> None:
    """All tables, the sound study, and the CPU seconds of it all."""
    start = time.process_time()
    report_mechanical()
    report("Logical mistakes", LOGICAL)
    report("Mistakes that other tools were tried with", LINT)
    false = [code for item in (None, *SOUND) if (code := first_code(item))]
    print(f"Sound studies: {len(false)} of {1 + len(SOUND)} with a finding {false}")
    print(f"{time.process_time() - start:.1f} s of CPU")


if __name__ == "__main__":
    main()
