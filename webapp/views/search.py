"""One box finds subjects, events, medicines and findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from forms_spec.model.captured_data import LOG
from webapp.presentation.form_address import form_address, visit_word
from webapp.presentation.typed_numbers import page_number
from webapp.security.access import READ, allow
from webapp.services import about, own_sites, services
from webapp.storage import SearchEntry, get_subject, search, subjects_beginning

bp = Blueprint("search", __name__)
ON_A_PAGE: Final = 50
MOST_SUBJECTS: Final = 20
LONGEST: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundLine:
    """Something that was found, and the way there."""

    subjid: str
    kind: str
    label: str
    where: str
    address: str


@bp.get("/search")
@allow(READ)
def show_found() -> ResponseReturnValue:
    """What has the words; the subject at once where its number was typed."""
    wanted = request.args.get("q", "").strip()[:LONGEST]
    database, sites = services().database, own_sites()
    if wanted and get_subject(database, wanted, sites=sites):
        return redirect(f"/subjects/{quote(wanted, safe='')}", 303)

    number = page_number(request.args)
    count, entries = search(
        database,
        wanted,
        sites=sites,
        first=(number - 1) * ON_A_PAGE,
        most=ON_A_PAGE,
    )

    return render_template(
        "search.html",
        wanted=wanted,
        subjects=subjects_beginning(database, wanted, sites=sites, most=MOST_SUBJECTS)
        if wanted
        else (),
        lines=[_line(entry) for entry in entries],
        count=count,
        number=number,
        last=max(1, -(-count // ON_A_PAGE)),
        address=lambda page: "/search?" + urlencode({"q": wanted, "page": page}),
    )


def _line(entry: SearchEntry) -> FoundLine:
    with about(entry.subjid):
        study = services().study
    form, visit = study.forms.get(entry.form), study.visits.get(entry.visit)
    title = form.title if form else entry.form
    row = f", row {entry.row}" if entry.row else ""
    at = f", {visit_word(visit.title, entry.unsno)}" if visit else ""
    where = f"{title}{at}{row}"

    return FoundLine(
        subjid=entry.subjid,
        kind=entry.kind,
        label=entry.label,
        where=where if entry.visit != LOG or entry.row == 0 else f"row {entry.row}",
        address=form_address(entry.subjid, entry.visit, entry.unsno, entry.form),
    )
