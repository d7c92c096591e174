"""What a Data Package validator such as Frictionless does not check in an exported
package, by field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from forms_spec.model.study import Study
from generator.codebook.uses import Link, field_anchor, table_anchor
from generator.losses import Loss
from generator.tables.losses import losses

WHOLE_STUDY = "*"
ON_STUDY = "The whole study"

Reasons = tuple[tuple[str, str], ...]
"""What is not checked, and the reason in words, once for each facet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unchecked:
    """Fields of one table for which the same is not checked.

    Without ``targets`` it is the whole study.
    """

    title: str
    targets: tuple[Link, ...]
    reasons: Reasons


def unchecked(study: Study) -> Iterator[Unchecked]:
    """The whole study, then table by table: the table itself, and its fields."""
    for table, of_table in groupby(losses(study), key=_table):
        if table == WHOLE_STUDY:
            yield Unchecked(title=ON_STUDY, targets=(), reasons=_reasons(of_table))
        else:
            yield from _of_table(study, table, of_table)


def _table(loss: Loss) -> str:
    return loss.field.partition(".")[0]


def _of_table(study: Study, table: str, lost: Iterable[Loss]) -> Iterator[Unchecked]:
    # Most fields of a table lack the same: they share one line of the page.
    links_by_reasons: dict[Reasons, list[Link]] = {}
    for path, of_path in groupby(lost, key=lambda loss: loss.field):
        _, _, name = path.partition(".")
        anchor = field_anchor(table, name) if name else table_anchor(table, study)
        links = links_by_reasons.setdefault(_reasons(of_path), [])
        links.append(Link(anchor=anchor, name=path))

    for reasons, links in links_by_reasons.items():
        yield Unchecked(title=table, targets=tuple(links), reasons=reasons)


def _reasons(lost: Iterable[Loss]) -> Reasons:
    """Each facet once, with everything that is said of it."""
    by_facet: dict[str, list[str]] = {}
    for loss in lost:
        by_facet.setdefault(loss.facet, []).append(loss.why)

    return tuple((facet, "; ".join(why)) for facet, why in by_facet.items())
