"""The plan of double entry in the study's file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms_spec.loading.schema_fields import BooleanField, MappingSchema, TextListField
from forms_spec.model.double_entry import DoubleEntryPlan


class DoubleEntrySchema(MappingSchema):
    """The keys below ``double_entry``."""

    forms = TextListField(required=True, least=1)
    own_adjudication = BooleanField(load_default=False)


def build_double_entry(loaded: Mapping[str, Any]) -> DoubleEntryPlan | None:
    """The study's plan; None where no form is entered twice."""
    data = loaded.get("double_entry")
    if data is None:
        return None

    return DoubleEntryPlan(
        forms=tuple(dict.fromkeys(data.get("forms") or ())),
        own_adjudication=data.get("own_adjudication", False),
    )
