"""What a Data Package validator such as Frictionless does not check in an exported
package, by field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from forms_spec.model.study import Study
from generator.codebook.uses import Target, field_anchor, table_anchor
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
    targets: tuple[Target, ...]
    reasons: Reasons


def unchecked(study: Study) -> Iterator[Unchecked]:
    """The whole study, then table by table: the table itself, and its fields."""
    for table, of_table in groupby(
        losses(study), key=lambda loss: loss.field.partition(".")[0]
    ):
        if table == WHOLE_STUDY:
            yield Unchecked(title=ON_STUDY, targets=(), reasons=_reasons(of_table))
        else:
            yield from _of_table(study, table, of_table)


def _of_table(study: Study, table: str, result: Iterable[Loss]) -> Iterator[Unchecked]:
    fields_by_reasons: dict[Reasons, list[Target]] = {}
    for path, of_path in groupby(result, key=lambda loss: loss.field):
        _, _, name = path.partition(".")
        anchor = field_anchor(table, name) if name else table_anchor(table, study)
        fields_by_reasons.setdefault(_reasons(of_path), []).append(
            Target(anchor=anchor, name=path)
        )

    for reasons, targets in fields_by_reasons.items():
        yield Unchecked(title=table, targets=tuple(targets), reasons=reasons)


def _reasons(result: Iterable[Loss]) -> Reasons:
    """Each facet once, with everything that is said of it."""
    by_facet: dict[str, list[str]] = {}
    for loss in result:
        by_facet.setdefault(loss.facet, []).append(loss.why)
    return tuple((facet, "; ".join(why)) for facet, why in by_facet.items())
