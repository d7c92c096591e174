"""Why a text of REDCap's logic, or a rule of ours, has no translation."""

from __future__ import annotations


class LogicFault(Exception):
    """The text is no logic, or none that can be translated: why, and where."""

    def __init__(self, why: str, start: int = 0, end: int = 0) -> None:
        super().__init__(why)
        self.why = why
        self.start = start
        self.end = end
