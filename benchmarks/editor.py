"""Findings while typing, in a dictionary of 3,000 fields: the CPU time from a change to
the findings of all files, as the language server works them out.

``python -m benchmarks.editor FIELDS`` takes another number of fields.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from benchmarks.big_dictionary import big_dictionary
from generator.editor.dictionary_session import DictionarySession

FIELDS, CHANGES = 3_000, 100
TYPED = "  # a remark that somebody types here, letter by letter"


def main(fields: int = FIELDS) -> None:
    """Types into a form, and shows the median and the 95th percentile."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in big_dictionary(fields).items():
            path = folder / file
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")

        session = DictionarySession(folder)
        start = time.process_time()
        session.analysis()
        print(f"first reading: {(time.process_time() - start) * 1000:.0f} ms of CPU")

        taken = sorted(_typed(session, (folder / "forms/f1.yaml").read_text()))
        median, late = taken[len(taken) // 2], taken[int(len(taken) * 0.95)]
        print(f"while typing: median {median:.0f} ms, p95 {late:.0f} ms of CPU")


def _typed(session: DictionarySession, text: str) -> list[float]:
    """The milliseconds of each change."""
    taken: list[float] = []
    label = "label: Count 1"
    for number in range(CHANGES):
        letters = TYPED[: number % len(TYPED)].replace("#", "").replace(",", "")
        session.type("forms/f1.yaml", text.replace(label, f"{label}{letters}", 1))
        start = time.process_time()
        session.analysis()
        taken.append((time.process_time() - start) * 1000)

    return taken


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
