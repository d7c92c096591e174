"""The rule language: one text, one meaning, in every back end.

``parse_expression`` makes an ``Expression`` of a text, ``check_expression`` says what
is wrong with it in a study, ``compile_expression`` makes a function of it,
``to_english`` says it in words.
"""

from __future__ import annotations

from forms_spec.findings.finding import Finding
from forms_spec.model.codes import Codelist
from forms_spec.model.study import Study
from forms_spec.rule_syntax.expression import Expression, parse_expression
from forms_spec.rule_syntax.tokenizer import KEYWORDS
from forms_spec.rules.english import to_english
from forms_spec.rules.runtime.compiler import compile_expression
from forms_spec.rules.semantics.functions import FUNCTIONS
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.name_lookup import KEYS
from forms_spec.rules.semantics.reads import Dependency, references
from forms_spec.rules.semantics.resolver import resolve
from forms_spec.rules.semantics.types import Type, type_of

__all__ = [
    "FUNCTIONS",
    "KEYS",
    "KEYWORDS",
    "Dependency",
    "Expression",
    "Home",
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
    expression: Expression,
    study: Study,
    home: Home,
    expects: Type | None,
    codes: Codelist | None = None,
) -> list[Finding]:
    """Everything that is wrong with an expression where ``expects`` is wanted.

    Conditions want ``Type.CONDITION``; the ends of a range and formulas want
    ``type_of(field)``, formulas that give a choice also the field's ``codes``; an
    answer inside a text may be of any type (None).
    """
    result = resolve(expression, study, home, expects, codes)
    return [*result.findings, *result.warnings]


def inherited_warnings(
    expression: Expression, study: Study, home: Home, expects: Type | None
) -> list[Finding]:
    """What is doubtful in the derivations that an expression uses, at its place in
    them.
    """
    return list(resolve(expression, study, home, expects).inherited)
