"""What a study's package carries of the past: the dictionaries that were in use before,
and their names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from forms_spec import load_study
from forms_spec.kinds.pattern import whole_match
from forms_spec.model.captured_data import LOG, FormKey
from forms_spec.model.study import Study
from generator.tables.descriptor import DictionaryUse
from generator.tables.retired import NOTHING_RETIRED, FormPlace, Retired


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """``uses`` are all dictionaries in order, with today's; ``files`` the texts of the
    others by hash.
    """

    uses: tuple[DictionaryUse, ...] = ()
    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


NOTHING_EARLIER = Earlier()


@dataclass(kw_only=True, slots=True)
class SeenNames:
    """The names that the rows of a package have, and the places of forms that the
    dictionary moved.
    """

    forms: set[str] = field(default_factory=set)
    visits: set[str] = field(default_factory=set)
    sites: set[str] = field(default_factory=set)
    subjects: set[str] = field(default_factory=set)
    places: set[FormPlace] = field(default_factory=set)

    def __bool__(self) -> bool:
        """Whether there are any."""
        return any((self.forms, self.visits, self.sites, self.subjects, self.places))


def has_table_rows(study: Study, key: FormKey) -> bool:
    """Whether a form that the dictionary knows can have rows in its tables where it
    stands.

    The tables of a log form have no visit, those of other forms have one. So a form
    that was moved from one to the other after it was captured has rows in none.
    """
    return study.forms[key.form].log == (key.visit == LOG)


def has_lost_place(study: Study, key: FormKey) -> bool:
    """Whether a form that the dictionary knows is where no form of its kind can be
    captured any more.
    """
    if not has_table_rows(study, key):
        return True

    visit = study.visits.get(key.visit)
    if visit is None:
        return False

    # A number is of a visit that repeated when the form was captured, no number of one
    # that did not.
    return visit.repeats != (key.unsno > 0)


def retired_names(study: Study, seen: SeenNames, earlier: Earlier) -> Retired:
    """The names that the study lacks and an earlier dictionary of it had."""
    pattern = study.subject_pattern
    subjects = {name for name in seen.subjects if not whole_match(pattern, name)}

    # A study without sites has a blank for each, and knows no names of any.
    sites: set[str] = set()
    if study.sites:
        sites = seen.sites - set(study.sites)

    unknown = SeenNames(
        forms=seen.forms - set(study.forms),
        visits=seen.visits - {LOG, *study.visits},
        sites=sites,
        subjects=subjects,
        places=seen.places,
    )

    # Loading the earlier dictionaries takes long, and mostly nothing is unknown.
    if not earlier.files or not unknown:
        return NOTHING_RETIRED

    return _EarlierStudies(*_studies(earlier)).retired(unknown)


@dataclass(frozen=True, slots=True)
class _EarlierStudies:
    """The earlier studies, the newest first.

    ``unreadable``: there are others that cannot be read any more. They may have had
    any name.
    """

    studies: Sequence[Study]
    unreadable: bool

    def retired(self, unknown: SeenNames) -> Retired:
        return Retired(
            forms=self.titles(
                unknown.forms, lambda study, name: study.forms[name].title
            ),
            visits=self.titles(
                unknown.visits, lambda study, name: study.visits[name].title
            ),
            sites=self.titles(unknown.sites, lambda study, name: study.sites[name]),
            subjects=tuple(self.patterns(unknown.subjects)),
            places=tuple(filter(self.had_place, sorted(unknown.places))),
        )

    def titles(
        self, names: Iterable[str], title: Callable[[Study, str], str]
    ) -> dict[str, str]:
        """Each name that was known with its last title."""
        titles: dict[str, str] = {}
        for name in sorted(names):
            for study in self.studies:
                try:
                    titles[name] = title(study, name)
                    break
                except KeyError:
                    continue

            if name not in titles and self.unreadable:
                titles[name] = name

        return titles

    def patterns(self, subjects: Iterable[str]) -> Iterator[str]:
        """The patterns that one of the numbers follows, each once."""
        patterns = dict.fromkeys(study.subject_pattern for study in self.studies)
        for pattern in patterns:
            if any(whole_match(pattern, subject) for subject in subjects):
                yield pattern

    def had_place(self, place: FormPlace) -> bool:
        # Any place may have been in a dictionary that nobody can read.
        if self.unreadable:
            return True

        return any(_stood_there(study, place) for study in self.studies)


def _stood_there(study: Study, place: FormPlace) -> bool:
    """Whether a study has a form where a package has it."""
    name, visit_name, numbered = place
    form = study.forms.get(name)
    if form is None:
        return False
    if visit_name == LOG:
        return form.log

    visit = study.visits.get(visit_name)
    if form.log or visit is None:
        return False

    return visit.repeats == numbered


def _studies(earlier: Earlier) -> tuple[list[Study], bool]:
    """The earlier studies, the newest first; and whether there are some that cannot be
    read any more.
    """
    # Those that were never in use come last: forms were saved with them all the same.
    in_use = [use.hash for use in reversed(earlier.uses)]
    order = dict.fromkeys([*in_use, *sorted(earlier.files)])
    kept = [digest for digest in order if digest in earlier.files]

    loaded = [load_study(earlier.files[digest]).study for digest in kept]
    studies = [study for study in loaded if study is not None]

    return studies, len(studies) < len(loaded)
