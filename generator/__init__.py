"""Targets: everything that is made from a study.

``validate_package`` is here for programs and notebooks; what it needs is imported when
it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from generator.validation.open_package import Engine
    from generator.validation.report.data_frames import (
        findings_frame,
        missingness_frame,
    )
    from generator.validation.report.report import Report, Reported
    from generator.validation.validate import validate_package

__all__ = [
    "Engine",
    "Report",
    "Reported",
    "findings_frame",
    "missingness_frame",
    "validate_package",
]

_HOMES = {
    "Engine": "open_package",
    "Report": "report.report",
    "Reported": "report.report",
    "findings_frame": "report.data_frames",
    "missingness_frame": "report.data_frames",
    "validate_package": "validate",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.validation.{_HOMES[name]}"), name)
