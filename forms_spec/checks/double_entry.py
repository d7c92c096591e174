"""The plan of double entry can be carried out: its forms are there, can be typed twice,
and somebody decides where the two entries differ.
"""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.evaluation.role_grants import grants_of
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.finding_collector import SourceNode
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.model.fields import Form
from forms_spec.model.roles import Permission
from forms_spec.model.study import Study


def check_double_entry(loaded: LoadedStudy) -> Iterator[Finding]:
    """Every form of the plan, where the text names it."""
    study, file = loaded.study, loaded.parts.study
    if study.double_entry is None or file is None:
        return

    spot = file.at("double_entry")
    for name, place in _named(spot):
        form = study.forms.get(name)
        if form is None:
            near = did_you_mean(name, study.forms)
            yield finding("double-entry-unknown", text=place, name=name, near=near)
        else:
            yield from _form(study, form, place)


def _named(spot: SourceNode) -> Iterator[tuple[str, TextPlace]]:
    names = spot.data.get("forms") if isinstance(spot.data, dict) else None
    if not isinstance(names, list):
        return
    for index, name in enumerate(names):
        if isinstance(name, str):
            yield name, spot.at("forms", index).place


def _form(study: Study, form: Form, place: TextPlace) -> Iterator[Finding]:
    if form.files:
        yield finding("double-entry-file", text=place, name=form.name)

    everybody = [grants_of(study, role) for role in study.roles.values()]
    wholly = [grants for grants in everybody if not grants.unseen_of(form)]
    may = [grants.by_form[form.name] for grants in wholly]
    if not any(Permission.ADJUDICATE in granted for granted in may):
        yield finding("double-entry-nobody-decides", text=place, name=form.name)
    enters = {Permission.ENTER, Permission.COMPLETE}
    if not any(enters <= granted for granted in may):
        yield finding("double-entry-nobody-enters", text=place, name=form.name)
