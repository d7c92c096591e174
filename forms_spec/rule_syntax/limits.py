"""The bounds of the rule language, the same in every back end.

Numbers are multiples of 10^-9 below 10^15 in size; a result outside is UNKNOWN. Text,
nesting and the size of an expression with its derivations written out are bounded, so
that a hostile dictionary gives a finding and never exhausts a stack.
"""

from __future__ import annotations

FRACTION_DIGITS = 9
SCALE: int = 10**FRACTION_DIGITS
INTEGER_DIGITS = 15
NUMBER_BOUND: int = 10**INTEGER_DIGITS * SCALE

LONGEST_TEXT = 10_000
DEEPEST = 64
MOST_NODES = 5_000
