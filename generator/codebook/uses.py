"""Every expression of a dictionary: what it says, what it is about, and what it reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from itertools import chain
from types import MappingProxyType
from typing import TypeGuard

from forms_spec.findings.finding import Severity
from forms_spec.findings.places import TextPlace
from forms_spec.model.facets import Range
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.study import Study
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules import Expression, Home, references, to_english
from generator.codebook.words import between, home


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A link's end: the anchor, and the name that is shown."""

    anchor: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleEntry:
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
    reads: tuple[Link, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckEntry:
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
    on: tuple[Link, ...]
    reads: tuple[Link, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DerivationEntry:
    """A named derivation.

    It is read where it is used, so it is shown as it is written.
    """

    anchor: str
    name: str
    label: str
    text: str
    place: TextPlace
    reads: tuple[Link, ...]


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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Maker:
    """Makes the rules of one owner: a form, a group or a field."""

    study: Study
    home: Home
    about: str
    name: str

    def rule(self, role: str, key: str, expression: Expression) -> RuleEntry:
        return RuleEntry(
            anchor=f"rule-{self.name}.{key}",
            about=self.about,
            name=self.name,
            role=role,
            english=to_english(expression, self.study, self.home),
            text=expression.text,
            place=expression.place,
            reads=reads(expression, self.study, self.home),
        )

    def limits(self, role: str, key: str, limits: Range) -> Iterator[RuleEntry]:
        """One rule for the range when an end reads something; two numbers are no rule."""
        ends = [end for end in (limits.low, limits.high) if end is not None]
        # Both ends may read the same, which is listed once. A dictionary keeps the order.
        targets: dict[Link, None] = {}

        for end in ends:
            targets |= dict.fromkeys(reads(end, self.study, self.home))

        if not targets:
            return

        yield RuleEntry(
            anchor=f"rule-{self.name}.{key}",
            about=self.about,
            name=self.name,
            role=role,
            english=between(limits, self.home, self.study),
            text=", ".join(end.text for end in ends),
            place=ends[0].place,
            reads=tuple(targets),
        )


def form_rules(form: Form, study: Study) -> Iterator[RuleEntry]:
    """When a conditional form is expected; visits that share a condition share the
    rule.
    """
    maker = _Maker(
        study=study, home=home(form, None), about=f"form-{form.name}", name=form.name
    )
    # By the text: two visits with the same condition have each their own expression.
    visits_by_text: dict[str, list[str]] = {}
    conditions: dict[str, Expression] = {}

    for scheduled in study.schedule:
        condition = scheduled.when
        if scheduled.form != form.name or condition is None:
            continue

        conditions.setdefault(condition.text, condition)
        visits_by_text.setdefault(condition.text, []).append(scheduled.visit)

    for number, (text, visits) in enumerate(visits_by_text.items(), 1):
        role = f"At {', '.join(visits)} when"
        yield maker.rule(role, f"expected{number}", conditions[text])


def group_rules(form: Form, group: Group, study: Study) -> Iterator[RuleEntry]:
    if group.show_when is None:
        return

    # Whether a group is shown is asked once, and not in each of its rows.
    maker = _Maker(
        study=study,
        home=home(form, None),
        about=group_anchor(form, group),
        name=f"{form.name}.{group.name}",
    )
    yield maker.rule("Shown when", "section", group.show_when)


def group_anchor(form: Form, group: Group) -> str:
    return f"group-{form.name}.{group.name}"


def field_rules(
    form: Form, group: Group, field: Field, study: Study
) -> Iterator[RuleEntry]:
    """The field's conditions, formula, and limits that read something."""
    maker = _Maker(
        study=study,
        home=home(form, group),
        about=field_anchor(group.table, field.name),
        name=f"{group.table}.{field.name}",
    )

    if field.show_when is not None:
        yield maker.rule("Shown when", "shown", field.show_when)
    if not isinstance(field.required, bool):
        yield maker.rule("Required when", "required", field.required)
    if field.value is not None:
        yield maker.rule("Calculated as", "value", field.value)
    if field.propose is not None:
        yield maker.rule("Proposed", "propose", field.propose)

    for code, condition in field.offered_when.items():
        yield maker.rule(f"{code} is offered if", f"offered.{code}", condition)

    for key, ranges in field.limits:
        role = key.capitalize()
        for unit, limits in ranges.items():
            yield from maker.limits(role, f"{key}.{unit}" if unit else key, limits)


def criterion_rules(study: Study) -> Iterator[RuleEntry]:
    """What the answers of the eligibility form are by the sources."""
    if study.eligibility is None:
        return

    form = study.forms[study.eligibility.form]
    form_home = home(form, None)
    for criterion in study.eligibility.criteria:
        field = criterion.field.name
        maker = _Maker(
            study=study,
            home=form_home,
            about=field_anchor(form.name, field),
            name=f"{form.name}.{field}",
        )
        role = f"{criterion.yes} according to the sources if"
        rule = maker.rule(role, "met", criterion.met)
        # In words it says what the derivation says, of which it is often only the name.
        meaning = _meaning(criterion.met, study)
        yield replace(rule, english=to_english(meaning, study, form_home))

        if criterion.not_applicable is not None:
            role = f"{criterion.moot} according to the sources if"
            yield maker.rule(role, "moot", criterion.not_applicable)


def _meaning(expression: Expression, study: Study) -> Expression:
    """What a derivation says, where the expression is only its name."""
    if not _is_bare_name(expression.tree):
        return expression

    derivation = study.derivations.get(expression.text.strip())
    # One that takes arguments says nothing without them.
    if derivation is None or derivation.takes:
        return expression

    return derivation.expression


def _is_bare_name(node: syntax_tree.Node) -> TypeGuard[syntax_tree.Reference]:
    """True for a name of one word, such as that of a field or a derivation."""
    if not isinstance(node, syntax_tree.Reference):
        return False

    has_more_words = node.table is not None or node.selector is not None
    return not has_more_words


def all_rules(study: Study) -> tuple[RuleEntry, ...]:
    """Every rule of the dictionary, in its order."""
    rules: list[RuleEntry] = []
    for form in study.forms.values():
        rules += form_rules(form, study)
        for group in form.groups:
            rules += group_rules(form, group, study)
            for field in group.fields:
                rules += field_rules(form, group, field, study)

    rules += criterion_rules(study)

    return tuple(rules)


def readers(
    rules: Iterable[RuleEntry | CheckEntry | DerivationEntry],
) -> Mapping[str, tuple[Link, ...]]:
    """What reads what: by the anchor of the field, parameter or derivation that is
    read.
    """
    links: dict[str, dict[Link, None]] = {}
    for rule in rules:
        reader = Link(anchor=rule.anchor, name=rule.name)
        for target in rule.reads:
            links.setdefault(target.anchor, {})[reader] = None

    return MappingProxyType({anchor: tuple(of) for anchor, of in links.items()})


def checks(study: Study) -> Iterator[CheckEntry]:
    """The study's edit checks."""
    for rule in study.rules.values():
        # A rule is at home where the first of its fields is.
        first_table, _ = rule.on[0]
        table = study.tables[first_table]
        index = home(table.form, table.group)

        expressions = [rule.assertion]
        applies = None
        if rule.when is not None:
            expressions.insert(0, rule.when)
            applies = to_english(rule.when, study, index)

        read = chain.from_iterable(reads(text, study, index) for text in expressions)

        yield CheckEntry(
            anchor=f"rule-{rule.name}",
            name=rule.name,
            says=rule.message,
            severity=rule.severity,
            unknown=rule.unknown is not None,
            applies=applies,
            holds=to_english(rule.assertion, study, index),
            texts=tuple(expression.text for expression in expressions),
            place=rule.place,
            on=tuple(_field_link(table, name) for table, name in rule.on),
            reads=tuple(dict.fromkeys(read)),
        )


def derived(study: Study) -> Iterator[DerivationEntry]:
    """The study's named derivations."""
    for derivation in study.derivations.values():
        name = derivation.name
        if derivation.takes:
            name = f"{name}({', '.join(derivation.takes)})"

        yield DerivationEntry(
            anchor=derivation_anchor(derivation.name),
            name=name,
            label=derivation.label or "",
            text=derivation.expression.text,
            place=derivation.place,
            reads=written_reads(derivation.expression, study),
        )


def reads(expression: Expression, study: Study, index: Home) -> tuple[Link, ...]:
    """The derivations, fields, rows and parameters that an expression reads, each once."""
    links: dict[Link, None] = {}
    for node in _nodes(expression.tree):
        derivation = _derivation_link(node, study)
        if derivation:
            links[derivation] = None

    for reference in references(expression, study, index):
        links[_link(reference.table, reference.field, study)] = None

    return tuple(links)


def written_reads(expression: Expression, study: Study) -> tuple[Link, ...]:
    """What the text of a derivation names.

    Its bare names mean something only where it is used.
    """
    links: dict[Link, None] = {}
    for node in _nodes(expression.tree):
        derivation = _derivation_link(node, study)
        if derivation:
            links[derivation] = None

        if isinstance(node, syntax_tree.ParameterReference):
            links[_link(None, node.name, study)] = None
        elif isinstance(node, syntax_tree.Reference):
            # Without a table, the name may be that of a table: its rows are read.
            table, field = node.table, node.field
            if table is None:
                table, field = node.field, None
            if table in study.tables:
                links[_link(table, field, study)] = None

    return tuple(links)


def _nodes(node: object) -> Iterator[syntax_tree.Node]:
    """Every node of a tree in reading order; trees are bounded, so this is too."""
    if isinstance(node, tuple):
        for item in node:
            yield from _nodes(item)

    if not isinstance(node, syntax_tree.Node):
        return

    yield node
    for field in fields(node):
        yield from _nodes(getattr(node, field.name))


def _link(table: str | None, field: str | None, study: Study) -> Link:
    """The link to a parameter, which has no table, to the rows of a table, or to a
    field.
    """
    if table is None:
        return Link(anchor=parameter_anchor(field or ""), name=f"${field}")
    if field is None:
        return Link(anchor=table_anchor(table, study), name=f"rows of {table}")

    return _field_link(table, field)


def _field_link(table: str, name: str) -> Link:
    return Link(anchor=field_anchor(table, name), name=f"{table}.{name}")


def _derivation_link(node: syntax_tree.Node, study: Study) -> Link | None:
    """The link to the derivation that a part of a rule names, if it names one."""
    name = _named_function(node)
    if name is None or name not in study.derivations:
        return None

    return Link(anchor=derivation_anchor(name), name=name)


def _named_function(node: syntax_tree.Node) -> str | None:
    """The name that may be a derivation's: with arguments it looks like a function."""
    if isinstance(node, syntax_tree.Call):
        return node.function
    if _is_bare_name(node):
        return node.field

    return None
