"""What to do about a date in a file, where it is not written as a person types it on a
page.
"""

from __future__ import annotations

import dataclasses

from forms_spec.findings.finding import Finding

_IN_FILES = {
    "not-a-date": "Write year, month and day, for example 2024-04-15",
    "ambiguous-date": "Write year, month and day, for example 2024-04-03",
    "two-digit-year": "Enter all four digits of the year first, for example 2024-04-15",
    "not-a-partial-date": "Write what you know: 2024-04-15, 2024-04 or 2024",
    "not-a-duration": "Write it as ISO 8601 has it, for example P3DT4H, PT90M or P1Y6M",
}


def for_files(finding: Finding) -> Finding:
    """The finding with the remedy for a file; a page understands more than a file may
    hold.
    """
    remedy = _IN_FILES.get(finding.code)
    if remedy is None:
        # Other remedies may show how a page takes a date with a time.
        remedy = finding.remedy.replace("15-Apr-2024 09:30", "2024-04-15T09:30")

    if remedy == finding.remedy:
        return finding

    return dataclasses.replace(finding, remedy=remedy)
