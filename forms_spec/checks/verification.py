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
    is_drawn = 0 < plan.share < EVERYBODY
    verifies_nothing = not plan.share and not plan.critical

    if plan.share > EVERYBODY:
        place = spot.at("share").place
        yield finding("verification-share", text=place, value=str(plan.share))
    elif is_drawn and not plan.seed:
        # Without a seed nobody could draw the same subjects again.
        yield finding("verification-seed", text=spot.at("share").place)
    elif verifies_nothing:
        yield finding("verification-of-nothing", text=spot.place)

    yield from _critical(loaded.study, spot)


def _critical(study: Study, spot: SourceNode) -> Iterator[Finding]:
    if not isinstance(spot.data, dict):
        return

    names = spot.data.get("critical")
    if not isinstance(names, list):
        return

    for index, name in enumerate(names):
        # What is no text is a finding of the schema.
        if isinstance(name, str):
            place = spot.at("critical", index).place
            yield from _named(study, name, place)


def _named(study: Study, name: str, place: TextPlace) -> Iterator[Finding]:
    table, dot, field = name.partition(".")
    owner = study.tables.get(table)
    fields = [item.name for item in owner.fields] if owner is not None else []
    is_known = field in fields if dot else owner is not None
    if is_known:
        return

    # Of a table that exists its fields are proposed, else the tables.
    known = list(study.tables)
    if owner is not None:
        known = [f"{table}.{item}" for item in fields]

    near = did_you_mean(name, known)
    yield finding("verification-unknown", text=place, name=name, near=near)
