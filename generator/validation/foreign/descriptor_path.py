"""Where in a descriptor something is wrong, and the finding that says so."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from forms_spec.findings.catalogue import finding
from generator.tables import layout
from generator.validation.report.report import Reported

_LONGEST_VALUE = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class DescriptorPath:
    """A part of ``datapackage.json``, or of a schema in a file of its own.

    ``steps`` is the path inside the file, such as ``resources[0].schema.fields[1]``;
    it is empty for the whole file. ``table`` is the name of the resource.
    """

    steps: str = ""
    table: str | None = None
    file: str = layout.DESCRIPTOR

    @property
    def text(self) -> str:
        """The path in a message; the file is named only where it is not the descriptor."""
        if self.file == layout.DESCRIPTOR:
            return self.steps or self.file
        if not self.steps:
            return self.file

        return f"{self.file}: {self.steps}"

    def child(self, steps: str) -> DescriptorPath:
        """The path of a property of this part, or of something inside a property."""
        if not self.steps:
            return replace(self, steps=steps)

        return replace(self, steps=f"{self.steps}.{steps}")

    def element(self, index: int) -> DescriptorPath:
        """The path of an element of this list."""
        return replace(self, steps=f"{self.steps}[{index}]")

    def contains(self, other: DescriptorPath) -> bool:
        """Whether another path is this one, or leads to something inside it."""
        is_package = self.file == layout.DESCRIPTOR and not self.steps
        if is_package:
            return True

        if self.file != other.file:
            return False
        if not self._is_of_table(other.table):
            return False

        if self.steps in ("", other.steps):
            return True

        return other.steps.startswith((f"{self.steps}.", f"{self.steps}["))

    def _is_of_table(self, table: str | None) -> bool:
        # Tables may share a schema file. A fault in it is then a fault of each of them.
        if self.table is None or table is None:
            return True

        return self.table == table


class Fault(NamedTuple):
    """A finding, and the path of what it is about."""

    path: DescriptorPath
    reported: Reported


def fault(
    code: str, path: DescriptorPath, *, value: str | None = None, **words: Any
) -> Fault:
    """A finding about a part of a descriptor; ``words`` fill the catalogue's message."""
    message = finding(code, value=value, at=path.text, **words)
    reported = Reported(finding=message, file=path.file, table=path.table)

    # What is lacking has a path too: Frictionless may speak of the same property.
    subject = path.child(words["name"]) if code == "descriptor-lacks" else path

    return Fault(subject, reported)


def shown(value: Any) -> str:
    """A JSON value as the descriptor has it, cut where it is long."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "nested too deep"

    if len(text) > _LONGEST_VALUE:
        return f"{text[:_LONGEST_VALUE]}…"

    return text
