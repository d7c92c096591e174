"""Findings beside their fields: a form's own, and those of other forms that hang on its
fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from markupsafe import Markup

from forms_spec.findings.finding import Finding, Severity
from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_data import CellKey, Record
from forms_spec.model.fields import Form
from generator.pages.input_names import KEPT_PREFIX, cell_name

MARKS = {Severity.REFUSE: "▲", Severity.QUERY: "▲", Severity.WARNING: "△"}
WORDS = {
    Severity.REFUSE: "Must be corrected",
    Severity.QUERY: "Query",
    Severity.WARNING: "Warning",
}
ALERT = ("‼", "Act now")


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingLink:
    """The way to a field that a finding hangs on too: what it is called, and its
    address.
    """

    words: str
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingPlacement:
    """A finding at one of the cells where it shows. ``home``: the cell where it can be
    kept.

    ``waits``: the forms that are still to come and may settle it; until then it is no
    open finding. ``full_at``: the cell of this page that shows the whole text; None
    where that is this cell.
    """

    finding: Finding
    cell: CellKey
    home: bool
    ends: tuple[FindingLink, ...]
    waits: tuple[FindingLink, ...] = ()
    full_at: FindingLink | None = None


Leads = Callable[[DataPlace], FindingLink]
NO_SPOTS: Mapping[CellKey, list[FindingPlacement]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class PageFindings:
    """Everything that is said on a page, by cell.

    A finding about whole rows has the field ``""``.
    """

    spots: Mapping[CellKey, list[FindingPlacement]] = field(
        default_factory=lambda: NO_SPOTS
    )

    def of(self, table: str, row: int | None) -> Iterator[tuple[str, FindingPlacement]]:
        """The findings of a form's own fields or of one row, with the field's name."""
        for cell, spots in self.spots.items():
            if cell.table == table and cell.row == row:
                yield from ((cell.field, spot) for spot in spots)

    def all(self) -> Iterator[FindingPlacement]:
        """Every finding at each of its cells."""
        for spots in self.spots.values():
            yield from spots


def said_on(
    form: Form,
    findings: Iterable[Finding],
    lead: Leads | None = None,
    waits: Callable[[Finding], tuple[FindingLink, ...]] = lambda _found: (),
) -> PageFindings:
    """Puts findings to the cells of a form's page on which they hang."""
    leads = lead or (lambda place: lead_on(form, place))
    result: dict[CellKey, list[FindingPlacement]] = {}
    for finding in findings:
        places = [place for place in (finding.data, *finding.also) if place is not None]
        cells = [cell_on(form, place) for place in places]
        waits_for = waits(finding)
        full_at: FindingLink | None = None

        for place, cell in zip(places, cells, strict=True):
            if cell is None:
                continue
            spots = result.setdefault(cell, [])
            if any(spot.finding is finding for spot in spots):
                continue
            ends = tuple(
                dict.fromkeys(
                    leads(other) for other in places if cell_on(form, other) != cell
                )
            )
            spots.append(
                FindingPlacement(
                    finding=finding,
                    cell=cell,
                    home=place is finding.data,
                    ends=ends,
                    waits=waits_for,
                    full_at=full_at,
                )
            )
            # One cause is told once on a page; its other fields point there.
            full_at = full_at or leads(place)

    return PageFindings(spots=result)


def cell_on(form: Form, place: DataPlace) -> CellKey | None:
    """The cell that a place means on a form's page; None on another form's."""
    if any(group.name == place.table for group in form.row_groups):
        return CellKey(
            place.table, place.row, (place.field or "") if place.row is not None else ""
        )

    return (
        CellKey(form.name, None, place.field or "")
        if place.table == form.name
        else None
    )


def lead_on(form: Form, place: DataPlace) -> FindingLink:
    """The way to a place of the same page, or the bare name of a field elsewhere."""
    cell = cell_on(form, place)
    if cell is None:
        return FindingLink(words=place.field or place.table, address="")
    return FindingLink(words=label_of(form, place), address=f"#{target_of(cell)}")


def label_of(form: Form, place: DataPlace) -> str:
    """What a place of a form is called: the field's label and its row, or the group's
    title.
    """
    row = f", row {place.row}" if place.row is not None else ""
    for group in form.groups:
        if place.table != (group.name if group.rows else form.name):
            continue
        for item in group.fields:
            if item.name == place.field:
                return f"{item.label}{row}"

        if group.rows:
            return f"{group.title or form.title}{row}"

    return f"{form.title}{row}"


def target_of(cell: CellKey) -> str:
    """The id of the element that stands for a cell, a row, a group or the page."""
    if cell.field:
        return cell_name(cell)
    if cell.row is not None:
        return f"row-{cell.table}-{cell.row}"
    return f"g-{cell.table}"


KEPT_HTML = Markup(
    '<label class="keep">{word} <input type="text" class="box" name="{name}" '
    'value="{reason}"'
    ' aria-describedby="{about}"></label>'
)
FINDING_HTML = Markup(
    '<p class="finding {look}" data-code="{code}"><span class="mark" '
    'aria-hidden="true">{mark}</span>'
    '<span class="sr">{word}: </span>{message} <span '
    'class="remedy">{remedy}</span>{ends}</p>'
)
WAITING_HTML = Markup(
    '<p class="finding waiting{again}" data-code="{code}" role="note">Waiting '
    "for: {forms}. {message}</p>"
)
AGAIN_HTML = Markup(
    '<p class="finding {look}" data-code="{code}"><span class="mark" '
    'aria-hidden="true">{mark}</span>'
    '<span class="sr">{word}: </span>See {full_at}</p>'
)
END_HTML = Markup('<a href="{address}">{words}</a>')


def finding_html(spot: FindingPlacement, record: Record) -> Markup:
    """A finding beside its field; a warning asks why the value is kept, where it is at
    home.
    """
    if spot.waits:
        return _waiting_html(spot)
    result, cell = spot.finding, spot.cell
    reason = record.kept.get((cell, result.code), "")
    keepable = result.severity is Severity.WARNING and cell.field != "" and spot.home
    looks = (
        result.severity.value,
        "alert" if result.alerts else "",
        "kept" if keepable and reason else "",
        "" if spot.home else "again",
    )
    mark, word = (
        ALERT if result.alerts else (MARKS[result.severity], WORDS[result.severity])
    )
    if spot.full_at:
        return AGAIN_HTML.format(
            look=" ".join(filter(None, looks)),
            code=result.code,
            mark=mark,
            word=word,
            full_at=_links((spot.full_at,)),
        )

    html = FINDING_HTML.format(
        look=" ".join(filter(None, looks)),
        code=result.code,
        mark=mark,
        word=word,
        message=result.message,
        remedy=result.remedy,
        ends=_ends_html(spot.ends),
    )
    if not keepable:
        return html
    return html + KEPT_HTML.format(
        word="Confirmed, reason:" if reason else "Confirm value, reason:",
        name=f"{KEPT_PREFIX}{cell_name(cell)}:{result.code}",
        reason=reason,
        about=f"{cell_name(cell)}-msg",
    )


def _waiting_html(spot: FindingPlacement) -> Markup:
    """A finding that waits for another form: a note, which asks for nothing yet."""
    return WAITING_HTML.format(
        again="" if spot.home else " again",
        code=spot.finding.code,
        forms=_links(spot.waits),
        message=spot.finding.message,
    )


def _ends_html(ends: tuple[FindingLink, ...]) -> Markup:
    if not ends:
        return Markup("")
    return Markup(' <span class="ends">See also {}</span>').format(_links(ends))


def _links(leads: tuple[FindingLink, ...]) -> Markup:
    links = [
        END_HTML.format(address=lead.address, words=lead.words)
        if lead.address
        else Markup.escape(lead.words)
        for lead in leads
    ]
    return Markup(", ").join(links)
