"""The rule language: one text, one meaning, in every back end.

``parse_expression`` makes an ``Expression`` of a text, ``check_expression`` says what is wrong with it
in a study, ``compile_expression`` makes a function of it, ``to_english`` says it in words.
"""

from __future__ import annotations

from forms_spec.findings import Finding
from forms_spec.model import Codelist, Study
from forms_spec.rules.checker import resolve
from forms_spec.rules.english import to_english
from forms_spec.rules.evaluate import compile_expression
from forms_spec.rules.expression import Expression, Home, parse_expression
from forms_spec.rules.functions import FUNCTIONS
from forms_spec.rules.names import KEYS
from forms_spec.rules.references import Target, references
from forms_spec.rules.tokenizer import KEYWORDS
from forms_spec.rules.types import Type, type_of

__all__ = [
    "FUNCTIONS",
    "KEYS",
    "KEYWORDS",
    "Expression",
    "Home",
    "Target",
    "Type",
    "check_expression",
    "compile_expression",
    "inherited_warnings",
    "parse_expression",
    "references",
    "to_english",
    "type_of",
]


def check_expression(
    expression: Expression, study: Study, home: Home, expects: Type | None, codes: Codelist | None = None
) -> list[Finding]:
    """Everything that is wrong with an expression where ``expects`` is wanted.

    Conditions want ``Type.CONDITION``; the ends of a range and formulas want ``type_of(field)``, formulas
    that give a choice also the field's ``codes``; an answer inside a text may be of any type (None).
    """
    found = resolve(expression, study, home, expects, codes)
    return [*found.findings, *found.warnings]


def inherited_warnings(
    expression: Expression, study: Study, home: Home, expects: Type | None
) -> list[Finding]:
    """What is doubtful in the derivations that an expression uses, at its place in them."""
    return list(resolve(expression, study, home, expects).inherited)
