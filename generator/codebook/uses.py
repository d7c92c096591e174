"""Every expression of a dictionary: what it says, what it is about, and what it reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType

from forms_spec.findings.finding import Severity
from forms_spec.findings.places import TextPlace
from forms_spec.model.facets import Range
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.study import Study
from forms_spec.model.visits import Scheduled
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules import Expression, Home, references, to_english
from generator.codebook.words import between, home


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A link's end: the anchor, and the name that is shown."""

    anchor: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One expression.

    ``about`` is the anchor of what it governs, ``role`` how it governs it.
    """

    anchor: str
    about: str
    name: str
    role: str
    english: str
    text: str
    place: TextPlace
    reads: tuple[Target, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """An edit check of the study, with what it governs (``on``) and reads."""

    anchor: str
    name: str
    says: str
    severity: Severity
    unknown: bool
    applies: str | None
    holds: str
    texts: tuple[str, ...]
    place: TextPlace
    on: tuple[Target, ...]
    reads: tuple[Target, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Derived:
    """A named derivation.

    It is read where it is used, so it is shown as it is written.
    """

    anchor: str
    name: str
    label: str
    text: str
    place: TextPlace
    reads: tuple[Target, ...]


def derivation_anchor(name: str) -> str:
    return f"derivation-{name}"


def field_anchor(table: str, name: str) -> str:
    """The anchor of a field; a table and a name are unique together."""
    return f"field-{table}.{name}"


def table_anchor(table: str, study: Study) -> str:
    """The anchor of what a table's rows are: a form, or a repeating group."""
    if table in study.forms:
        return f"form-{table}"
    owner = study.tables[table]
    return f"group-{owner.form.name}.{table}"


def parameter_anchor(name: str) -> str:
    return f"parameter-{name}"


def table_of(form: Form, group: Group) -> str:
    """The name of the table that a group's fields are columns of."""
    return group.name if group.rows else form.name


@dataclass(frozen=True, kw_only=True, slots=True)
class _Maker:
    """Makes the rules of one owner: a form, a group or a field."""

    study: Study
    at: Home
    about: str
    name: str

    def rule(self, role: str, key: str, expression: Expression) -> Rule:
        return Rule(
            anchor=f"rule-{self.name}.{key}",
            about=self.about,
            name=self.name,
            role=role,
            english=to_english(expression, self.study, self.at),
            text=expression.text,
            place=expression.place,
            reads=reads(expression, self.study, self.at),
        )

    def limits(self, role: str, key: str, limits: Range) -> Iterator[Rule]:
        """One rule for the range when an end reads something; two numbers are no rule."""
        ends = [end for end in (limits.low, limits.high) if end is not None]
        targets = [target for end in ends for target in reads(end, self.study, self.at)]
        if targets:
            yield Rule(
                anchor=f"rule-{self.name}.{key}",
                about=self.about,
                name=self.name,
                role=role,
                english=between(limits, self.at, self.study),
                text=", ".join(end.text for end in ends),
                place=ends[0].place,
                reads=tuple(dict.fromkeys(targets)),
            )


def form_rules(form: Form, study: Study) -> Iterator[Rule]:
    """When a conditional form is expected; visits that share a condition share the
    rule.
    """
    maker = _Maker(
        study=study, at=home(form, None), about=f"form-{form.name}", name=form.name
    )
    shared: dict[str, list[Scheduled]] = {}
    for scheduled in study.schedule:
        if scheduled.form == form.name and scheduled.when is not None:
            shared.setdefault(scheduled.when.text, []).append(scheduled)

    for number, value in enumerate(shared.values(), 1):
        assert value[0].when is not None
        visits = ", ".join(scheduled.visit for scheduled in value)
        yield maker.rule(f"At {visits} when", f"expected{number}", value[0].when)


def group_rules(form: Form, group: Group, study: Study) -> Iterator[Rule]:
    if group.show_when is not None:
        name = f"{form.name}.{group.name}"
        maker = _Maker(
            study=study, at=home(form, None), about=group_anchor(form, group), name=name
        )
        yield maker.rule("Shown when", "section", group.show_when)


def group_anchor(form: Form, group: Group) -> str:
    return f"group-{form.name}.{group.name}"


def field_rules(form: Form, group: Group, field: Field, study: Study) -> Iterator[Rule]:
    """The field's conditions, formula, and limits that read something."""
    table = table_of(form, group)
    maker = _Maker(
        study=study,
        at=home(form, group),
        about=field_anchor(table, field.name),
        name=f"{table}.{field.name}",
    )
    if field.show_when is not None:
        yield maker.rule("Shown when", "shown", field.show_when)
    if not isinstance(field.required, bool):
        yield maker.rule("Required when", "required", field.required)
    if field.value is not None:
        yield maker.rule("Calculated as", "value", field.value)

    for key, ranges in field.limits:
        role = key.capitalize()
        for unit, limits in ranges.items():
            yield from maker.limits(role, f"{key}.{unit}" if unit else key, limits)


def criterion_rules(study: Study) -> Iterator[Rule]:
    """What the answers of the eligibility form are by the sources."""
    if study.eligibility is None:
        return
    form = study.forms[study.eligibility.form]
    for criterion in study.eligibility.criteria:
        name = f"{form.name}.{criterion.field.name}"
        index = home(form, None)
        maker = _Maker(
            study=study,
            at=index,
            about=field_anchor(form.name, criterion.field.name),
            name=name,
        )
        rule = maker.rule(
            f"{criterion.yes} according to the sources if", "met", criterion.met
        )
        yield replace(
            rule, english=to_english(_meaning(criterion.met, study), study, index)
        )
        if criterion.not_applicable is not None:
            yield maker.rule(
                f"{criterion.moot} according to the sources if",
                "moot",
                criterion.not_applicable,
            )


def _meaning(expression: Expression, study: Study) -> Expression:
    """What a derivation says, where the expression is only its name."""
    node = expression.tree
    bare = (
        isinstance(node, syntax_tree.Reference)
        and node.table is None
        and node.selector is None
    )
    derivation = study.derivations.get(expression.text.strip()) if bare else None

    return derivation.expression if derivation and not derivation.takes else expression


def all_rules(study: Study) -> tuple[Rule, ...]:
    """Every rule of the dictionary, in its order."""
    rules: list[Rule] = []
    for form in study.forms.values():
        rules += form_rules(form, study)
        for group in form.groups:
            rules += group_rules(form, group, study)
            for field in group.fields:
                rules += field_rules(form, group, field, study)

    rules += criterion_rules(study)

    return tuple(rules)


def readers(
    rules: Iterable[Rule | Check | Derived],
) -> Mapping[str, tuple[Target, ...]]:
    """What reads what: by the anchor of the field, parameter or derivation that is
    read.
    """
    targets: dict[str, list[Target]] = {}
    for item in rules:
        for target in item.reads:
            targets.setdefault(target.anchor, []).append(
                Target(anchor=item.anchor, name=item.name)
            )

    return MappingProxyType(
        {anchor: tuple(dict.fromkeys(names)) for anchor, names in targets.items()}
    )


def checks(study: Study) -> Iterator[Check]:
    """The study's edit checks."""
    for rule in study.rules.values():
        form, group = _owner(study, rule.on[0][0])
        index = home(form, group)
        value = [rule.assertion] if rule.when is None else [rule.when, rule.assertion]
        yield Check(
            anchor=f"rule-{rule.name}",
            name=rule.name,
            says=rule.message,
            severity=rule.severity,
            unknown=rule.unknown is not None,
            applies=to_english(rule.when, study, index) if rule.when else None,
            holds=to_english(rule.assertion, study, index),
            texts=tuple(expression.text for expression in value),
            place=rule.place,
            on=tuple(
                Target(anchor=field_anchor(*pair), name=".".join(pair))
                for pair in rule.on
            ),
            reads=tuple(
                dict.fromkeys(
                    target for item in value for target in reads(item, study, index)
                )
            ),
        )


def _owner(study: Study, table: str) -> tuple[Form, Group | None]:
    owner = study.tables[table]
    return owner.form, owner.group


def derived(study: Study) -> Iterator[Derived]:
    """The study's named derivations."""
    for derivation in study.derivations.values():
        takes = f"({', '.join(derivation.takes)})" if derivation.takes else ""
        yield Derived(
            anchor=derivation_anchor(derivation.name),
            name=f"{derivation.name}{takes}",
            label=derivation.label or "",
            text=derivation.expression.text,
            place=derivation.place,
            reads=written_reads(derivation.expression, study),
        )


def reads(expression: Expression, study: Study, index: Home) -> tuple[Target, ...]:
    """The derivations, fields, rows and parameters that an expression reads, each once."""
    named = (_derivation(node, study) for node in _nodes(expression.tree))
    result = (
        _target(reference.table, reference.field, study)
        for reference in references(expression, study, index)
    )
    return tuple(dict.fromkeys(target for target in (*named, *result) if target))


def written_reads(expression: Expression, study: Study) -> tuple[Target, ...]:
    """What the text of a derivation names.

    Its bare names mean something only where it is used.
    """
    results = []
    for node in _nodes(expression.tree):
        results.append(_derivation(node, study))
        if isinstance(node, syntax_tree.ParameterReference):
            results.append(_target(None, node.name, study))
        if (
            isinstance(node, syntax_tree.Reference)
            and (node.table or node.field) in study.tables
        ):
            results.append(
                _target(
                    node.table or node.field, node.field if node.table else None, study
                )
            )

    return tuple(dict.fromkeys(target for target in results if target))


def _nodes(node: object) -> Iterator[syntax_tree.Node]:
    """Every node of a tree in reading order; trees are bounded, so this is too."""
    if isinstance(node, syntax_tree.Node):
        yield node
        for field in fields(node):
            yield from _nodes(getattr(node, field.name))
    elif isinstance(node, tuple):
        for item in node:
            yield from _nodes(item)


def _target(table: str | None, field: str | None, study: Study) -> Target | None:
    if table is None:
        return Target(anchor=parameter_anchor(field or ""), name=f"${field}")
    if field is None:
        return Target(anchor=table_anchor(table, study), name=f"rows of {table}")
    return Target(anchor=field_anchor(table, field), name=f"{table}.{field}")


def _derivation(node: syntax_tree.Node, study: Study) -> Target | None:
    name = node.function if isinstance(node, syntax_tree.Call) else None
    if (
        isinstance(node, syntax_tree.Reference)
        and node.table is None
        and node.selector is None
    ):
        name = node.field

    return (
        Target(anchor=derivation_anchor(name), name=name)
        if name and name in study.derivations
        else None
    )
