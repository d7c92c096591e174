"""The plan of source verification can be carried out."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.finding_collector import SourceNode
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.model.study import Study
from forms_spec.model.verification import EVERYBODY


def check_verification(loaded: LoadedStudy) -> Iterator[Finding]:
    """The share can be drawn, and what is critical is there."""
    plan, file = loaded.study.verification, loaded.parts.study
    if plan is None or file is None:
        return

    spot = file.at("verification")
    if plan.share > EVERYBODY:
        place = spot.at("share").place
        yield finding("verification-share", text=place, value=str(plan.share))
    elif 0 < plan.share < EVERYBODY and not plan.seed:
        yield finding("verification-seed", text=spot.at("share").place)
    elif not plan.share and not plan.critical:
        yield finding("verification-of-nothing", text=spot.place)

    yield from _critical(loaded.study, spot)


def _critical(study: Study, spot: SourceNode) -> Iterator[Finding]:
    names = spot.data.get("critical") if isinstance(spot.data, dict) else None
    if not isinstance(names, list):
        return

    for index, name in enumerate(names):
        if isinstance(name, str):
            yield from _named(study, name, spot.at("critical", index).place)


def _named(study: Study, name: str, place: TextPlace) -> Iterator[Finding]:
    table, dot, field = name.partition(".")
    is_known = bool(study.field(table, field)) if dot else table in study.tables
    if is_known:
        return

    known = list(study.tables)
    if table in study.tables:
        known = [f"{table}.{item.name}" for item in study.tables[table].fields]

    near = did_you_mean(name, known)
    yield finding("verification-unknown", text=place, name=name, near=near)
