"""``checks``: the protocol checks that the facets of a field, or the rows of a group,
implement.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from forms_spec.findings.finding import NOT_UNIQUE, WORDS, Severity
from forms_spec.loading.schema_fields import (
    MappingSchema,
    OneOf,
    ScalarField,
    TextField,
)
from forms_spec.loading.schema_problems import fail
from forms_spec.model.facets import ProtocolCheck, Range
from forms_spec.rule_syntax.syntax_tree import Today

FIELD_FACETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "range": ("below-range", "above-range"),
        "expected": ("below-expected", "above-expected"),
        "alert": ("below-alert", "above-alert"),
        "required": ("required-blank", "required-unknown"),
        "show_when": ("hidden-with-value", "shown-unknown"),
        "value": ("calculated-differs", "calculated-unknown"),
        "codes": (
            "unknown-choice",
            "ambiguous-choice",
            "empty-choice",
            "repeated-choice",
            "exclusive-choice",
        ),
        "max_choices": ("too-many-choices",),
        "missing": ("missing-not-allowed", "missing-draft-only"),
        "unique": (NOT_UNIQUE,),
    }
)
"""The findings that each facet gives."""

GROUP_FACETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "rows": (
            "too-few-rows",
            "too-many-rows",
            "row-missing",
            "row-not-carried",
            "row-twice",
            "rows-unknown",
        )
    }
)
STUDY_FACETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"required": FIELD_FACETS["required"], "today": ("above-range",)}
)
"""What a study says for all its fields; ``today`` is the upper end of a range."""

TWO_ENDS = ("range", "expected", "alert")


class CheckSchema(MappingSchema):
    """A check that weighs differently here."""

    check = TextField(required=True)
    severity = OneOf(*WORDS, load_default=None)


class _OneCheck(ScalarField):
    """A check's id, or the id with a severity."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> ProtocolCheck:
        if isinstance(value, dict):
            data = _CHECK.load(value)
            word = data["severity"]
            severity = Severity(word) if word else None
            return ProtocolCheck(name=data["check"], severity=severity)

        return ProtocolCheck(name=_TEXT.deserialize(value))


class ChecksShape(ScalarField):
    """Checks by facet, as the findings that bear them; a range may name one for each of
    its two ends.
    """

    def __init__(self, facets: Mapping[str, tuple[str, ...]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.facets = facets

    def _deserialize(
        self, value: Any, *_: Any, **__: Any
    ) -> Mapping[str, ProtocolCheck]:
        if not isinstance(value, dict):
            fail("not-a-mapping")

        checks: dict[str, ProtocolCheck] = {}
        for facet, written in value.items():
            if facet not in self.facets:
                fail("check-without-facet", key=facet, keys=", ".join(self.facets))

            checks |= _by_code(facet, written, self.facets[facet])

        return MappingProxyType(checks)


def _by_code(
    facet: str, written: Any, codes: tuple[str, ...]
) -> dict[str, ProtocolCheck]:
    """The checks of one facet by the codes of its findings."""
    if not isinstance(written, list):
        check = _ONE.deserialize(written)
        return dict.fromkeys(codes, check)

    # The two codes of such a facet are those of its two ends, the lower first.
    if facet not in TWO_ENDS or len(written) != 2:
        fail("check-ends")

    checks: dict[str, ProtocolCheck] = {}
    for code, end in zip(codes, written, strict=True):
        if end is not None:
            checks[code] = _ONE.deserialize(end)

    return checks


def checks_of(
    own: Mapping[str, ProtocolCheck],
    general: Mapping[str, ProtocolCheck],
    ranges: Mapping[str | None, Range],
) -> Mapping[str, ProtocolCheck]:
    """The field's own checks before the study's; that of ``today`` only where a range
    ends today.
    """
    checks = dict(general)
    if not any(map(_ends_today, ranges.values())):
        checks.pop("above-range", None)

    return MappingProxyType(checks | dict(own))


def _ends_today(limits: Range) -> bool:
    if limits.high is None:
        return False

    return isinstance(limits.high.tree, Today)


_TEXT = TextField()
_CHECK = CheckSchema()
_ONE = _OneCheck()
