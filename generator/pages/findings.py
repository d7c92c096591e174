"""Findings beside their fields: a form's own, and those of other forms that hang on its
fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

from markupsafe import Markup

from forms_spec.findings.finding import Finding, Severity
from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_data import CellKey, Record
from forms_spec.model.fields import Form
from generator.pages.input_names import KEPT_PREFIX, cell_name

MARKS = {Severity.ERROR: "▲", Severity.QUERY: "▲", Severity.WARNING: "△"}
WORDS = {
    Severity.ERROR: "Must be corrected",
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


LinkTo = Callable[[DataPlace], FindingLink]
NO_PLACEMENTS: Mapping[CellKey, list[FindingPlacement]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class PageFindings:
    """Everything that is said on a page, by cell.

    A finding about whole rows has the field ``""``.
    """

    placements: Mapping[CellKey, list[FindingPlacement]] = field(
        default_factory=lambda: NO_PLACEMENTS
    )

    def of(self, table: str, row: int | None) -> Iterator[tuple[str, FindingPlacement]]:
        """The findings of a form's own fields or of one row, with the field's name."""
        for cell, placements in self.placements.items():
            if cell.table != table or cell.row != row:
                continue

            for placed in placements:
                yield cell.field, placed

    def all(self) -> Iterator[FindingPlacement]:
        """Every finding at each of its cells."""
        for placements in self.placements.values():
            yield from placements


def place_findings(
    form: Form,
    findings: Iterable[Finding],
    link_to: LinkTo | None = None,
    waits: Callable[[Finding], tuple[FindingLink, ...]] = lambda _finding: (),
) -> PageFindings:
    """Puts findings to the cells of a form's page on which they hang.

    ``link_to`` gives the way to a place, on this page by default; ``waits`` the forms
    that a finding waits for.
    """
    if link_to is None:
        link_to = partial(link_on_page, form)

    by_cell: dict[CellKey, list[FindingPlacement]] = {}
    for finding in findings:
        for placed in _placements(form, finding, link_to, waits(finding)):
            placements = by_cell.setdefault(placed.cell, [])
            # The same finding may come from the form and from the whole casebook.
            is_there = any(other.finding is finding for other in placements)
            if not is_there:
                placements.append(placed)

    return PageFindings(placements=by_cell)


def _placements(
    form: Form, finding: Finding, link_to: LinkTo, waits: tuple[FindingLink, ...]
) -> Iterator[FindingPlacement]:
    """The finding at each of its cells on the page, once in a cell."""
    places = [place for place in (finding.data, *finding.also) if place is not None]
    cells = [cell_on(form, place) for place in places]
    full_at: FindingLink | None = None
    done: set[CellKey] = set()

    for place, cell in zip(places, cells, strict=True):
        if cell is None or cell in done:
            continue

        done.add(cell)
        others = [
            other
            for other, other_cell in zip(places, cells, strict=True)
            if other_cell != cell
        ]
        yield FindingPlacement(
            finding=finding,
            cell=cell,
            home=place is finding.data,
            # Two places may have one link, such as the rows of another form.
            ends=tuple(dict.fromkeys(map(link_to, others))),
            waits=waits,
            full_at=full_at,
        )
        # One cause is told once on a page; its other fields point there.
        full_at = full_at or link_to(place)


def cell_on(form: Form, place: DataPlace) -> CellKey | None:
    """The cell that a place means on a form's page; None on another form's."""
    field = place.field or ""
    for group in form.row_groups:
        if group.name != place.table:
            continue

        # Without a row, it is about the group as a whole.
        if place.row is None:
            field = ""

        return CellKey(group.name, place.row, field)

    if place.table == form.name:
        return CellKey(form.name, None, field)

    return None


def link_on_page(form: Form, place: DataPlace) -> FindingLink:
    """The way to a place of the same page, or the bare name of a field elsewhere."""
    cell = cell_on(form, place)
    if cell is None:
        return FindingLink(words=place.field or place.table, address="")

    return FindingLink(words=label_of(form, place), address=f"#{target_of(cell)}")


def label_of(form: Form, place: DataPlace) -> str:
    """What a place of a form is called: the field's label and its row, or the group's
    title.
    """
    row = ""
    if place.row is not None:
        row = f", row {place.row}"

    return f"{_label_without_row(form, place)}{row}"


def _label_without_row(form: Form, place: DataPlace) -> str:
    for group in form.groups:
        # A form's own groups share one table: the field may be in the next one.
        if place.table != group.table:
            continue

        for asked in group.fields:
            if asked.name == place.field:
                return asked.label

        if group.rows:
            return group.title or form.title

    return form.title


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


def finding_html(placed: FindingPlacement, record: Record) -> Markup:
    """A finding beside its field; a warning asks why the value is kept, where it is at
    home.
    """
    if placed.waits:
        return _waiting_html(placed)

    finding, cell = placed.finding, placed.cell
    of_field = cell.field != ""
    keepable = finding.severity is Severity.WARNING and of_field and placed.home
    reason = record.kept.get((cell, finding.code), "")
    mark = MARKS[finding.severity]
    word = WORDS[finding.severity]

    if finding.alerts:
        mark, word = ALERT

    common = {
        "look": _look(placed, kept=keepable and bool(reason)),
        "code": finding.code,
        "mark": mark,
        "word": word,
    }

    if placed.full_at:
        return AGAIN_HTML.format(full_at=_links((placed.full_at,)), **common)

    html = FINDING_HTML.format(
        message=finding.message,
        remedy=finding.remedy,
        ends=_ends_html(placed.ends),
        **common,
    )

    if not keepable:
        return html

    name = cell_name(cell)
    return html + KEPT_HTML.format(
        word="Confirmed, reason:" if reason else "Confirm value, reason:",
        name=f"{KEPT_PREFIX}{name}:{finding.code}",
        reason=reason,
        about=f"{name}-msg",
    )


def _look(placed: FindingPlacement, *, kept: bool) -> str:
    """The classes of the paragraph."""
    classes = [placed.finding.severity.value]
    if placed.finding.alerts:
        classes.append("alert")
    if kept:
        classes.append("kept")
    if not placed.home:
        classes.append("again")

    return " ".join(classes)


def _waiting_html(placed: FindingPlacement) -> Markup:
    """A finding that waits for another form: a note, which asks for nothing yet."""
    return WAITING_HTML.format(
        again="" if placed.home else " again",
        code=placed.finding.code,
        forms=_links(placed.waits),
        message=placed.finding.message,
    )


def _ends_html(ends: tuple[FindingLink, ...]) -> Markup:
    if not ends:
        return Markup("")
    return Markup(' <span class="ends">See also {}</span>').format(_links(ends))


def _links(links: tuple[FindingLink, ...]) -> Markup:
    return Markup(", ").join(_link(link) for link in links)


def _link(link: FindingLink) -> Markup:
    """The words as a link, or alone where there is no way to the place."""
    if not link.address:
        return Markup.escape(link.words)
    return END_HTML.format(address=link.address, words=link.words)
