"""Targets: everything that is made from a study.

``validate_package`` is here for programs and notebooks; what it needs is imported when it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from generator.package.frames import findings_frame, missingness_frame
    from generator.package.reader import Engine
    from generator.package.report import Report, Reported
    from generator.package.validate import validate_package

__all__ = ["Engine", "Report", "Reported", "findings_frame", "missingness_frame", "validate_package"]

_HOMES = {
    "Engine": "reader",
    "Report": "report",
    "Reported": "report",
    "findings_frame": "frames",
    "missingness_frame": "frames",
    "validate_package": "validate",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.package.{_HOMES[name]}"), name)
