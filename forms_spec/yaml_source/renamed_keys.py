"""Keys and types of the dictionary language that have had another name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

RULE_KEYS: Mapping[str, str] = MappingProxyType(
    {"says": "message", "holds": "assert", "applies": "when"}
)
FIELD_KEYS: Mapping[str, str] = MappingProxyType(
    {
        "shown": "show_when",
        "most": "max_choices",
        "not_offered": "retired",
        "ends": "anchors",
        "reference": "lab_test",
    }
)
GROUP_KEYS: Mapping[str, str] = MappingProxyType(
    {"shown": "show_when", "each": "defaults"}
)
PATTERN_KEYS: Mapping[str, str] = MappingProxyType({"says": "message"})
CHECK_KEYS: Mapping[str, str] = MappingProxyType(
    {"shown": "show_when", "most": "max_choices"}
)
"""Facets of a field that name a protocol check."""
TYPES: Mapping[str, str] = MappingProxyType(
    {"choices": "multiple_choice", "tick": "checkbox"}
)

SEVERITIES: Mapping[str, str] = MappingProxyType({"refuse": "error"})
_CHECKS = frozenset({"rules", "checks"})
"""Keys below which a severity can be given."""

_NONE: Mapping[str, str] = MappingProxyType({})

_KEYS_BY_PATH: Mapping[tuple[str | None, ...], Mapping[str, str]] = MappingProxyType(
    {
        ("rules", None): RULE_KEYS,
        ("groups", None): GROUP_KEYS,
        ("fields", None): FIELD_KEYS,
        ("groups", None, "fields", None): FIELD_KEYS,
        ("groups", None, "defaults"): FIELD_KEYS,
        ("fields", None, "pattern"): PATTERN_KEYS,
        ("groups", None, "fields", None, "pattern"): PATTERN_KEYS,
        ("groups", None, "defaults", "pattern"): PATTERN_KEYS,
        ("fields", None, "checks"): CHECK_KEYS,
        ("groups", None, "fields", None, "checks"): CHECK_KEYS,
        ("groups", None, "defaults", "checks"): CHECK_KEYS,
    }
)
"""What was renamed in a mapping, by its path in the file; None stands for any name."""

OLD_KEYS = frozenset(old for keys in _KEYS_BY_PATH.values() for old in keys)
"""Only these need a look at their path."""


def renamed_key(path: Sequence[str | None], key: str) -> str | None:
    """The present name of a key in the mapping at ``path``; None when it has always
    been called so.
    """
    return _keys_at(path).get(key)


def renamed_type(path: Sequence[str | None], name: str) -> str | None:
    """The present name of a type in the mapping at ``path``; None where that is no
    field.
    """
    if _keys_at(path) is not FIELD_KEYS:
        return None

    return TYPES.get(name)


def renamed_severity(path: Sequence[str | None], name: str) -> str | None:
    """The present name of a severity in the mapping at ``path``; None where that is no
    check.
    """
    return None if _CHECKS.isdisjoint(path) else SEVERITIES.get(name)


def _keys_at(path: Sequence[str | None]) -> Mapping[str, str]:
    for pattern, keys in _KEYS_BY_PATH.items():
        if _matches(pattern, path):
            return keys

    return _NONE


def _matches(pattern: Sequence[str | None], path: Sequence[str | None]) -> bool:
    if len(pattern) != len(path):
        return False

    steps = zip(pattern, path, strict=True)
    return all(wanted is None or wanted == step for wanted, step in steps)
