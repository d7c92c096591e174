"""Subjects of a file whose numbers look like other subjects' numbers: one person would
become two.
"""

from __future__ import annotations

from collections.abc import Iterable

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from generator.rewritings.subject_numbers import SubjectNumbers, are_zeros_gone

MOST_NAMED = 5


def unlike_known(given: Iterable[str], known: Iterable[str]) -> Finding | None:
    """Why nothing comes in: numbers of a file are other spellings of subjects that the
    database has already.
    """
    numbers = SubjectNumbers(known)
    pairs = []
    for subject in dict.fromkeys(given):
        pairs += [(subject, other) for other in numbers.alike(subject)]

    if not pairs:
        return None

    # A spreadsheet reads 007 as a number: that has a remedy of its own.
    are_zeros_lost = all(are_zeros_gone(subject, other) for subject, other in pairs)
    here = list(dict.fromkeys(subject for subject, _ in pairs))
    subjects = list(dict.fromkeys(other for _, other in pairs))

    return finding(
        "import-lost-zeros" if are_zeros_lost else "import-alike-subjects",
        value=_named(here),
        subjects=_named(subjects),
        are=_is_or_are(here),
        were=_is_or_are(subjects),
    )


def _is_or_are(texts: list[str]) -> str:
    return "is" if len(texts) == 1 else "are"


def alike_among(given: Iterable[str], known: Iterable[str]) -> Finding | None:
    """What to look at: subjects that come in together, and look like each other."""
    here = frozenset(known)
    numbers = SubjectNumbers()
    pairs = []
    for subject in dict.fromkeys(given):
        if subject in here:
            continue
        pairs += [f"{other} and {subject}" for other in numbers.alike(subject)]
        numbers.add(subject)

    if not pairs:
        return None
    return finding("import-alike-in-file", value=_named(pairs))


def _named(texts: list[str]) -> str:
    """``1, 2 and 7 more``"""
    if len(texts) > MOST_NAMED:
        texts = [*texts[:MOST_NAMED], f"{len(texts) - MOST_NAMED:,} more"]
    *first, last = texts
    return f"{', '.join(first)} and {last}" if first else last
