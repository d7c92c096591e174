"""Where a query stands, in words and as addresses."""

from __future__ import annotations

from dataclasses import dataclass

from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_data import LOG, CellKey
from forms_spec.model.fields import Form
from generator.pages.findings import label_of
from generator.pages.input_names import cell_name
from webapp.presentation.form_address import FormPlace, form_address, visit_word
from webapp.services import about, services
from webapp.storage import QueryPlace

WHOLE_FORM = "form"
"""What the form itself is called where its fields have the names of their inputs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceWords:
    """A place as it is shown.

    ``label`` is the question, or what else it is about; ``address`` leads to its
    queries and ``data_address`` to the answers.
    """

    label: str
    form: str
    visit: str
    name: str
    address: str
    data_address: str


def place_words(place: QueryPlace) -> PlaceWords:
    """A place in words. A form that left the dictionary keeps its own name."""
    subject_address = f"/subjects/{place.subject}"
    if not place.form:
        return PlaceWords(
            label="The subject",
            form="",
            visit="",
            name="",
            address=f"{subject_address}/queries",
            data_address=subject_address,
        )

    with about(place.subject):
        study = services().study
    form = study.forms.get(place.form)
    visit = study.visits.get(place.visit)
    visit_text = visit.title if visit else place.visit
    data_address = form_address(place.subject, place.visit, place.unsno, place.form)
    name = name_of(place)

    return PlaceWords(
        label=_label(form, place),
        form=form.title if form else place.form,
        visit="Log" if place.visit == LOG else visit_word(visit_text, place.unsno),
        name=name,
        address=f"{data_address}/queries/{name}",
        data_address=data_address if name == WHOLE_FORM else f"{data_address}#{name}",
    )


def name_of(place: QueryPlace) -> str:
    """The name of a place in the address of its queries."""
    return cell_name(place.cell) if place.cell else WHOLE_FORM


def place_on(place: FormPlace, cell: CellKey | None) -> QueryPlace:
    """The place of a cell on a form's page; None for the form itself."""
    key = place.key
    return QueryPlace(
        subject=key.subject,
        visit=key.visit,
        form=key.form,
        unsno=key.unsno,
        table=cell.table if cell else "",
        row=cell.row if cell else None,
        field=cell.field if cell else "",
    )


def _label(form: Form | None, place: QueryPlace) -> str:
    row = f", row {place.row}" if place.row is not None else ""
    if not place.field:
        return f"The whole form{row}"
    # A field that left the dictionary keeps its own name.
    if form is None:
        return f"{place.field}{row}"

    cell = DataPlace(table=place.table, field=place.field, row=place.row)
    return label_of(form, cell)
