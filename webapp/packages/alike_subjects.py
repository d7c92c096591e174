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
    alike = {
        subject: others
        for subject in dict.fromkeys(given)
        if (others := numbers.alike(subject))
    }
    if not alike:
        return None

    zeros = all(
        are_zeros_gone(subject, other)
        for subject, others in alike.items()
        for other in others
    )
    subjects = list(dict.fromkeys(other for item in alike.values() for other in item))
    return finding(
        "import-lost-zeros" if zeros else "import-alike-subjects",
        value=_named(list(alike)),
        subjects=_named(subjects),
        are="is" if len(alike) == 1 else "are",
        were="is" if len(subjects) == 1 else "are",
    )


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
