"""The arms of a study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Arms:
    """``by`` is the field or the derivation that gives a subject's arm; ``titles`` has
    the title of each arm by its name.
    """

    by: str
    titles: Mapping[str, str]
