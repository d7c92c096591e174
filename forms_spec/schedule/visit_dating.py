"""Which fields say when a visit took place, whether it was missed, and when the subject
left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from forms_spec.model.visits import Visit, VisitDating

TICKED = "true"


@dataclass(frozen=True, kw_only=True, slots=True)
class DatingFields:
    """The fields that date a visit; None where nothing says it.

    A visit without ``date`` has taken place once any of its forms was begun.
    """

    date: Field | None
    missed: Field | None
    missed_code: str | None

    def says_missed(self, text: str) -> bool:
        """Whether an answer of ``missed`` says so; a missing code is no answer here."""
        if self.missed is None or not text:
            return False
        if self.missed_code is not None:
            return text == self.missed_code

        return text == TICKED or self.missed.kind.name != "boolean"


@dataclass(frozen=True, kw_only=True, slots=True)
class DatingPlan:
    """What dates the visits of a study, and the forms that have the answers.

    ``usual`` dates a visit that the dictionary no longer knows, and data still have.
    """

    by_visit: Mapping[str, DatingFields]
    usual: DatingFields
    date_forms: tuple[str, ...]
    missed_forms: tuple[str, ...]

    def of(self, visit: str) -> DatingFields:
        """What dates a visit: its own fields, or the study's where it collects their
        form.
        """
        return self.by_visit.get(visit, self.usual)


_PLANS: StudyCache[tuple[()], DatingPlan] = StudyCache()


def dating_plan(study: Study) -> DatingPlan:
    """What dates the visits of a study; worked out once."""
    return _PLANS.get(study, (), lambda: _plan(study))


def last_day_fields(study: Study) -> Iterator[Field]:
    """The fields with the day on which a subject left."""
    for name in study.last_day:
        field = _field(study, name)
        if field is not None:
            yield field


def named_in_dating(study: Study) -> Iterator[str]:
    """Every field that the dictionary names for the days of visits, as ``form.field``."""
    written = [study.visit_dating, *(visit.dating for visit in study.visits.values())]
    for dating in written:
        if dating.date is not None:
            yield dating.date
        if dating.missed is not None:
            yield dating.missed.field

    yield from study.last_day


def _plan(study: Study) -> DatingPlan:
    by_visit = {name: _of_visit(study, visit) for name, visit in study.visits.items()}
    usual = _fields(study, study.visit_dating)
    every = [*by_visit.values(), usual]

    return DatingPlan(
        by_visit=MappingProxyType(by_visit),
        usual=usual,
        date_forms=_forms(dating.date for dating in every),
        missed_forms=_forms(dating.missed for dating in every),
    )


def _forms(fields: Iterable[Field | None]) -> tuple[str, ...]:
    """The forms of fields, each once."""
    return tuple(dict.fromkeys(field.form for field in fields if field is not None))


def _of_visit(study: Study, visit: Visit) -> DatingFields:
    usual = study.visit_dating
    date, missed = visit.dating.date, visit.dating.missed
    if date is None and _is_collected(study, usual.date, visit.name):
        date = usual.date

    usual_missed = usual.missed.field if usual.missed else None
    if missed is None and _is_collected(study, usual_missed, visit.name):
        missed = usual.missed

    return _fields(study, VisitDating(date=date, missed=missed))


def _is_collected(study: Study, name: str | None, visit: str) -> bool:
    form = (name or "").partition(".")[0]
    return (form, visit) in study.expectations


def _fields(study: Study, dating: VisitDating) -> DatingFields:
    missed = dating.missed
    return DatingFields(
        date=_field(study, dating.date),
        missed=_field(study, missed.field if missed else None),
        missed_code=missed.code if missed else None,
    )


def _field(study: Study, name: str | None) -> Field | None:
    """The field of a form's own; None where the study, as a role sees it, has none."""
    table, _, field = (name or "").partition(".")
    owner = study.tables.get(table)
    if owner is None or owner.group is not None:
        return None

    return study.field(table, field)
