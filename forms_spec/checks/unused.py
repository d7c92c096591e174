"""What is written and never used."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.rule_syntax.syntax_tree import Node, ParameterReference
from forms_spec.rules import Expression


def check_unused(draft: LoadedStudy) -> Iterator[Finding]:
    """Codelists that no field names and parameters that no rule reads.

    A parameter with a label is of use by itself: the codebook shows it.
    """
    study = draft.study
    for codelist in study.codelists.values():
        if codelist.name not in draft.parts.codelists_used:
            yield finding("unused-codelist", text=codelist.place, name=codelist.name)

    read = {
        name
        for expression in _expressions(draft)
        for name in parameters_in(expression.tree)
    }

    for parameter in study.parameters.values():
        if parameter.name not in read and parameter.label == parameter.name:
            yield finding("unused-parameter", text=parameter.place, name=parameter.name)


def _expressions(draft: LoadedStudy) -> Iterator[Expression]:
    yield from (part.written.expression for part in draft.parts.expressions)
    yield from (
        derivation.expression for derivation in draft.study.derivations.values()
    )


def parameters_in(node: object) -> Iterator[str]:
    """The names of the parameters that a tree reads; trees are bounded, so this is too."""
    if isinstance(node, ParameterReference):
        yield node.name
    elif isinstance(node, Node):
        for name in node.__dataclass_fields__:
            yield from parameters_in(getattr(node, name))
    elif isinstance(node, tuple):
        for item in node:
            yield from parameters_in(item)
