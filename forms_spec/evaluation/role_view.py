"""A study as a role sees it: what the role may not see is absent from it, so that no
page, rule or table made from it can show or tell it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

from forms_spec.evaluation.hidden_findings import HiddenFindings
from forms_spec.evaluation.role_arms import seen_arms, seen_randomization
from forms_spec.evaluation.role_grants import (
    AnswerColumn,
    RoleGrants,
    columns_read,
    grants_of,
    placed_fields,
    reads_of_check,
)
from forms_spec.evaluation.seen_dictionaries import (
    NO_OTHERS,
    OtherDictionaries,
    SeenDictionaries,
    grants_in,
)
from forms_spec.model.captured_data import CellKey, Record, Row
from forms_spec.model.codes import Codelist
from forms_spec.model.criteria import Eligibility
from forms_spec.model.edit_checks import Derivation, EditCheck
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.life_cycle import StatusCondition
from forms_spec.model.roles import Permission, Permissions, StudyRole
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from forms_spec.model.visits import Visit
from forms_spec.rules import Home
from forms_spec.rules.semantics.home import SUBJECT
from forms_spec.rules.semantics.name_lookup import references_in
from forms_spec.schedule.visit_dating import named_in_dating

NOBODY: Permissions = frozenset()


@dataclass(frozen=True, kw_only=True)
class RoleView:
    """What one role has of a study. ``study`` lacks what the role does not see; where
    the role sees everything it is the study itself.
    """

    role: StudyRole
    study: Study
    whole_study: Study
    grants: RoleGrants
    others: OtherDictionaries = NO_OTHERS

    @cached_property
    def is_whole(self) -> bool:
        """Whether the role sees everything, under the other dictionaries of the page
        too.
        """
        return self.dictionaries.is_whole

    @property
    def is_plain(self) -> bool:
        """Whether the role sees everything, and may do the same everywhere."""
        return self.is_whole and not self.role.exceptions

    @cached_property
    def sees_dates(self) -> bool:
        """Whether the role sees every answer from which the days of visits follow."""
        others = self.others.live
        if not all(_in(study, self.role).sees_dates for study in others):
            return False

        whole, seen = self.whole_study, self.study
        # The days count from day 0, and end with what the statuses say.
        if seen.day_zero != whole.day_zero or seen.statuses != whole.statuses:
            return False
        if seen.anchors != whole.anchors:
            return False

        return all(_sees_name(self.grants, name) for name in named_in_dating(whole))

    @cached_property
    def partly_seen(self) -> frozenset[str]:
        """Forms of which the role sees a part, or whose findings may hang on what it
        does not see.
        """
        return self.dictionaries.partly_seen

    @cached_property
    def hidden_findings(self) -> HiddenFindings:
        """The findings that hang on what the role does not see."""
        return self.dictionaries.hidden_findings

    @cached_property
    def dictionaries(self) -> SeenDictionaries:
        """The same over all dictionaries under which something was captured."""
        return SeenDictionaries(grants=self.grants, others=self.others)

    def may(self, permission: Permission, form: str) -> bool:
        """Whether the role may do something with a form as a whole. Nothing is done
        with a form that it does not see.
        """
        if form not in self.study.forms:
            return False

        return permission in self.grants.by_form.get(form, NOBODY)

    def enters(self, form: str) -> bool:
        """Whether the role enters something of a form."""
        known = self.study.forms.get(form)
        if known is None:
            return False

        # A note is on the page, and has no answer.
        answered = {
            placed.column for placed in placed_fields(known) if placed.field.collected
        }
        return not answered.isdisjoint(self.grants.entered)

    def sees(self, table: str, field: str) -> bool:
        column = AnswerColumn(table, field)
        is_hidden_elsewhere = column in self.dictionaries.hidden_columns
        return column in self.grants.seen and not is_hidden_elsewhere

    def sees_reason(self, cell: CellKey, code: str) -> bool:
        """Whether the role sees why somebody kept a warning."""
        # A warning on a group of rows has no field, and tells of none.
        if cell.field and not self.sees(cell.table, cell.field):
            return False

        return not self.hidden_findings.hides_code(cell.table, cell.field, code)

    def record(self, form: str, record: Record) -> Record:
        """The part of a record that the role sees. Answers that the dictionary does not
        know are seen by whoever sees everything.
        """
        if self.is_whole:
            return record

        rows: dict[str, tuple[Row, ...]] = {}
        for table, of_table in record.rows.items():
            if self._sees_table(table):
                rows[table] = tuple(self._row(table, row) for row in of_table)

        kept = {}
        for (cell, code), reason in record.kept.items():
            if self.sees_reason(cell, code):
                kept[cell, code] = reason

        return Record(texts=self._texts(form, record.texts), rows=rows, kept=kept)

    def _row(self, table: str, row: Row) -> Row:
        return Row(number=row.number, texts=self._texts(table, row.texts))

    def _texts(self, table: str, texts: Mapping[str, str]) -> dict[str, str]:
        return {name: text for name, text in texts.items() if self.sees(table, name)}

    def _sees_table(self, table: str) -> bool:
        return table in self.study.tables


_VIEWS: StudyCache[tuple[str, str], RoleView] = StudyCache()


def view_of(
    study: Study, role: StudyRole, others: OtherDictionaries = NO_OTHERS
) -> RoleView:
    """What a role of the study has of it, worked out once. ``others`` are dictionaries
    under which the study was captured too.
    """
    key = role.name, others.key
    return _VIEWS.get(study, key, lambda: _view(study, role, others))


def _in(study: Study, role: StudyRole) -> RoleView:
    """What a role has under another dictionary, perhaps one without such a role."""
    return view_of(study, grants_in(study, role).role)


def _view(study: Study, role: StudyRole, others: OtherDictionaries) -> RoleView:
    grants = grants_of(study, role)
    # Whoever sees everything shares the study, with all that is kept with it.
    is_plain = grants.is_whole and not role.exceptions
    seen = study if is_plain else _reduced(study, grants)

    return RoleView(
        role=role, study=seen, whole_study=study, grants=grants, others=others
    )


def _reduced(study: Study, grants: RoleGrants) -> Study:
    """The study without what the role does not see, and without every rule that reads
    something of it.
    """
    forms = dict(reduced_forms(study.forms, grants))
    schedule = [item for item in study.schedule if item.form in forms]
    day_zero = [name for name in study.day_zero if _sees_name(grants, name)]

    # A rule without one of its fields would say something else.
    visits = {name: _visit(study, item, grants) for name, item in study.visits.items()}
    rules: dict[str, EditCheck] = {}
    for name, check in study.rules.items():
        hidden = grants.first_unseen(reads_of_check(study, check))
        if hidden is None:
            rules[name] = check

    return replace(
        study,
        forms=MappingProxyType(forms),
        visits=MappingProxyType(visits),
        schedule=tuple(schedule),
        day_zero=tuple(day_zero),
        last_day=tuple(name for name in study.last_day if _sees_name(grants, name)),
        anchors=MappingProxyType(dict(_anchors(study, grants))),
        rules=MappingProxyType(rules),
        derivations=MappingProxyType(dict(_derivations(study, grants))),
        codelists=MappingProxyType(dict(_codelists(study, forms))),
        eligibility=_eligibility(study, grants),
        statuses=_statuses(study, grants),
        arms=seen_arms(study, grants),
        randomization=seen_randomization(study, forms),
    )


def _visit(study: Study, visit: Visit, grants: RoleGrants) -> Visit:
    """A visit without its condition, where the role does not see what it reads: it has
    no form there either.
    """
    if visit.when is None:
        return visit

    reads = columns_read(study, visit.when, Home(form=SUBJECT))
    if grants.first_unseen(reads) is None:
        return visit

    return replace(visit, when=None)


def _anchors(study: Study, grants: RoleGrants) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The anchors of which the role sees every date: without one of them, another date
    would count.
    """
    for anchor, fields in study.anchors.items():
        if all(_sees_name(grants, name) for name in fields):
            yield anchor, fields


def reduced_forms(
    forms: Mapping[str, Form], grants: RoleGrants
) -> Iterator[tuple[str, Form]]:
    """Forms, also those of an earlier dictionary, without the fields that a role does not
    see today.
    """
    for name, form in forms.items():
        groups = tuple(_groups(form, grants))
        # A form of which the role sees nothing does not exist for it.
        if groups:
            yield name, replace(form, groups=groups)


def _groups(form: Form, grants: RoleGrants) -> Iterator[Group]:
    for group in form.groups:
        fields: list[Field] = []
        for item in group.fields:
            column = AnswerColumn(group.table, item.name)
            if column in grants.seen:
                entered = _entered(item, column in grants.entered)
                seen = _without_rows(entered, grants)
                compared = _without_uniqueness(seen, group.table, grants)
                fields.append(_without_proposal(compared, form, grants))

        if fields:
            yield replace(group, fields=tuple(fields))


def _entered(item: Field, is_entered: bool) -> Field:
    """A field that the role sees and does not enter is read on the page."""
    if is_entered or item.value:
        return item

    # Nobody types a note, nor what is read only for everybody.
    is_typed = item.entry == "typed" and item.collected
    if not is_typed:
        return item

    return replace(item, entry="read_only", prefill=None, propose=None)


def _without_rows(item: Field, grants: RoleGrants) -> Field:
    """A field that offers rows of another form by what the role sees of them only."""
    offered = item.row_of
    if offered is None:
        return item
    if not any(column.table == offered.table for column in grants.seen):
        return replace(item, row_of=None)

    label = tuple(
        name
        for name in offered.label
        if AnswerColumn(offered.table, name) in grants.seen
    )
    return replace(item, row_of=replace(offered, label=label))


def _without_uniqueness(item: Field, table: str, grants: RoleGrants) -> Field:
    """A field that is not unique for who does not see what counts together with it."""
    unique = item.unique
    if unique is None:
        return item

    columns = {AnswerColumn(table, name) for name in unique.together}
    return item if columns <= grants.seen else replace(item, unique=None)


def _without_proposal(item: Field, form: Form, grants: RoleGrants) -> Field:
    """A field without what is proposed for it, where the role does not see all that this
    reads. So is one of an earlier dictionary: nobody answers that any more.
    """
    if item.propose is None:
        return item

    home = Home(form=form)
    study = grants.study
    if study.forms.get(form.name) is form:
        reads = columns_read(study, item.propose, home)
        if grants.first_unseen(reads) is None:
            return item

    return replace(item, propose=None)


def _sees_name(grants: RoleGrants, name: str) -> bool:
    table, _, field = name.partition(".")
    return AnswerColumn(table, field) in grants.seen


def _derivations(study: Study, grants: RoleGrants) -> Iterator[tuple[str, Derivation]]:
    """Those that name nothing that is unseen: any rule that uses another is gone too."""
    seen = {column.field for column in grants.seen}
    unseen = {column.field for column in grants.by_column} - seen

    for name, derivation in study.derivations.items():
        # A name may be a field of several tables: only what nowhere is seen counts.
        tree = derivation.expression.tree
        names = {reference.field for reference in references_in(tree)}
        if names.isdisjoint(unseen):
            yield name, derivation


def _codelists(
    study: Study, forms: Mapping[str, Form]
) -> Iterator[tuple[str, Codelist]]:
    """Codelists without those that only unseen fields use."""
    # One that no field uses at all says nothing of any.
    hidden = _codelists_used(study.forms) - _codelists_used(forms)
    for name, codelist in study.codelists.items():
        if name not in hidden:
            yield name, codelist


def _codelists_used(forms: Mapping[str, Form]) -> set[str]:
    names: set[str] = set()
    for form in forms.values():
        for placed in placed_fields(form):
            codelist = placed.field.codelist
            if codelist is not None:
                names.add(codelist.name)

    return names


def _statuses(study: Study, grants: RoleGrants) -> tuple[StatusCondition, ...]:
    """What says how far a subject is, if the role sees all of it: some of the
    conditions would give another status.
    """
    for condition in study.statuses:
        form = study.forms.get(condition.form)
        if form is None:
            continue

        reads = columns_read(study, condition.when, Home(form=form))
        if grants.first_unseen(reads) is not None:
            return ()

    return study.statuses


def _eligibility(study: Study, grants: RoleGrants) -> Eligibility | None:
    """The criteria if the role sees all of them: some would give another verdict."""
    eligibility = study.eligibility
    if eligibility is None:
        return None

    form = study.forms[eligibility.form]
    home = Home(form=form)

    for criterion in eligibility.criteria:
        answer = AnswerColumn(form.name, criterion.field.name)
        if answer not in grants.seen:
            return None

        conditions = filter(None, (criterion.met, criterion.not_applicable))
        for condition in conditions:
            reads = columns_read(study, condition, home)
            if grants.first_unseen(reads) is not None:
                return None

    return eligibility
