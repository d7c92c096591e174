"""What says when a visit took place, whether it was missed, and the subject's last day.

A dictionary without these keys means what it always did: the CDASH names VISDAT,
SVREASOC and DSSTDAT of its fields say it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from forms_spec.loading.schema_fields import (
    MappingSchema,
    ScalarField,
    TextField,
    whole_match,
)
from forms_spec.loading.schema_problems import fail
from forms_spec.model.study import Study
from forms_spec.model.visits import MissedAnswer, VisitDating
from forms_spec.schedule.cdash_names import field_named
from forms_spec.yaml_source.document import Data

MISSED: Final = re.compile(r"([a-z]\w*\.[a-z]\w*)(?: *= *'([^']+)')?", re.ASCII)
VISIT_DATE: Final = "VISDAT"
NOT_DONE_REASON: Final = "SVREASOC"
END_OF_STUDY: Final = "DSSTDAT"


class MissedShape(ScalarField):
    """``sv.svreas``: any answer says it; or ``sv.svstat = 'MISSED'``: one answer."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> MissedAnswer:
        answer = whole_match(MISSED, value)
        if answer is None:
            fail("not-a-missed-answer")

        return MissedAnswer(field=answer[1], code=answer[2])


class VisitDatingSchema(MappingSchema):
    """What says when a visit took place, and whether it was missed."""

    date = TextField(load_default=None)
    missed = MissedShape(load_default=None)


def build_visit_dating(loaded: Mapping[str, Any]) -> VisitDating:
    """The keys ``date`` and ``missed`` of the study or of a visit."""
    return VisitDating(date=loaded.get("date"), missed=loaded.get("missed"))


def with_dating(study: Study, loaded: Mapping[str, Any]) -> Study:
    """The study with what its file says of the days of visits, each key for itself; what
    it leaves out is what the CDASH names of its fields say.
    """
    visit, last_day = loaded.get("visit"), loaded.get("last_day")
    dating = dating_by_names(study) if visit is None else build_visit_dating(visit)
    if last_day is None:
        last_day = last_day_by_name(study)

    return replace(study, visit_dating=dating, last_day=last_day)


class NamedByCdash(NamedTuple):
    """What a CDASH name decides: the field, in words, and as the study file says it."""

    field: str
    what: str
    written: str
    data: Data


def keys_of_names(study: Study, data: Data) -> Mapping[str, NamedByCdash]:
    """The keys that would say in the study file, whose data are ``data``, what only the
    CDASH names of fields say now.
    """
    written = data if isinstance(data, dict) else {}
    keys: dict[str, NamedByCdash] = {}
    dating = dating_by_names(study)

    if "visit" not in written and dating.date is not None:
        visit: dict[str, Data] = {"date": dating.date}
        if dating.missed is not None:
            visit["missed"] = dating.missed.field

        pairs = ", ".join(f"{key}: {name}" for key, name in visit.items())
        keys["visit"] = NamedByCdash(
            field=dating.date,
            what="the date of every visit",
            written=f"{{{pairs}}}",
            data=visit,
        )

    if "last_day" not in written:
        for name in last_day_by_name(study):
            keys["last_day"] = NamedByCdash(
                field=name, what="the last day of a subject", written=name, data=name
            )

    return keys


def dating_by_names(study: Study) -> VisitDating:
    """What the CDASH names VISDAT and SVREASOC say of every visit."""
    date, reason = field_named(study, VISIT_DATE), field_named(study, NOT_DONE_REASON)
    # Without a date, a reason has never decided anything.
    if date is None:
        return VisitDating()

    missed = None
    if reason is not None:
        missed = MissedAnswer(field=f"{reason.form}.{reason.name}")

    return VisitDating(date=f"{date.form}.{date.name}", missed=missed)


def last_day_by_name(study: Study) -> tuple[str, ...]:
    """What the CDASH name DSSTDAT says of a subject's last day."""
    field = field_named(study, END_OF_STUDY)
    if field is None:
        return ()

    return (f"{field.form}.{field.name}",)
