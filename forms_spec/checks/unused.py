"""What is written and never used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import LoadedStudy, words_of
from forms_spec.rule_syntax.syntax_tree import Node, ParameterReference, nodes_of


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
    for names in loaded.of_each_form(_parameters_of_parts):
        read |= names

    for derivation in loaded.study.derivations.values():
        read.update(parameters_in(derivation.expression.tree))

    return read


def _parameters_of_parts(loaded: LoadedStudy) -> frozenset[str]:
    read: set[str] = set()
    for part in loaded.parts.expressions:
        # Most expressions read none, and a look at the text is quicker than a walk.
        if "$" in part.written.expression.text:
            read.update(parameters_in(part.written.expression.tree))

    return frozenset(read)


def _unused_derivations(loaded: LoadedStudy) -> Iterator[Finding]:
    """Derivations that no other expression names.

    One with a label is of use by itself: the codebook shows it.
    """
    derivations = loaded.study.derivations
    named = Counter[str]()
    for words in (
        *(part.parts.words for part in loaded.slices),
        *(words_of([derivation.expression]) for derivation in derivations.values()),
    ):
        named.update(words & derivations.keys())

    for derivation in derivations.values():
        # One that names itself goes in a circle, which is no use.
        own = derivation.name in words_of([derivation.expression])
        is_used = named[derivation.name] > own

        if derivation.label is None and not is_used:
            yield finding(
                "unused-derivation", text=derivation.place, name=derivation.name
            )


def parameters_in(tree: Node) -> Iterator[str]:
    """The names of the parameters that a tree reads."""
    for node in nodes_of(tree, ParameterReference):
        yield node.name
