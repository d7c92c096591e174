"""What says when a visit took place, whether it was missed, and the last day."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.checks.schedule import visit_spot
from forms_spec.checks.subject import date_field, field_of_form
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.finding_collector import SourceNode
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.loading.visit_dating import keys_of_names
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.model.visits import MissedAnswer, Visit, VisitDating
from forms_spec.schedule.visit_dating import dating_plan


def check_visit_dating(loaded: LoadedStudy) -> Iterator[Finding]:
    """Every field that dates a visit is there, fits, and is collected at the visit."""
    study, file = loaded.study, loaded.parts.study
    if file is None:
        return

    if file.at("visit").has:
        yield from _of_study(study, file.at("visit"))
    for visit in study.visits.values():
        spot = visit_spot(loaded, visit)
        if spot is not None:
            yield from _of_visit(study, visit, spot)

    if file.at("last_day").has:
        yield from _last_day(study, file.at("last_day"))

    yield from _only_by_names(loaded, file)


def _of_study(study: Study, spot: SourceNode) -> Iterator[Finding]:
    dating = study.visit_dating
    collected = {scheduled.form for scheduled in study.schedule}
    yield from _fields(study, dating, collected, "any visit", spot)

    if dating.missed is not None and dating.date is None:
        yield finding("missed-without-date", text=spot.at("missed").place)


def _of_visit(study: Study, visit: Visit, spot: SourceNode) -> Iterator[Finding]:
    dating = visit.dating
    collected = {form for form, name in study.expectations if name == visit.name}
    yield from _fields(study, dating, collected, f"the visit {visit.name}", spot)

    has_date = dating.date or dating_plan(study).of(visit.name).date
    if dating.missed is not None and not has_date:
        yield finding("missed-without-date", text=spot.at("missed").place)


def _fields(
    study: Study, dating: VisitDating, collected: set[str], where: str, spot: SourceNode
) -> Iterator[Finding]:
    """Faults of the two fields; ``collected`` are the forms that ``where`` has."""
    if dating.date is not None:
        place = spot.at("date").place
        yield from date_field(dating.date, study, place, key="date")
        yield from _not_collected(study, dating.date, collected, where, spot.at("date"))

    if dating.missed is not None:
        name, place = dating.missed.field, spot.at("missed").place
        field = field_of_form(study, name)
        if field is None:
            near = did_you_mean(name, _fields_of_visits(study))
            yield finding("unknown-field", text=place, name=name, near=near)
        else:
            yield from _missed(field, dating.missed, spot.at("missed"))

        yield from _not_collected(study, name, collected, where, spot.at("missed"))


def _not_collected(
    study: Study, name: str, collected: set[str], where: str, spot: SourceNode
) -> Iterator[Finding]:
    form = name.partition(".")[0]
    # A name that is not known has a finding of its own.
    if field_of_form(study, name) is not None and form not in collected:
        yield finding(
            "visit-date-not-collected", text=spot.place, form=form, where=where
        )


def _missed(field: Field, missed: MissedAnswer, spot: SourceNode) -> Iterator[Finding]:
    """The answer is one of the field's, and not one that it has at every visit."""
    if missed.code is not None:
        codes = field.codelist.codes if field.codelist else ()
        known = [code.code for code in codes]
        if missed.code not in known or field.kind.name != "choice":
            yield finding(
                "missed-unknown-answer",
                text=spot.place,
                name=missed.field,
                code=missed.code,
                near=did_you_mean(missed.code, known),
            )
        return

    # A tick says so by itself.
    if field.kind.name == "boolean":
        return

    is_always_answered = field.required is True and field.show_when is None
    if is_always_answered or field.type.name == "yes_no":
        yield finding("missed-by-any-answer", text=spot.place, name=missed.field)


def _fields_of_visits(study: Study) -> list[str]:
    names: list[str] = []
    for form in study.forms.values():
        if not form.log:
            names.extend(f"{form.name}.{field.name}" for field in form.fields)

    return names


def _last_day(study: Study, spot: SourceNode) -> Iterator[Finding]:
    for index, name in enumerate(study.last_day):
        place = spot.at(index).place if isinstance(spot.data, list) else spot.place
        yield from date_field(name, study, place, key="last_day")


def _only_by_names(loaded: LoadedStudy, file: SourceNode) -> Iterator[Finding]:
    """What nothing but the CDASH name of a field says."""
    for key, named in keys_of_names(loaded.study, file.data).items():
        part = next(
            part
            for part in loaded.fields()
            if f"{part.field.form}.{part.field.name}" == named.field
        )
        yield finding(
            "decided-by-cdash-name",
            text=part.spot.at_or_self("cdash").place,
            cdash=part.field.cdash,
            name=named.field,
            what=named.what,
            line=f"{key}: {named.written}",
        )
