"""What a role sees of data that were captured under several dictionaries.

A site can still work under an earlier dictionary, and what was captured under one stays
after it: queries, reasons and events. What no dictionary shows to the role is hidden.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

from forms_spec.evaluation.hidden_findings import (
    HiddenFindings,
    RulesOfDictionary,
    hidden_findings_in,
)
from forms_spec.evaluation.role_grants import (
    AnswerColumn,
    RoleGrants,
    SeenColumns,
    grants_of,
    reads_of_check,
)
from forms_spec.model.roles import StudyRole
from forms_spec.model.study import Study


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherDictionaries:
    """The dictionaries beside the one of a page.

    ``live`` are those of sites whose subjects are on the page too, ``past`` all others
    under which something may have been captured. Not ``all_read``: there are some that
    cannot be loaded any more.
    """

    live: tuple[Study, ...] = ()
    past: tuple[Study, ...] = ()
    all_read: bool = True

    @property
    def key(self) -> str:
        """Whoever has the same key has the same dictionaries."""
        live = " ".join(study.hash for study in self.live)
        past = " ".join(study.hash for study in self.past)
        return f"{live}/{past}/{self.all_read}"


NO_OTHERS = OtherDictionaries()


@dataclass(frozen=True, kw_only=True)
class SeenDictionaries:
    """What a role sees of its dictionary and of the others.

    Of a column the live dictionaries decide: one that hides it is enough. Of one that
    none of them has, the dictionary decides under which it was captured.
    """

    grants: RoleGrants
    others: OtherDictionaries

    @cached_property
    def is_whole(self) -> bool:
        """Whether the role sees everything at every site of the page."""
        return all(grants.is_whole for grants in self.live)

    @cached_property
    def hidden_columns(self) -> frozenset[AnswerColumn]:
        return frozenset().union(*(item.columns.hidden for item in self._rules))

    @cached_property
    def seen_columns(self) -> frozenset[AnswerColumn]:
        seen = frozenset().union(*(item.columns.seen for item in self._rules))
        return seen - self.hidden_columns

    @cached_property
    def hidden_forms(self) -> frozenset[str]:
        """Forms of which the role sees nothing at some site of the page."""
        hidden: set[str] = set()
        for grants in self.live:
            tables = grants.study.tables
            seen = {tables[column.table].form.name for column in grants.seen}
            hidden |= grants.study.forms.keys() - seen

        return frozenset(hidden)

    @cached_property
    def partly_seen(self) -> frozenset[str]:
        """Forms of which the role sees a part, or whose findings may hang on what it
        does not see.
        """
        partly: set[str] = set()
        for item in self._rules:
            # A rule shows on each of the forms that it is about.
            about = {table for rule in item.rules(hidden=True) for table, _ in rule.on}
            about |= {column.table for column in item.columns.hidden}
            partly |= {item.study.tables[table].form.name for table in about}

        return frozenset(partly)

    @cached_property
    def hidden_findings(self) -> HiddenFindings:
        """The findings that hang on what the role does not see."""
        return hidden_findings_in(self._rules, all_read=self.others.all_read)

    @cached_property
    def live(self) -> tuple[RoleGrants, ...]:
        """What the role may do under each dictionary of the page, its own first."""
        role = self.grants.role
        return self.grants, *(grants_in(study, role) for study in self.others.live)

    @cached_property
    def _rules(self) -> tuple[RulesOfDictionary, ...]:
        role = self.grants.role
        past = [grants_in(study, role) for study in self.others.past]
        return tuple(self._rules_of(grants) for grants in (*self.live, *past))

    def _rules_of(self, grants: RoleGrants) -> RulesOfDictionary:
        columns = SeenColumns(
            known=frozenset(grants.by_column),
            seen=frozenset(self._columns_seen(grants)),
        )
        study, hidden = grants.study, set()
        for name, check in study.rules.items():
            if columns.first_unseen(reads_of_check(study, check)):
                hidden.add(name)

        return RulesOfDictionary(study=study, hidden=frozenset(hidden), columns=columns)

    def _columns_seen(self, grants: RoleGrants) -> Iterator[AnswerColumn]:
        for column in grants.by_column:
            deciding = [item for item in self.live if column in item.by_column]
            if all(column in item.seen for item in deciding or [grants]):
                yield column


def grants_in(study: Study, role: StudyRole) -> RoleGrants:
    """What a role of another dictionary may do under this one: nothing where this one
    has no such role.
    """
    nothing = replace(role, may=frozenset(), exceptions=MappingProxyType({}))
    return grants_of(study, study.roles.get(role.name, nothing))
