"""Which subjects, sites, visits and forms a package may speak of, and which of them are
of the past.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from forms_spec.kinds.pattern import pattern_problem, whole_match
from forms_spec.model.study import Study
from generator.tables import layout
from generator.tables.retired import FormPlace, Retired


@dataclass(frozen=True, kw_only=True)
class KnownNames:
    """The names of a study's dictionary, and those that earlier dictionaries had."""

    study: Study
    retired: Retired

    def subject_fault(
        self, site: str, subject: str
    ) -> tuple[str, dict[str, Any]] | None:
        """The code and the words of what is wrong with a subject; its site is one of
        the study's.
        """
        words: dict[str, Any] = {"site": site, "example": self.study.subject_example}
        if not whole_match(self.study.subject_pattern, subject):
            return self._number_fault(subject), words

        # A study without a list of sites takes every site.
        is_known = not self.study.sites or site in self.study.sites
        if not is_known and site in self.retired.sites:
            return "site-retired", words | {"title": self.retired.sites[site]}

        return None

    def _number_fault(self, subject: str) -> str:
        for pattern in self._earlier_patterns:
            if whole_match(pattern, subject):
                return "subject-number-retired"

        return "subject-number"

    def was_moved(self, form: str, visit: str, unsno: int) -> bool:
        """Whether an earlier dictionary had a form where today's cannot have it."""
        return (form, visit, bool(unsno)) in self._earlier_places

    @cached_property
    def _earlier_places(self) -> frozenset[FormPlace]:
        return frozenset(self.retired.places)

    @cached_property
    def _earlier_patterns(self) -> tuple[str, ...]:
        """What would be no pattern in a dictionary is none here: a package may say
        anything.
        """
        patterns = self.retired.subjects

        return tuple(item for item in patterns if pattern_problem(item) is None)

    def retiring(
        self, columns: Sequence[str]
    ) -> tuple[tuple[str, int, Mapping[str, str]], ...]:
        """The key columns by which rows of a table may be of the past: name, position,
        and retired names.
        """
        keys = columns[: len(layout.FORM_KEY)]
        retiring: list[tuple[str, int, Mapping[str, str]]] = []

        for name in (layout.VISIT, layout.FORM):
            # A field of the dictionary may have the name, too, behind the keys.
            if name not in keys:
                continue

            retired = self.retired.of_column(name)
            if retired:
                retiring.append((name, keys.index(name), retired))

        return tuple(retiring)
