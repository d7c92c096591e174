"""Names that captured data still have and the dictionary has no more: they are kept,
and said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.tables import layout

PROPERTY = "crfsmith:retired"

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
        return bool(self._parts())

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
        parts = self._parts()
        if not parts:
            return {}

        return {PROPERTY: parts}

    def _parts(self) -> dict[str, Any]:
        """What there is of each, as JSON."""
        parts = {
            "forms": dict(self.forms),
            "visits": dict(self.visits),
            "sites": dict(self.sites),
            "subjects": list(self.subjects),
            "places": [list(place) for place in self.places],
        }

        return {name: part for name, part in parts.items() if part}


NOTHING_RETIRED = Retired()


def read_retired(descriptor: Mapping[str, Any]) -> Retired:
    """The names of a descriptor; whatever has another shape is none."""
    given = descriptor.get(PROPERTY)
    if not isinstance(given, dict):
        return NOTHING_RETIRED

    return Retired(
        forms=_titles(given.get("forms")),
        visits=_titles(given.get("visits")),
        sites=_titles(given.get("sites")),
        subjects=tuple(_patterns(given.get("subjects"))),
        places=tuple(_places(given.get("places"))),
    )


# A descriptor may have been written by any program, so each part is read with care.


def _patterns(given: Any) -> Iterator[str]:
    if not isinstance(given, list):
        return

    for pattern in given:
        if isinstance(pattern, str):
            yield pattern


def _places(given: Any) -> Iterator[FormPlace]:
    if not isinstance(given, list):
        return

    for place in given:
        match place:
            case [str(form), str(visit), bool(numbered)]:
                yield form, visit, numbered


def _titles(given: Any) -> dict[str, str]:
    titles: dict[str, str] = {}
    if not isinstance(given, dict):
        return titles

    for name, title in given.items():
        if isinstance(title, str):
            titles[name] = title

    return titles
