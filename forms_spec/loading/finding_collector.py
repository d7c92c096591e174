"""Where each thing stands in the text, and what was wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema, ValidationError

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.loading.schema_problems import Problem, problems
from forms_spec.yaml_source.document import Data, Document, Path


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceNode:
    """A value of a document.

    ``fallback`` is where keys stand that are not its own (``each``).
    """

    document: Document
    path: Path = ()
    fallback: Path | None = None

    def at(self, *steps: str | int) -> SourceNode:
        """A value below this one."""
        path = (*self.path, *steps)
        if self.fallback is None or not steps:
            return SourceNode(document=self.document, path=path)

        # A key of its own hides the shared one, whatever is below it.
        is_own = self.document.has((*self.path, steps[0]))
        shared = (*self.fallback, *steps)
        if not is_own and self.document.has(shared):
            return SourceNode(document=self.document, path=shared)

        return SourceNode(document=self.document, path=path)

    def at_or_self(self, key: str) -> SourceNode:
        """The value under a key, or this one where it is written without that key.

        Many things are a mapping in full and a bare text in short.
        """
        inner = self.at(key)
        if inner.has:
            return inner

        return self

    @property
    def place(self) -> TextPlace:
        return self.document.place(self.path)

    @property
    def key(self) -> TextPlace:
        return self.document.key_place(self.path)

    @property
    def has(self) -> bool:
        """True when the text has this value."""
        return self.document.has(self.path)

    @property
    def data(self) -> Data:
        return self.document.value(self.path)

    @property
    def text(self) -> str | None:
        """The text of a scalar, None of anything else."""
        data = self.data
        if not isinstance(data, str):
            return None

        return data

    def span(self, first: int, last: int) -> TextPlace:
        """Some characters of this text."""
        return self.document.inside(self.path, first, last)


@dataclass(kw_only=True)
class Notes:
    """Findings on the way, each once, in the order in which loading meets them."""

    findings: list[Finding] = field(default_factory=list)
    _seen: set[tuple[object, ...]] = field(default_factory=set)

    def add(self, fault: Finding) -> None:
        # One text may be read for several fields (``each``), and would be refused each
        # time.
        key = (fault.code, fault.message, fault.text)
        if key not in self._seen:
            self._seen.add(key)
            self.findings.append(fault)

    def extend(self, findings: Iterable[Finding]) -> None:
        for fault in findings:
            self.add(fault)

    def say(
        self,
        code: str,
        place: TextPlace,
        /,
        *,
        related: tuple[TextPlace, ...] = (),
        **words: Any,
    ) -> None:
        """Make a finding of the catalogue."""
        self.add(finding(code, text=place, related=related, **words))

    def say_duplicate(
        self, what: str, name: str, place: TextPlace, first: TextPlace
    ) -> None:
        """Refuse a name that is taken already, at the place ``first``."""
        self.say(
            "duplicate-name",
            place,
            related=(first,),
            what=what,
            name=name,
            first=first,
        )

    def load(
        self,
        schema: Schema,
        data: object,
        spot: SourceNode,
        locate: Callable[[Path], SourceNode] | None = None,
    ) -> dict[str, Any]:
        """What a schema makes of the data; what it refuses is noted and left out.

        ``locate`` finds the place of a path where that is not simply below ``spot``.
        """
        try:
            loaded: dict[str, Any] = schema.load(data)  # type: ignore[arg-type]
        except ValidationError as error:
            for path, problem in problems(error.messages):
                refused = locate(path) if locate else spot.at(*path)
                self.add(_refusal(refused, path, problem))

            # The right part of the data is used, so that more faults are found at once.
            if isinstance(error.valid_data, dict):
                return error.valid_data

            return {}

        return loaded


def _refusal(spot: SourceNode, path: Path, problem: Problem) -> Finding:
    """The finding of what a schema has against a value."""
    # A problem may name another key than that of its value.
    words: Mapping[str, Any] = {"key": path[-1] if path else "", **problem.words}
    if problem.span is not None:
        place = spot.span(*problem.span)
    elif problem.at_key or problem.code == "empty-value":
        place = spot.key
    else:
        place = spot.place

    return finding(problem.code, text=place, value=spot.text, **words)
