"""The page on which many findings become queries, wherever they were listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, request

from forms_spec.kinds.display import shown_as
from webapp.queries.from_findings import BulkPlan, skipped_by_reason
from webapp.queries.query_places import PlaceWords, place_words
from webapp.security.query_access import assignable_roles
from webapp.services import about, services


@dataclass(frozen=True, kw_only=True, slots=True)
class BulkSource:
    """Where the findings were listed: its title, the address that the page posts to,
    and the way back.

    ``chosen`` is what somebody picked there, none where all are meant. ``unlisted``
    counts findings of which the list has no line. ``most`` queries are shown, and so
    many skipped ones of each reason. Of a long list, ``taken`` forms from the ``first``
    on are meant, and ``later`` ones come after them.
    """

    title: str
    address: str
    back: str
    back_words: str
    most: int
    chosen: Sequence[str] = ()
    unlisted: int = 0
    first: int = 0
    taken: int = 0
    later: int = 0

    @property
    def next_address(self) -> str:
        """Where the forms are that come later."""
        return f"{self.address}?from={self.first + self.taken}"


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedLine:
    """A query as the page lists it before it is opened."""

    subject: str
    where: PlaceWords
    value: str
    text: str


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
        listed=[] if numbers else _listed(plan, source.most),
        groups=skipped_by_reason(plan),
        message=message,
        numbers=numbers,
        roles=assignable_roles(services().study),
        role=answering_role(),
    )


def _listed(plan: BulkPlan, most: int) -> list[PlannedLine]:
    """The first of the queries that would be opened, as people read them."""
    listed = []
    for query, line in zip(plan.new[:most], plan.lines, strict=False):
        with about(line.subject):
            field = services().study.field(line.table, line.field)
        listed.append(
            PlannedLine(
                subject=line.subject,
                where=place_words(query.place),
                value=shown_as(line.value, field) if field else line.value,
                text=line.text,
            )
        )

    return listed
