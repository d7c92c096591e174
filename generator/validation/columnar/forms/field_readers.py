"""What reads the texts of each field, kept for all lots of subjects."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from forms_spec.evaluation.form_plan import plan_of
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from generator.validation.columnar.forms.dependencies import Place, TableShape
from generator.validation.columnar.forms.text_classes import Reader


@dataclass(kw_only=True)
class Readers:
    """One reader for each field, for all lots of subjects."""

    study: Study
    today: date
    _held: dict[Place, Reader] = field(default_factory=dict)

    def of(self, shape: TableShape, item: Field) -> Reader:
        place = shape.place(item)
        if place not in self._held:
            plan = plan_of(self.study, shape.form).fields[shape.name, item.name]
            self._held[place] = Reader(shape, plan, self.today)

        return self._held[place]
