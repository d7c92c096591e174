"""Findings of a dictionary for tools that show them beside its lines: SARIF and GitHub."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from forms_spec.findings.catalogue import CATALOGUE
from forms_spec.findings.finding import Finding, Severity
from forms_spec.findings.places import TextPlace

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS: Mapping[Severity, str] = MappingProxyType(
    {
        Severity.ERROR: "error",
        Severity.QUERY: "warning",
        Severity.WARNING: "warning",
    }
)
"""Levels of SARIF, and commands of GitHub: both know these two words."""

FINGERPRINT = "crfsmithFinding/v1"


def sarif_log(findings: Sequence[Finding], folder: Path) -> dict[str, Any]:
    """The findings as a SARIF 2.1.0 log with one run.

    ``folder`` is the dictionary's folder as the user gave it: a relative one stays
    relative, so that the addresses fit the repository that the tool runs in. Source:
    OASIS, Static Analysis Results Interchange Format, version 2.1.0.
    """
    codes = sorted({finding.code for finding in findings})
    driver = {
        "name": "crfsmith",
        "version": version("crfsmith"),
        "rules": [_sarif_rule(code) for code in codes],
    }
    results = [
        _sarif_result(finding, codes.index(finding.code), folder)
        for finding in findings
    ]

    return {
        "$schema": SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": _with_fingerprints(results, findings),
            }
        ],
    }


def _sarif_rule(code: str) -> dict[str, Any]:
    """What SARIF calls a rule: a finding code with its explanation."""
    entry = CATALOGUE[code]
    return {
        "id": code,
        "shortDescription": {"text": entry.message},
        "fullDescription": {"text": entry.explanation},
        "help": {"text": entry.remedy},
        "defaultConfiguration": {"level": LEVELS[entry.severity]},
    }


def _sarif_result(finding: Finding, rule: int, folder: Path) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": LEVELS[finding.severity],
        "message": {"text": _sentences(finding)},
    }
    if finding.text is not None:
        result["locations"] = [_sarif_location(finding.text, folder)]
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, **_sarif_location(place, folder)}
            for number, place in enumerate(finding.related)
        ]

    return result


def _sarif_location(place: TextPlace, folder: Path) -> dict[str, Any]:
    region = {"startLine": place.line, "startColumn": place.column}
    if place.end_line:
        region |= {"endLine": place.end_line, "endColumn": place.end_column}

    file = folder / place.file
    # A whole path becomes a file address, a relative one an address below the root
    # of the repository.
    uri = file.as_uri() if file.is_absolute() else quote(file.as_posix())
    return {
        "physicalLocation": {"artifactLocation": {"uri": uri}, "region": region},
    }


def _with_fingerprints(
    results: Sequence[dict[str, Any]], findings: Sequence[Finding]
) -> list[dict[str, Any]]:
    """The results with what tells a tool that a finding is the one it knew before.

    A line number is no part of it: text that moves keeps its findings. Equal findings
    of a file are counted.
    """
    times: dict[str, int] = {}
    marked = []
    for result, finding in zip(results, findings, strict=True):
        file = finding.text.file if finding.text else ""
        identity = "\0".join((finding.code, file, finding.message))
        times[identity] = times.get(identity, 0) + 1

        digest = sha256(f"{identity}\0{times[identity]}".encode()).hexdigest()
        marked.append({**result, "partialFingerprints": {FINGERPRINT: digest}})

    return marked


def github_lines(findings: Sequence[Finding], folder: Path) -> Iterator[str]:
    """One workflow command for each finding: GitHub shows it beside its line.

    Source: GitHub, "Workflow commands for GitHub Actions".
    """
    for finding in findings:
        properties = {"title": finding.code}
        if finding.text is not None:
            properties = _github_place(finding.text, folder) | properties

        listed = ",".join(
            f"{name}={_escaped_property(value)}" for name, value in properties.items()
        )
        command = LEVELS[finding.severity]
        yield f"::{command} {listed}::{_escaped(_sentences(finding))}"


def _github_place(place: TextPlace, folder: Path) -> dict[str, str]:
    properties = {
        "file": (folder / place.file).as_posix(),
        "line": str(place.line),
        "col": str(place.column),
    }
    if place.end_line:
        properties["endLine"] = str(place.end_line)
    # GitHub takes an end column only within one line.
    if place.end_line == place.line:
        properties["endColumn"] = str(place.end_column)

    return properties


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _sentences(finding: Finding) -> str:
    """What is wrong and what to do, as two sentences."""
    remedy = " ".join(finding.remedy.split())
    return f"{_sentence(finding.message)} {_sentence(remedy)}".strip()


def _sentence(text: str) -> str:
    return text if not text or text[-1] in ".!?" else f"{text}."
