"""Everything that reviewers did, as a package carries it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from forms_spec.model.captured_data import FormKey
from forms_spec.model.captured_forms import CapturedAct, ReviewKind
from webapp.storage.events import CHUNK
from webapp.storage.tables import (
    lock_act,
    look,
    signature,
    signature_break,
    verification,
    void_act,
)
from webapp.storage.verifications import cell_of_text

Sites = Mapping[str, str]
"""The site of each subject that the package has."""


def iterate_acts(connection: Connection, sites: Sites) -> Iterator[CapturedAct]:
    """What was done to some subjects, and to the study, by kind and number."""
    yield from _acts(connection, lock_act, ReviewKind.LOCK, {**sites, "": ""})
    yield from _acts(connection, void_act, ReviewKind.VOID, sites)
    yield from _signatures(connection, sites)
    yield from _breaks(connection, sites)
    for row in _rows(connection, verification):
        if row.subjid in sites:
            cell = cell_of_text(row.cell) if row.cell else None
            yield _act(
                row, sites, ReviewKind.VERIFICATION, state=row.act,
                version=row.version, cell=cell,
            )  # fmt: skip
    for row in _rows(connection, look):
        if row.subjid in sites:
            yield _act(
                row, sites, ReviewKind.LOOK, state="seen", version=row.version,
                acted_at=row.looked_at,
            )  # fmt: skip


def _rows(connection: Connection, table: Table) -> Iterator[Row[Any]]:
    query = select(table).order_by(table.c.id)
    yield from connection.execute(query, execution_options={"yield_per": CHUNK})


def _act(row: Row[Any], sites: Sites, kind: ReviewKind, **parts: Any) -> CapturedAct:
    given = {"acted_by": row.username, **parts}
    if "number" not in given:
        given["number"] = row.id
    if "acted_at" not in given:
        given["acted_at"] = row.acted_at
    return CapturedAct(
        site=sites[row.subjid],
        subject=row.subjid,
        key=FormKey(row.form, row.visit, row.unsno),
        kind=kind,
        **given,
    )


def _acts(
    connection: Connection, table: Table, kind: ReviewKind, sites: Sites
) -> Iterator[CapturedAct]:
    """Acts with a state and a reason."""
    for row in _rows(connection, table):
        if row.subjid in sites:
            yield _act(row, sites, kind, state=row.state, text=row.reason)


def _signatures(connection: Connection, sites: Sites) -> Iterator[CapturedAct]:
    """Each signature, and behind it the versions that were signed."""
    for row in _rows(connection, signature):
        if row.subjid not in sites:
            continue
        whole = _act(
            row, sites, ReviewKind.SIGNATURE, state="signed", name=row.name,
            acted_at=row.signed_at, digest=row.digest, text=row.meaning,
        )  # fmt: skip
        yield whole
        for form, visit, unsno, version, seal in row.forms:
            yield CapturedAct(
                site=whole.site,
                subject=whole.subject,
                key=FormKey(form, visit, unsno),
                kind=ReviewKind.SIGNED,
                number=whole.number,
                state="signed",
                acted_by=whole.acted_by,
                acted_at=whole.acted_at,
                version=version,
                digest=seal,
            )


def _breaks(connection: Connection, sites: Sites) -> Iterator[CapturedAct]:
    broken = (
        select(signature_break, signature.c.subjid)
        .join(signature, signature.c.id == signature_break.c.signature_id)
        .order_by(signature_break.c.signature_id)
    )
    for row in connection.execute(broken, execution_options={"yield_per": CHUNK}):
        if row.subjid in sites:
            yield _act(
                row, sites, ReviewKind.BROKEN, number=row.signature_id,
                state="broken", version=row.version, acted_at=row.broken_at,
            )  # fmt: skip
