"""The catalogue's words as JSON, so that the page says what every report says."""

from __future__ import annotations

from forms_spec.findings.catalogue import data, values

Words = dict[str, dict[str, str]]


def messages() -> Words:
    """Severity, message and remedy of every code that a page can find by itself.

    Message and remedy are templates; ``crfsmith.fill`` puts the words of a refusal into
    them.
    """
    # Other codes belong to dictionaries and packages, which no page reads.
    return {
        entry.code: {
            "severity": entry.severity.value,
            "message": entry.message,
            "remedy": entry.remedy,
        }
        for module in (values, data)
        for entry in module.ENTRIES
    }
