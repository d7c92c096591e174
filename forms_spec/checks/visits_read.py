"""Expressions that read a form at a visit which cannot be meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from forms_spec.checks.conditions import line_place
from forms_spec.checks.expressions import CONDITIONS, PROPOSAL
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.source_map import ExpressionPart, LoadedStudy
from forms_spec.model.captured_data import LOG
from forms_spec.model.study import Study
from forms_spec.model.visit_lookup import nearest_visit, visit_order
from forms_spec.model.visits import VisitType
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rule_syntax.expression import place_within
from forms_spec.rules.semantics.name_lookup import PREVIOUS
from forms_spec.rules.semantics.resolved import Remote
from forms_spec.rules.semantics.resolver import Resolved

AT_ENTRY = (CONDITIONS - {"assert", "when"}) | {PROPOSAL}
"""What is needed while the form is filled in. A rule may wait."""

VISIT, SITE = "visitid", "siteid"


def visits_of_forms(study: Study) -> Mapping[str, list[str]]:
    """The visits at which each form is scheduled."""
    visits: dict[str, list[str]] = {}
    for item in study.schedule:
        visits.setdefault(item.form, []).append(item.visit)

    return visits


def visit_findings(
    part: ExpressionPart, resolved: Resolved, own: list[str], study: Study
) -> Iterator[Finding]:
    """References that fall on a repeating visit, or on a visit that is still to come.

    ``own`` are the visits of the form that the expression belongs to.
    """
    for (start, end), core in resolved.notes.items():
        # Inside an aggregate the rows of other forms are looked at.
        if not isinstance(core, Remote) or core.depth != 0:
            continue

        place = line_place(start, end)
        problem = _at_repeating_visit(place, core, own, study)
        is_entered_here = part.what in AT_ENTRY
        if problem is None and is_entered_here:
            problem = _at_later_visit(place, core, own, study)

        if problem is not None:
            yield part.written.located(problem)


def _at_repeating_visit(
    place: TextPlace, cell: Remote, own: list[str], study: Study
) -> Finding | None:
    """A reference without a visit that falls on one which may take place many times."""
    if cell.visit == PREVIOUS:
        return _nothing_earlier(place, cell, own, study)
    if cell.visit is not None:
        return None

    for visit in own:
        there = nearest_visit(study, cell.form, visit)
        if there is None or there == visit or not study.visits[there].repeats:
            continue

        return finding(
            "reference-to-repeating-visit",
            text=place,
            name=f"{cell.form}.{cell.field.name}",
            form=cell.form,
            field=cell.field.name,
            visit=visit,
            there=there,
        )

    return None


def _nothing_earlier(
    place: TextPlace, cell: Remote, own: list[str], study: Study
) -> Finding | None:
    """``previous`` where no earlier visit has the form."""
    theirs = [item.visit for item in study.schedule if item.form == cell.form]
    if not theirs:
        return None

    # The visit before a repeating one may be that visit itself, the time before.
    visits = [study.visits[name] for name in (*theirs, *own)]
    if any(visit.repeats for visit in visits):
        return None
    # Nobody knows when the others take place.
    if {visit.type for visit in visits} != {VisitType.SCHEDULED}:
        return None

    order = visit_order(study)
    first_of_theirs = min(theirs, key=order.__getitem__)
    last_of_own = max(own, key=order.__getitem__)
    if order[first_of_theirs] < order[last_of_own]:
        return None

    return finding(
        "nothing-previous",
        text=place,
        name=f"{cell.form}[previous].{cell.field.name}",
        form=cell.form,
        own=last_of_own,
    )


def _at_later_visit(
    place: TextPlace, cell: Remote, own: list[str], study: Study
) -> Finding | None:
    """A condition of entry that reads what is entered only at a later visit."""
    if cell.visit == PREVIOUS:
        return None

    order = visit_order(study)
    for visit in own:
        there = cell.visit or nearest_visit(study, cell.form, visit)
        if there is None or order[there] <= order[visit]:
            return None

        # Nobody knows when the others take place.
        types = {study.visits[there].type, study.visits[visit].type}
        if types != {VisitType.SCHEDULED}:
            return None

    last = max(own, key=order.__getitem__)
    there = cell.visit or nearest_visit(study, cell.form, last)

    return finding(
        "reads-later-visit",
        text=place,
        name=f"{cell.form}.{cell.field.name}",
        visit=there,
        own=last,
    )


def check_places_compared(loaded: LoadedStudy) -> Iterator[Finding]:
    """Derivations that compare the visit or site with one that the study lacks.

    Where an expression itself does so, its comparison is never true, which is found
    there.
    """
    study = loaded.study
    known = {VISIT: [*study.visits, LOG], SITE: list(study.sites)}

    for derivation in study.derivations.values():
        expression = derivation.expression
        # A look at the text is quicker than a walk.
        if VISIT not in expression.text and SITE not in expression.text:
            continue

        for key, literal in _compared(expression.tree):
            name = str(literal.value)
            if name in known[key] or not known[key]:
                continue

            what = "visit" if key == VISIT else "site"
            yield finding(
                "no-such-place",
                text=place_within(
                    expression.text, expression.place, literal.start, literal.end
                ),
                value=name,
                what=what,
                near=did_you_mean(name, known[key]),
            )


def _compared(node: object) -> Iterator[tuple[str, syntax_tree.Literal]]:
    """The texts that ``visitid`` and ``siteid`` are compared with.

    A tree's depth is bounded by the parser, so this recursion is bounded too.
    """
    if isinstance(node, syntax_tree.Compare | syntax_tree.In):
        key, others = _key_and_others(node)
        if key is not None:
            yield from ((key, text) for text in _texts(others))
            return

    if isinstance(node, syntax_tree.Node):
        for attribute in node.__dataclass_fields__:
            yield from _compared(getattr(node, attribute))
    elif isinstance(node, tuple):
        for element in node:
            yield from _compared(element)


def _texts(nodes: Iterable[syntax_tree.Node]) -> Iterator[syntax_tree.Literal]:
    """The texts among some parts of an expression."""
    for node in nodes:
        if isinstance(node, syntax_tree.Literal) and node.kind == "text":
            yield node


def _key_and_others(
    node: syntax_tree.Compare | syntax_tree.In,
) -> tuple[str | None, tuple[syntax_tree.Node, ...]]:
    if isinstance(node, syntax_tree.In):
        among = node.among
        items = among.items if isinstance(among, syntax_tree.Listing) else ()
        return _key(node.operand), items

    left = _key(node.left)
    if left is not None:
        return left, (node.right,)

    return _key(node.right), (node.left,)


def _key(node: syntax_tree.Node) -> str | None:
    if not isinstance(node, syntax_tree.Reference):
        return None

    if node.field not in (VISIT, SITE):
        return None

    return node.field
