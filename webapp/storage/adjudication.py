"""Somebody decides where the two entries of a form differ: the result is a version of
the form like others, and a row says how it came about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from forms_spec.model.captured_forms import EntryAct
from webapp.storage.database import Database
from webapp.storage.double_entries import (
    DoubleStage,
    EntryRefused,
    append_entry_act,
    find_double_entry,
)
from webapp.storage.locks import refuse_closed
from webapp.storage.save_basis import save_basis
from webapp.storage.saving import Conflict, Saved, SaveRequest, add_version
from webapp.storage.stamps import stamp
from webapp.storage.voids import refuse_voided


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryDecision:
    """What somebody decided. ``request`` saves the result on top of the first entry,
    ``second_number`` is the second entry that was shown. ``choices`` has by cell which
    answer counts. ``own_allowed``: who typed one of the two entries may decide too.
    """

    request: SaveRequest
    second_number: int
    choices: Mapping[str, str]
    own_allowed: bool = False


def adjudicate(database: Database, decision: EntryDecision) -> Saved:
    """Keeps a decision and the version that follows from it, both or none.

    ``EntryRefused`` where there is nothing to decide, where one of the entries is not
    the one that was shown, and for a person who typed one of them. ``FormClosed`` says
    who froze, locked or voided the form.
    """
    request = decision.request
    with database.write() as connection:
        now = stamp(connection, database.clock())
        refuse_closed(connection, request.key)
        refuse_voided(connection, request.key)
        state = find_double_entry(connection, request.key)
        if state is None or state.stage is not DoubleStage.DECIDE:
            raise EntryRefused("There is nothing to decide any more. Reload the page.")
        shown = request.base_version, decision.second_number
        if shown != (state.first_version, state.second_number):
            raise EntryRefused("One of the entries changed. Reload the page.")
        if state.entered_by(request.user) and not decision.own_allowed:
            raise EntryRefused(OWN_ENTRY)

        append_entry_act(
            connection,
            now,
            state,
            EntryAct.ADJUDICATED,
            username=request.user,
            version=state.first_version + 1,
            reason=request.reason,
            choices=decision.choices,
        )
        basis = save_basis(connection, request.key, request.user)
        decided = replace(request, is_decision=True)
        saved = add_version(connection, decided, basis, now, again=False)
        assert not isinstance(saved, Conflict), "both were read in one transaction"
        return saved


OWN_ENTRY = (
    "You typed one of the two entries. Somebody else has to decide between them."
)
