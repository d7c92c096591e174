"""What a study's package carries of the past: the dictionaries that were in use before,
and their names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
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
    visit = study.visits.get(key.visit)
    return not has_table_rows(study, key) or (
        key.unsno > 0 and visit is not None and not visit.repeats
    )


def retired_names(study: Study, seen: SeenNames, earlier: Earlier) -> Retired:
    """The names that the study lacks and an earlier dictionary of it had."""
    forms = seen.forms - set(study.forms)
    visits = seen.visits - {LOG, *study.visits}
    sites = seen.sites - set(study.sites) if study.sites else set()
    subjects = [
        item for item in seen.subjects if not whole_match(study.subject_pattern, item)
    ]
    if not earlier.files or not (forms or visits or sites or subjects or seen.places):
        return NOTHING_RETIRED
    studies, unreadable = _studies(earlier)
    patterns = dict.fromkeys(item.subject_pattern for item in studies)

    return Retired(
        forms=_titles(
            forms,
            studies,
            lambda item, name: item.forms[name].title,
            unreadable=unreadable,
        ),
        visits=_titles(
            visits,
            studies,
            lambda item, name: item.visits[name].title,
            unreadable=unreadable,
        ),
        sites=_titles(
            sites, studies, lambda item, name: item.sites[name], unreadable=unreadable
        ),
        subjects=tuple(
            pattern
            for pattern in patterns
            if any(whole_match(pattern, subject) for subject in subjects)
        ),
        places=tuple(
            place
            for place in sorted(seen.places)
            if unreadable or any(_stood_there(earlier, place) for earlier in studies)
        ),
    )


def _stood_there(study: Study, place: FormPlace) -> bool:
    """Whether a study has a form where a package has it."""
    name, visit_name, numbered = place
    form, visit = study.forms.get(name), study.visits.get(visit_name)
    if form is None:
        return False
    if visit_name == LOG:
        return form.log
    return not form.log and visit is not None and visit.repeats == numbered


def _studies(earlier: Earlier) -> tuple[list[Study], bool]:
    """The earlier studies, the newest first; and whether there are some that cannot be
    read any more.
    """
    order = dict.fromkeys(use.hash for use in reversed(earlier.uses))
    texts = [
        earlier.files[file]
        for file in (*order, *sorted(earlier.files))
        if file in earlier.files
    ]
    loaded = [load_study(files).study for files in texts]

    return [item for item in loaded if item is not None], None in loaded


def _titles(
    names: Iterable[str],
    studies: Sequence[Study],
    title: Callable[[Study, str], str],
    *,
    unreadable: bool,
) -> dict[str, str]:
    """Each name that was known with its last title.

    What nobody can read any more may have had the others.
    """
    texts: dict[str, str] = {}
    for name in sorted(names):
        for study in studies:
            try:
                texts[name] = title(study, name)
                break
            except KeyError:
                continue

        if name not in texts and unreadable:
            texts[name] = name

    return texts
