"""Text that should never have been typed is taken out, after a look at where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.presentation.people import Actor, actor_of
from webapp.security.access import REDACT, allow
from webapp.services import services, subject_or_404
from webapp.storage import EventKind, LoggedEvent, find_events
from webapp.storage.redacting import (
    LONGEST_REDACTED,
    LONGEST_WHY,
    RedactedPlace,
    RedactionRefused,
    places_of_text,
    redact_text,
)

bp = Blueprint("redactions", __name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class TypedRedaction:
    """What was typed on the page, and what came of it.

    ``places`` are shown before anything is taken out; None before anybody has looked.
    """

    text: str = ""
    reason: str = ""
    message: str = ""
    places: tuple[RedactedPlace, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EarlierRedaction:
    """Text that was taken out before: by whom, when and why."""

    event: LoggedEvent
    who: Actor
    reason: str


@bp.get("/subjects/<subjid>/redact")
@allow(REDACT)
def ask_redaction(subjid: str) -> ResponseReturnValue:
    return _page(subjid, TypedRedaction())


@bp.post("/subjects/<subjid>/redact")
@allow(REDACT)
def take_redaction(subjid: str) -> ResponseReturnValue:
    """Looks where a text stands or, once that was seen, takes it out."""
    subject = subject_or_404(subjid).subjid
    _need_everything()
    unwanted = request.form.get("text", "").strip()
    reason = request.form.get("reason", "").strip()
    typed = TypedRedaction(text=unwanted, reason=reason)
    database = services().database
    try:
        places = places_of_text(database, subject, unwanted)
        seen = request.form.get("seen") == str(len(places))
        if request.form.get("action") != "redact" or not seen or not places:
            return _page(
                subject, TypedRedaction(text=unwanted, reason=reason, places=places)
            )

        user = current_user.user.username
        redact_text(database, subject, unwanted, reason=reason, username=user)
    except RedactionRefused as refused:
        message = str(refused)
        typed = TypedRedaction(text=unwanted, reason=reason, message=message)
        return _page(subject, typed), 409

    return redirect(f"/subjects/{subject}/redact#earlier", 303)


def _need_everything() -> None:
    """Text is looked for in all answers: who sees a part would learn of the others."""
    if not current_user.may_with(REDACT, ""):
        abort(403)


def _page(subjid: str, typed: TypedRedaction) -> str:
    subject = subject_or_404(subjid)
    _need_everything()
    events = find_events(
        services().database, subject=subjid, kinds=[EventKind.TEXT_REDACTED]
    )
    earlier = [
        EarlierRedaction(
            event=item, who=actor_of(item), reason=item.details.get("reason", "")
        )
        for item in events
    ]

    return render_template(
        "redact.html",
        subject=subject,
        typed=typed,
        earlier=earlier,
        longest=LONGEST_REDACTED,
        longest_reason=LONGEST_WHY,
    )
