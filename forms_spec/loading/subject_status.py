"""What a study says of the statuses of its subjects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.expressions import parse_at
from forms_spec.loading.finding_collector import Notes, SourceNode
from forms_spec.loading.source_map import ExpressionPart, Parts
from forms_spec.model.life_cycle import LifeStatus, StatusCondition
from forms_spec.model.study import Study


@dataclass(frozen=True, kw_only=True)
class StatusBuilder:
    """Makes the conditions of statuses, of a study whose forms and visits are known."""

    study: Study
    spot: SourceNode
    parts: Parts
    notes: Notes

    def build(self, loaded: Mapping[str, Any]) -> tuple[StatusCondition, ...]:
        """The conditions that can be read, in the order of the statuses."""
        conditions = (
            self._condition(status, loaded.get(_key(status))) for status in LifeStatus
        )
        return tuple(filter(None, conditions))

    def _condition(
        self, status: LifeStatus, data: Mapping[str, Any] | None
    ) -> StatusCondition | None:
        if not data or "form" not in data or "when" not in data:
            return None

        spot, form = self.spot.at("subject_status", _key(status)), data["form"]
        if form not in self.study.forms:
            near = did_you_mean(form, self.study.forms)
            place = spot.at("form").place
            self.notes.say("unknown-form", place, name=form, near=near)
            return None

        for index, visit in enumerate(data.get("still_due", ())):
            if visit not in self.study.visits:
                near = did_you_mean(visit, self.study.visits)
                place = spot.at("still_due", index).place
                self.notes.say("unknown-visit", place, name=visit, near=near)

        written = parse_at(spot.at("when"), self.notes)
        if written is None:
            return None

        part = ExpressionPart(written=written, what="when", form=form)
        self.parts.expressions.append(part)

        return StatusCondition(
            status=status,
            form=form,
            when=written.expression,
            still_due=frozenset(data.get("still_due", ())),
            place=spot.key,
        )


def _key(status: LifeStatus) -> str:
    """``screen_failure``: the status as a key of the dictionary."""
    return status.value.replace(" ", "_")
