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
        words = {"site": site, "example": self.study.subject_example}
        if not whole_match(self.study.subject_pattern, subject):
            earlier = any(
                whole_match(earlier_pattern, subject)
                for earlier_pattern in self._earlier_patterns
            )
            return ("subject-number-retired" if earlier else "subject-number"), words

        if (
            self.study.sites
            and site not in self.study.sites
            and site in self.retired.sites
        ):
            return "site-retired", words | {"title": self.retired.sites[site]}

        return None

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
        return tuple(
            subject
            for subject in self.retired.subjects
            if pattern_problem(subject) is None
        )

    def retiring(
        self, columns: Sequence[str]
    ) -> tuple[tuple[str, int, Mapping[str, str]], ...]:
        """The key columns by which rows of a table may be of the past: name, position,
        and retired names.
        """
        keys = columns[: len(layout.FORM_KEY)]
        return tuple(
            (item, keys.index(item), self.retired.of_column(item))
            for item in (layout.VISIT, layout.FORM)
            if item in keys and self.retired.of_column(item)
        )
