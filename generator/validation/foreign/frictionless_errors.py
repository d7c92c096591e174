"""Frictionless's errors as findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from forms_spec.findings.catalogue import finding
from generator.heavy_libraries import frictionless
from generator.tables import layout
from generator.validation.foreign.descriptor_faults import DescriptorFaults
from generator.validation.foreign.frictionless_faults import LONGEST_WORDS
from generator.validation.report.report import Reported

_MOST_ERRORS = 100_000
_OF_DESCRIPTION = frozenset({
    "metadata-error", "package-error", "resource-error", "schema-error", "field-error",
    "dialect-error", "control-error", "encoding-error",
})  # fmt: skip
"""Frictionless's errors that are about a description, and not about a row."""


def validated_by_frictionless(
    resource: Any, faults: DescriptorFaults
) -> Iterator[Reported]:
    """Frictionless's own findings on a resource."""
    table = str(resource.name)
    try:
        report = resource.validate(limit_errors=_MOST_ERRORS)
    except frictionless.FrictionlessException as error:
        yield from error_findings(error.to_errors(), table, faults)
        return
    except Exception as error:
        # It stops at some faults of a description, of which the descriptor tells more.
        yield from faults.findings_on(table) or [stopped_at(error, table, faults)]
        return

    errors = list(report.errors)
    for task in report.tasks:
        errors += task.errors

    yield from error_findings(errors, table, faults)


def error_findings(
    errors: Sequence[Any], table: str | None, faults: DescriptorFaults
) -> Iterator[Reported]:
    """The findings on a table, or with None on the package.

    Errors of the descriptor are in our words where we know what is wrong.
    """
    known: list[Reported] = []
    types = {error.type for error in errors}
    if not types.isdisjoint(_OF_DESCRIPTION):
        known = _descriptor_findings(table, faults)

    yield from known

    for error in errors:
        if error.type not in _OF_DESCRIPTION:
            yield _row_finding(error, table, faults)
            continue

        # In its own words only where nothing is known to us.
        if not known:
            words = str(error.note or error.message)
            yield _refused_descriptor(error.type, words, table, faults)


def stopped_at(
    error: Exception, table: str | None, faults: DescriptorFaults
) -> Reported:
    """Frictionless stops with an error of its own, so nothing can be said of the rest."""
    first_line = str(error).strip().split("\n", 1)[0]
    words = f"it stops there, {type(error).__name__}: {first_line}"

    return _refused_descriptor("error", words, table, faults)


def without_root(words: str, faults: DescriptorFaults | None) -> str:
    """Words without the folder in which the package happens to be."""
    if faults is None:
        return words

    # Frictionless may name the folder as it was given, or as it really is.
    for root in {str(faults.root), str(faults.root.resolve())}:
        words = words.replace(f"{root}/", "").replace(root, "the package")

    return words[:LONGEST_WORDS]


def _descriptor_findings(table: str | None, faults: DescriptorFaults) -> list[Reported]:
    if table is not None:
        return faults.findings_on(table)

    return list(faults.findings())


def _refused_descriptor(
    kind: str, words: str, table: str | None, faults: DescriptorFaults
) -> Reported:
    path = layout.DESCRIPTOR if table is None else faults.path_of(table).text
    says = without_root(words, faults)
    refused = finding("descriptor-refused", at=path, kind=kind, says=says)

    return Reported(finding=refused, file=layout.DESCRIPTOR, table=table)


def _row_finding(error: Any, table: str | None, faults: DescriptorFaults) -> Reported:
    """An error about data. Frictionless counts rows without blank lines in cells."""
    message = finding(
        "frictionless-error",
        value=getattr(error, "cell", None),
        kind=error.type,
        says=without_root(str(error.note or error.message), faults),
    )

    return Reported(
        finding=message,
        file=None if table else layout.DESCRIPTOR,
        table=table,
        row=getattr(error, "row_number", None),
        field=getattr(error, "field_name", None),
    )
