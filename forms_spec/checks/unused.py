"""What is written and never used."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.rule_syntax.syntax_tree import Node, ParameterReference, nodes_of
from forms_spec.rules import Expression

NAME = re.compile(r"[A-Za-z]\w*", re.ASCII)
"""A word of an expression that may be the name of a derivation."""


def check_unused(loaded: LoadedStudy) -> Iterator[Finding]:
    """Codelists that no field names and parameters that no rule reads.

    A parameter with a label is of use by itself: the codebook shows it.
    """
    study = loaded.study
    for codelist in study.codelists.values():
        if codelist.name not in loaded.parts.codelists_used:
            yield finding("unused-codelist", text=codelist.place, name=codelist.name)

    read = _parameters_read(loaded)
    for parameter in study.parameters.values():
        # Loading gives a parameter without a label its name for one.
        has_label = parameter.label != parameter.name
        is_used = has_label or parameter.name in read
        if not is_used:
            yield finding("unused-parameter", text=parameter.place, name=parameter.name)

    yield from _unused_derivations(loaded)


def _parameters_read(loaded: LoadedStudy) -> set[str]:
    read: set[str] = set()
    for expression in _expressions(loaded):
        # Most expressions read none, and a look at the text is quicker than a walk.
        if "$" in expression.text:
            read.update(parameters_in(expression.tree))

    return read


def _unused_derivations(loaded: LoadedStudy) -> Iterator[Finding]:
    """Derivations that no other expression names.

    One with a label is of use by itself: the codebook shows it.
    """
    named: Counter[str] = Counter()
    for expression in _expressions(loaded):
        named.update(set(NAME.findall(expression.text)))

    for derivation in loaded.study.derivations.values():
        # One that names itself goes in a circle, which is no use.
        own = derivation.name in NAME.findall(derivation.expression.text)
        is_used = named[derivation.name] > own

        if derivation.label is None and not is_used:
            yield finding(
                "unused-derivation", text=derivation.place, name=derivation.name
            )


def _expressions(loaded: LoadedStudy) -> Iterator[Expression]:
    for part in loaded.parts.expressions:
        yield part.written.expression

    for derivation in loaded.study.derivations.values():
        yield derivation.expression


def parameters_in(tree: Node) -> Iterator[str]:
    """The names of the parameters that a tree reads."""
    for node in nodes_of(tree, ParameterReference):
        yield node.name
