"""``checks``: the protocol checks that the facets of a field, or the rows of a group,
implement.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from forms_spec.findings.finding import Severity
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
    }
)
"""The findings that each facet gives."""

GROUP_FACETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "rows": (
            "too-few-rows",
            "too-many-rows",
            "row-missing",
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
    severity = OneOf(*(item.value for item in Severity), load_default=None)


class _OneCheck(ScalarField):
    """A check's id, or the id with a severity."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> ProtocolCheck:
        if isinstance(value, dict):
            data = _CHECK.load(value)
            severity = Severity(data["severity"]) if data["severity"] else None
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
        for facet, text in value.items():
            if facet not in self.facets:
                fail("check-without-facet", key=facet, keys=", ".join(self.facets))
            checks |= _by_code(facet, text, self.facets[facet])

        return MappingProxyType(checks)


def _by_code(facet: str, text: Any, codes: tuple[str, ...]) -> dict[str, ProtocolCheck]:
    if not isinstance(text, list):
        check = _ONE.deserialize(text)
        return dict.fromkeys(codes, check)

    if facet not in TWO_ENDS or len(text) != 2:
        fail("check-ends")
    return {
        code: _ONE.deserialize(item)
        for code, item in zip(codes, text, strict=True)
        if item is not None
    }


def checks_of(
    checks: Mapping[str, ProtocolCheck],
    general: Mapping[str, ProtocolCheck],
    ranges: Mapping[str | None, Range],
) -> Mapping[str, ProtocolCheck]:
    """The field's own checks before the study's; that of ``today`` only where a range
    ends today.
    """
    ends_today = any(
        item.high is not None and isinstance(item.high.tree, Today)
        for item in ranges.values()
    )
    meant = {
        code: item
        for code, item in general.items()
        if code != "above-range" or ends_today
    }

    return MappingProxyType({**meant, **checks})


_TEXT = TextField()
_CHECK = CheckSchema()
_ONE = _OneCheck()
