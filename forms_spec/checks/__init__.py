"""The checks of a loaded dictionary: one file each, found by being listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from forms_spec.findings import Finding
from forms_spec.loading.parts import Draft

Check = Callable[[Draft], Iterable[Finding]]

CHECKS: tuple[Check, ...] = ()


def run_checks(draft: Draft) -> Iterator[Finding]:
    """Everything that the checks find."""
    for check in CHECKS:
        yield from check(draft)
