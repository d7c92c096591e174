"""Numbers as people type them: ``+5``, ``007``, ``.5``, ``12,5``."""

from __future__ import annotations

import re

from forms_spec.model.characters import plain_blanks

_GRAMMAR = re.compile(r"([+\-\u2212]?)([0-9]*)(?:([.,])([0-9]*))?")


def read_integer(text: str) -> str | None:
    """A whole number with a sign or zeros in front; no mark of decimals at all."""
    result = _GRAMMAR.fullmatch(text)
    if result is None or result[3]:
        return None

    return _written(result)


def read_decimal(text: str) -> str | None:
    """A decimal whose digits may lack before or after the point.

    A comma is the decimal mark unless three digits follow it: ``1,000`` may be a
    thousand or one.
    """
    result = _GRAMMAR.fullmatch(text)
    if result is None:
        return None

    may_be_thousands = result[3] == "," and len(result[4]) in (0, 3)
    if may_be_thousands:
        return None

    return _written(result)


_LIMIT = re.compile(r"(<=|=<|>=|=>|<|>|\u2264|\u2265)? ?(.*)")
_SPELT = {"=<": "<=", "=>": ">=", "\u2264": "<=", "\u2265": ">="}


def read_bounded(text: str) -> str | None:
    """A decimal, after a comparator with or without a blank: ``< 0,3``, ``≤5``."""
    result = _LIMIT.fullmatch(plain_blanks(text))
    if result is None:
        return None

    number = read_decimal(result[2])
    if number is None:
        return None

    comparator = result[1] or ""
    return f"{_SPELT.get(comparator, comparator)}{number}"


def _written(result: re.Match[str]) -> str | None:
    sign, whole, _, decimals = result.groups()
    if not whole and not decimals:
        return None

    # Word processors write U+2212 for a minus.
    is_positive = sign in ("", "+")
    minus = "" if is_positive else "-"
    # ``007`` and ``.5`` lose and get their zeros: one text stands for one number.
    digits = whole.lstrip("0") or "0"
    if not decimals:
        return f"{minus}{digits}"

    return f"{minus}{digits}.{decimals}"
