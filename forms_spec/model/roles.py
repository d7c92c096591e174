"""What people do with captured data, and which role may do what."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final


class Permission(Enum):
    """Something that a role may do with captured data. The values are the words of the
    dictionary.
    """

    SEE = "see"
    ENTER = "enter"
    COMPLETE = "complete"
    QUERY = "query"
    VERIFY = "verify"
    LOCK = "lock"
    SIGN = "sign"
    EXPORT = "export"


_SEE, _ENTER, _COMPLETE = Permission.SEE, Permission.ENTER, Permission.COMPLETE
_QUERY, _VERIFY, _LOCK = Permission.QUERY, Permission.VERIFY, Permission.LOCK
_SIGN, _EXPORT = Permission.SIGN, Permission.EXPORT

USUAL_ROLES: Final[Mapping[str, frozenset[Permission]]] = MappingProxyType(
    {
        "coordinator": frozenset({_SEE, _ENTER, _COMPLETE, _QUERY}),
        "investigator": frozenset({_SEE, _ENTER, _COMPLETE, _QUERY, _SIGN}),
        "monitor": frozenset({_SEE, _QUERY, _VERIFY}),
        "data manager": frozenset({_SEE, _QUERY, _VERIFY, _LOCK, _EXPORT}),
    }
)
"""What each role may do in every form of a study whose dictionary does not say."""
