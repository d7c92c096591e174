"""What stands on the codebook's page, ready to be laid out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from forms_spec.model.codes import Code, Codelist, MissingCode
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.study import Parameter, Study
from forms_spec.model.visits import Expectation, Scheduled, VisitDating
from generator.codebook.unchecked import Unchecked, unchecked
from generator.codebook.uses import (
    CheckEntry,
    DerivationEntry,
    Link,
    RuleEntry,
    all_rules,
    checks,
    derived,
    field_anchor,
    group_anchor,
    parameter_anchor,
    readers,
)
from generator.codebook.words import Fact, answer, count, facts, target, window

INLINE_CODES = 12
"""A named codelist longer than this stands in its own place only, with a link from the
field.
"""

EXPECTED = {
    Expectation.REQUIRED: "",
    Expectation.CONDITIONAL: " (conditional)",
    Expectation.OPTIONAL: " (optional)",
}
MARKS = {
    Expectation.REQUIRED: "X",
    Expectation.CONDITIONAL: "C",
    Expectation.OPTIONAL: "o",
}


ROLES_OF_FACTS = frozenset({"Range", "Expected"})
"""A range that reads something is a fact of its field, and a rule as well."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeLine:
    code: str
    label: str
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldEntry:
    anchor: str
    name: str
    label: str
    help: str | None
    identifier: bool
    answer: str
    facts: tuple[Fact, ...]
    codes: tuple[CodeLine, ...]
    codelist: Link | None
    always: bool
    rules: tuple[RuleEntry, ...]
    checked_by: tuple[Link, ...]
    read_by: tuple[Link, ...]
    cdash: str | None
    sdtm: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupEntry:
    """A group of a form.

    ``table`` names the table of its own that a repeating group has.
    """

    anchor: str
    title: str | None
    table: str | None
    help: str | None
    facts: tuple[str, ...]
    rules: tuple[RuleEntry, ...]
    fields: tuple[FieldEntry, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class GridCell:
    mark: str
    word: str
    anchor: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FormEntry:
    anchor: str
    name: str
    title: str
    domain: str | None
    help: str | None
    collected: str
    grid: tuple[GridCell, ...]
    rules: tuple[RuleEntry, ...]
    sections: tuple[GroupEntry, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitEntry:
    anchor: str
    name: str
    title: str
    target: str
    window: str
    forms: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CodelistEntry:
    anchor: str
    name: str
    codes: tuple[CodeLine, ...]
    used_by: tuple[Link, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingEntry:
    code: str
    label: str
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ParameterEntry:
    anchor: str
    name: str
    value: str
    label: str
    source: str
    at_sites: tuple[tuple[str, str], ...]
    read_by: tuple[Link, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class StartDay:
    words: str
    targets: tuple[Link, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Codebook:
    """The whole page."""

    name: str
    title: str
    short: str
    hash: str
    facts: str
    start_days: tuple[StartDay, ...]
    visits: tuple[VisitEntry, ...]
    forms: tuple[FormEntry, ...]
    codelists: tuple[CodelistEntry, ...]
    missing: tuple[MissingEntry, ...]
    parameters: tuple[ParameterEntry, ...]
    checks: tuple[CheckEntry, ...]
    derived: tuple[DerivationEntry, ...]
    rules: tuple[RuleEntry, ...]
    read_by: Mapping[str, tuple[Link, ...]]
    unchecked: tuple[Unchecked, ...]


def outline(study: Study) -> Codebook:
    """Everything that the codebook of a study shows, in the dictionary's order."""
    rules = all_rules(study)
    checked = tuple(checks(study))
    named = tuple(derived(study))
    index = _Index(
        study=study,
        by_owner=_by_owner(rules),
        checked_by=_checked_by(checked),
        read_by=readers((*rules, *checked, *named)),
    )

    return Codebook(
        name=study.name,
        title=study.title,
        short=study.short,
        hash=study.hash,
        facts=_facts(study),
        start_days=tuple(_start_days(study)),
        visits=tuple(_visits(study)),
        forms=tuple(index.form(form) for form in in_schedule_order(study)),
        codelists=tuple(_codelists(study)),
        missing=tuple(map(_missing, study.missing.values())),
        parameters=tuple(_parameters(study, index.read_by)),
        checks=checked,
        derived=named,
        rules=rules,
        read_by=index.read_by,
        unchecked=tuple(unchecked(study)),
    )


def _missing(code: MissingCode) -> MissingEntry:
    note = ""
    if code.draft_only:
        note = "drafts only: must be replaced before the form is complete"

    return MissingEntry(code=code.code, label=code.label, note=note)


def in_schedule_order(study: Study) -> list[Form]:
    """The forms as the schedule lists them, then those that it does not list."""
    names = [scheduled.form for scheduled in study.schedule]
    names += study.forms
    return [study.forms[name] for name in dict.fromkeys(names)]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Index:
    """Lays out forms with the rules about and the readers of each field."""

    study: Study
    by_owner: Mapping[str, tuple[RuleEntry, ...]]
    checked_by: Mapping[str, tuple[Link, ...]]
    read_by: Mapping[str, tuple[Link, ...]]

    def form(self, form: Form) -> FormEntry:
        anchor = f"form-{form.name}"
        rules = self.by_owner.get(anchor, ())

        return FormEntry(
            anchor=anchor,
            name=form.name,
            title=form.title,
            domain=form.domain,
            help=form.help,
            collected=collected(form, self.study),
            grid=tuple(_grid(form, self.study, rules)),
            rules=rules,
            sections=tuple(self.section(form, group) for group in form.groups),
        )

    def section(self, form: Form, group: Group) -> GroupEntry:
        anchor = group_anchor(form, group)
        title, table = group.title, None
        # The rows of a repeating group are a table, whose name the data have.
        if group.rows:
            title = group.title or group.name
            table = group.name

        return GroupEntry(
            anchor=anchor,
            title=title or None,
            table=table,
            help=group.help,
            facts=tuple(_section_facts(group)),
            rules=self.by_owner.get(anchor, ()),
            fields=tuple(self.field(group.table, field) for field in group.fields),
        )

    def field(self, table: str, field: Field) -> FieldEntry:
        anchor = field_anchor(table, field.name)
        linked = _linked_codelist(field, self.study)
        codes: tuple[CodeLine, ...] = ()

        if linked is None and field.codelist is not None:
            codes = tuple(map(_code, field.codelist.codes))

        # A check reads the fields that it is about. They are listed as checked by it.
        checked_by = self.checked_by.get(anchor, ())
        readers_of_field = self.read_by.get(anchor, ())
        read_by = [link for link in readers_of_field if link not in checked_by]

        return FieldEntry(
            anchor=anchor,
            name=field.name,
            label=field.label,
            help=field.help,
            identifier=field.identifier,
            answer=answer(field),
            facts=tuple(facts(field, self.study)),
            codes=codes,
            codelist=linked,
            always=field.required is True,
            rules=self.rules(anchor),
            checked_by=checked_by,
            read_by=tuple(read_by),
            cdash=field.cdash,
            sdtm=field.sdtm,
        )

    def rules(self, anchor: str) -> tuple[RuleEntry, ...]:
        """The rules of a field, but for those that its facts have already."""
        rules = self.by_owner.get(anchor, ())
        return tuple(rule for rule in rules if rule.role not in ROLES_OF_FACTS)


def _by_owner(rules: tuple[RuleEntry, ...]) -> Mapping[str, tuple[RuleEntry, ...]]:
    by_owner: dict[str, tuple[RuleEntry, ...]] = {}
    for rule in rules:
        by_owner[rule.about] = (*by_owner.get(rule.about, ()), rule)

    return by_owner


def _checked_by(checked: tuple[CheckEntry, ...]) -> Mapping[str, tuple[Link, ...]]:
    links: dict[str, tuple[Link, ...]] = {}
    for check in checked:
        link = Link(anchor=check.anchor, name=check.name)
        for field in check.on:
            links[field.anchor] = (*links.get(field.anchor, ()), link)

    return links


def _facts(study: Study) -> str:
    fields = sum(len(table.fields) for table in study.tables.values())
    parts = [
        study.name,
        count(len(study.forms), "form"),
        count(fields, "field"),
    ]

    if study.visits:
        parts.append(count(len(study.visits), "visit"))

    if study.arms is not None:
        arms = [f"{name} {title}" for name, title in study.arms.titles.items()]
        parts.append(f"arms {', '.join(arms)} by {study.arms.by}")

    if study.sites:
        sites = [f"{code} {name}" for code, name in study.sites.items()]
        parts.append(f"sites {', '.join(sites)}")

    return " · ".join(parts)


def _start_days(study: Study) -> Iterator[StartDay]:
    """Day 0, then the anchors: what gives the days that visits count from."""
    if study.day_zero:
        words = "Day 0 is the date in"
        if len(study.day_zero) > 1:
            words = "Days are counted from the first known date in"

        yield StartDay(words=words, targets=_field_links(study.day_zero))

    for anchor, fields in study.anchors.items():
        words = f"{anchor} is the date in"
        if len(fields) > 1:
            words = f"{anchor} is the first known date in"

        yield StartDay(words=words, targets=_field_links(fields))

    yield from _dating_words("A visit", study.visit_dating)
    for name, visit in study.visits.items():
        yield from _dating_words(name, visit.dating)

    if study.last_day:
        words = "The last day of a subject is the earliest date in"
        yield StartDay(words=words, targets=_field_links(study.last_day))


def _dating_words(what: str, dating: VisitDating) -> Iterator[StartDay]:
    """What says when a visit took place, and whether it was missed."""
    if dating.date is not None:
        words = f"{what} took place on the date in"
        yield StartDay(words=words, targets=_field_links([dating.date]))

    missed = dating.missed
    if missed is not None:
        answer = "any answer" if missed.code is None else f"the answer {missed.code}"
        words = f"{what} was missed if there is {answer} in"
        yield StartDay(words=words, targets=_field_links([missed.field]))


def _field_links(paths: Iterable[str]) -> tuple[Link, ...]:
    links = []
    for path in paths:
        table, _, name = path.partition(".")
        links.append(Link(anchor=field_anchor(table, name), name=path))

    return tuple(links)


def _visits(study: Study) -> Iterator[VisitEntry]:
    forms = Counter(scheduled.visit for scheduled in study.schedule)
    for visit in study.visits.values():
        due = target(visit)
        if visit.repeats and visit.cycles is None:
            due = f"{due}, may repeat"

        yield VisitEntry(
            anchor=f"visit-{visit.name}",
            name=visit.name,
            title=visit.title,
            target=due,
            window=window(visit),
            forms=forms[visit.name],
        )


def collected(form: Form, study: Study) -> str:
    if form.log:
        return "once per subject (log), open at every visit"

    # Required visits come first, whatever the schedule's order.
    visits: dict[Expectation, list[str]] = {kind: [] for kind in EXPECTED}
    for scheduled in study.schedule:
        if scheduled.form == form.name:
            visits[scheduled.expectation].append(scheduled.visit)

    words = []
    for kind, names in visits.items():
        if names:
            words.append(", ".join(names) + EXPECTED[kind])

    return "; ".join(words) or "no visit"


def _grid(form: Form, study: Study, rules: tuple[RuleEntry, ...]) -> Iterator[GridCell]:
    conditions = {rule.text: rule.anchor for rule in rules}
    for visit in study.visits:
        # A log belongs to the subject, and is open at each visit.
        if form.log:
            yield GridCell(mark="log", word="log", anchor=None)
            continue

        scheduled = study.expectations.get((form.name, visit))
        yield _cell(scheduled, conditions)


def _cell(scheduled: Scheduled | None, conditions: Mapping[str, str]) -> GridCell:
    if scheduled is None:
        return GridCell(mark="", word="not expected", anchor=None)

    anchor = None
    if scheduled.when:
        anchor = conditions[scheduled.when.text]

    return GridCell(
        mark=MARKS[scheduled.expectation],
        word=scheduled.expectation.value,
        anchor=anchor,
    )


def _section_facts(group: Group) -> Iterator[str]:
    rows = group.rows
    if rows is None:
        return

    if rows.fixed:
        yield f"One row for each {' and '.join(rows.fixed)}"
    elif rows.carried is not None:
        yield f"One row for each row of {rows.carried.title}"
    elif rows.minimum:
        yield f"Repeats as rows, {rows.minimum} to {rows.maximum}"
    else:
        yield f"Repeats as rows, up to {rows.maximum}"

    if group.checks:
        # One check of the protocol may stand behind several findings.
        names = dict.fromkeys(check.name for check in group.checks.values())
        yield f"Checks {', '.join(names)}"


def _linked_codelist(field: Field, study: Study) -> Link | None:
    codelist = field.codelist
    # A list without a name is nowhere else.
    if codelist is None or codelist.name not in study.codelists:
        return None
    if len(codelist.codes) <= INLINE_CODES:
        return None

    return Link(
        anchor=f"codelist-{codelist.name}",
        name=f"{len(codelist.codes)} codes in {codelist.name}",
    )


def _code(code: Code) -> CodeLine:
    notes = []
    if code.exclusive:
        notes.append("excludes other answers")
    if code.number is not None:
        notes.append(f"= {code.number.normalize():f}")
    if code.synonyms:
        notes.append(f"also {', '.join(code.synonyms)}")
    if code.when is not None:
        notes.append(f"offered if {code.when}")

    # A code that is a word is its own label: it is shown once.
    label = ""
    if code.label != code.code:
        label = code.label

    return CodeLine(code=code.code, label=label, note=", ".join(notes))


def _codelists(study: Study) -> Iterator[CodelistEntry]:
    for codelist in study.codelists.values():
        yield CodelistEntry(
            anchor=f"codelist-{codelist.name}",
            name=codelist.name,
            codes=tuple(map(_code, codelist.codes)),
            used_by=tuple(_users(codelist, study)),
        )


def _users(codelist: Codelist, study: Study) -> Iterator[Link]:
    for table in study.tables.values():
        for field in table.fields:
            if field.codelist is None or field.codelist.name != codelist.name:
                continue

            yield Link(
                anchor=field_anchor(table.name, field.name),
                name=f"{table.name}.{field.name}",
            )


def _in_unit(value: str, parameter: Parameter) -> str:
    return f"{value} {parameter.unit}" if parameter.unit else value


def _parameters(
    study: Study, read_by: Mapping[str, tuple[Link, ...]]
) -> Iterator[ParameterEntry]:
    for parameter in study.parameters.values():
        anchor = parameter_anchor(parameter.name)
        at_sites = [
            (f"{site} {study.sites.get(site, '')}".rstrip(), _in_unit(value, parameter))
            for site, value in parameter.sites.items()
        ]
        yield ParameterEntry(
            anchor=anchor,
            name=parameter.name,
            value=_in_unit(parameter.value, parameter),
            at_sites=tuple(at_sites),
            label=parameter.label,
            source=parameter.source or "",
            read_by=read_by.get(anchor, ()),
        )
