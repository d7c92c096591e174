"""The keys that say what a file of a dictionary holds."""

from __future__ import annotations

NOUNS = (
    "study",
    "codelists",
    "visits",
    "form",
    "rules",
    "derivations",
    "reference_ranges",
    "eligibility",
    "roles",
    "translations",
)
