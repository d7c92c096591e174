"""The page on which many findings become queries, wherever they were listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, request

from webapp.queries.from_findings import BulkPlan, skipped_by_reason
from webapp.security.query_access import assignable_roles
from webapp.services import services


@dataclass(frozen=True, kw_only=True, slots=True)
class BulkSource:
    """Where the findings were listed: its title, the address that the page posts to,
    and the way back.

    ``chosen`` are the findings that somebody picked there, none where all are meant.
    ``unlisted`` counts those of which the list has no line. ``most`` skipped ones are
    shown of each reason.
    """

    title: str
    address: str
    back: str
    back_words: str
    most: int
    chosen: Sequence[str] = ()
    unlisted: int = 0


def answering_role() -> str:
    """Who is to answer the queries."""
    role = request.values.get("role", "")
    roles = assignable_roles(services().study)
    return role if role in roles else roles[0]


def bulk_page(
    source: BulkSource,
    plan: BulkPlan,
    message: str = "",
    *,
    seen: object,
    numbers: tuple[int, ...] = (),
) -> str:
    """What would be opened, or was: ``numbers`` are then those of the queries.

    ``seen`` comes back with the answer, and says which plan was looked at.
    """
    return render_template(
        "bulk_queries.html",
        source=source,
        seen=seen,
        plan=plan,
        groups=skipped_by_reason(plan),
        message=message,
        numbers=numbers,
        roles=assignable_roles(services().study),
        role=answering_role(),
    )
