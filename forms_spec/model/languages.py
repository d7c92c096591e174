"""Languages that the texts of a study are written in."""

from __future__ import annotations

import re
from typing import Final

TAG: Final = re.compile(
    r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"
)
"""A language tag of BCP 47 in its usual spelling: ``es``, ``pt-BR``, ``zh-Hans``.

Extensions and tags for private use are left out: no reader of a page knows them.
"""

RIGHT_TO_LEFT: Final = frozenset(
    {"ar", "arc", "ckb", "dv", "fa", "he", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"}
)
RIGHT_TO_LEFT_SCRIPTS: Final = frozenset(
    {"Adlm", "Arab", "Hebr", "Nkoo", "Rohg", "Syrc", "Thaa"}
)


def is_language_tag(text: str) -> bool:
    """Whether a text is a language tag in its usual spelling."""
    return TAG.fullmatch(text) is not None


def direction(tag: str) -> str:
    """``rtl`` for a language that is written from right to left, otherwise ``ltr``."""
    language, *rest = tag.split("-")
    # A script that the tag names says more than the language.
    if rest and len(rest[0]) == 4 and rest[0].isalpha():
        return "rtl" if rest[0] in RIGHT_TO_LEFT_SCRIPTS else "ltr"

    return "rtl" if language in RIGHT_TO_LEFT else "ltr"
