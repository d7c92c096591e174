"""Names that captured data still have and the dictionary has no more: they are kept,
and said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.tables import layout

PROPERTY = "crfsmith:retired"
_FORMS, _VISITS, _SITES, _SUBJECTS, _PLACES = (
    "forms",
    "visits",
    "sites",
    "subjects",
    "places",
)

FormPlace = tuple[str, str, bool]
"""A form, its visit (LOG for none), and whether the visit was numbered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Retired:
    """Forms, visits and sites by name with their titles, as earlier dictionaries of the
    study had them.

    ``subjects`` are earlier patterns of subject numbers. ``places`` are where forms of
    today stood before they were moved between a visit and the log, or before their
    visit stopped repeating.
    """

    forms: Mapping[str, str] = field(default_factory=dict)
    visits: Mapping[str, str] = field(default_factory=dict)
    sites: Mapping[str, str] = field(default_factory=dict)
    subjects: tuple[str, ...] = ()
    places: tuple[FormPlace, ...] = ()

    def __bool__(self) -> bool:
        return bool(
            self.forms or self.visits or self.sites or self.subjects or self.places
        )

    def of_column(self, name: str) -> Mapping[str, str]:
        """The names that a key column may have besides those of the dictionary."""
        columns = {
            layout.SITE: self.sites,
            layout.VISIT: self.visits,
            layout.FORM: self.forms,
        }
        return columns.get(name, {})

    def property(self) -> dict[str, Any]:
        """What ``datapackage.json`` says of them; nothing where there are none."""
        values = {
            _FORMS: dict(self.forms),
            _VISITS: dict(self.visits),
            _SITES: dict(self.sites),
        }
        named = {name: titles for name, titles in values.items() if titles}
        patterns = {_SUBJECTS: list(self.subjects)} if self.subjects else {}
        places = (
            {_PLACES: [list(place) for place in self.places]} if self.places else {}
        )

        return {PROPERTY: {**named, **patterns, **places}} if self else {}


NOTHING_RETIRED = Retired()


def read_retired(descriptor: Mapping[str, Any]) -> Retired:
    """The names of a descriptor; whatever has another shape is none."""
    given = descriptor.get(PROPERTY)
    if not isinstance(given, dict):
        return NOTHING_RETIRED
    patterns = given.get(_SUBJECTS)

    return Retired(
        forms=_titles(given.get(_FORMS)),
        visits=_titles(given.get(_VISITS)),
        sites=_titles(given.get(_SITES)),
        subjects=tuple(pattern for pattern in patterns if isinstance(pattern, str))
        if isinstance(patterns, list)
        else (),
        places=tuple(_places(given.get(_PLACES))),
    )


def _places(given: Any) -> Iterator[FormPlace]:
    for place in given if isinstance(given, list) else ():
        match place:
            case [str(form), str(visit), bool(numbered)]:
                yield form, visit, numbered


def _titles(given: Any) -> dict[str, str]:
    pairs = given.items() if isinstance(given, dict) else ()
    return {name: title for name, title in pairs if isinstance(title, str)}
