"""Every attribute of the model, with the word of the dictionary for it and the weight of
its change.

The tables are total: an attribute that is in none of them is refused at import.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from forms_spec.model.codes import MissingCode
from forms_spec.model.criteria import Criterion, Eligibility
from forms_spec.model.edit_checks import Derivation, EditCheck
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.life_cycle import StatusCondition
from forms_spec.model.lookup_tables import LookupTable
from forms_spec.model.roles import StudyRole
from forms_spec.model.study import Parameter, Study
from forms_spec.model.visits import Scheduled, Visit
from generator.comparison import weights
from generator.comparison.weights import (
    NOTHING_CAPTURED,
    WORDING,
    Weigh,
    breaks,
    harmless,
    look,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute:
    """An attribute that is compared: ``key`` is what the dictionary calls it."""

    key: str
    weigh: Weigh


Row = Attribute | str
"""An attribute that is compared, or the reason why it is not."""

NAME: Final = "it is what the thing is found by"
PLACE: Final = "where it is written says nothing of what it says"
PARTS: Final = "its parts are compared by themselves"
DERIVED: Final = "another attribute says it"

RULES_CHANGE: Final = breaks("Captured forms may get other findings or values.")
LIMITED: Final = look("Visits of subjects may be due, late or over at other times.")
EXPORT: Final = look("Exports and other programs get it under another name.")
ENTRY: Final = harmless("Only new entries start or are asked in another way.")
CHECKS: Final = look("Findings get another code or severity.")


def _is(key: str, weigh: Weigh) -> Attribute:
    return Attribute(key=key, weigh=weigh)


_FIELD: Mapping[str, Row] = {
    "name": NAME,
    "form": NAME,
    "place": PLACE,
    "label": _is("label", WORDING),
    "wordings": _is("label", WORDING),
    "help": _is("help", WORDING),
    "type": _is("type", breaks("Captured answers are read as another type.")),
    "kind": _is("type", breaks("Captured answers are read as another type.")),
    "group": _is("group", look("The conditions of another section apply to it.")),
    "required": _is("required", weights.required),
    "show_when": _is("show_when", weights.shown),
    "ranges": _is("range", weights.hard_ranges),
    "expected": _is("expected", weights.soft_ranges),
    "alert": _is("alert", weights.soft_ranges),
    "min_length": _is("length", weights.at_least),
    "max_length": _is("length", weights.at_most),
    "pattern": _is(
        "pattern", weights.or_nothing(breaks("Answers that do not fit become errors."))
    ),
    "places": _is("places", weights.at_most),
    "comparators": _is("comparators", weights.allowed),
    "part_of": _is("part_of", RULES_CHANGE),
    "seconds": _is("seconds", breaks("Times are read with or without seconds.")),
    "unit": _is("unit", weights.unit),
    # Codes are compared one by one, beside this table.
    "codelist": PARTS,
    "missing": _is("missing", weights.allowed),
    "identifier": _is("identifier", look("Exports without identifiers change.")),
    "default": _is("default", ENTRY),
    "value": _is("value", breaks("Computed answers change on captured forms.")),
    "anchors": _is("anchors", RULES_CHANGE),
    "upload": _is("accept", breaks("Files of another type or size become errors.")),
    "control": _is("control", ENTRY),
    "cdash": _is("cdash", EXPORT),
    "sdtm": _is("sdtm", EXPORT),
    "annotation": _is("annotation", WORDING),
    "redcap": _is("redcap", WORDING),
    "checks": _is("checks", CHECKS),
    "lab_test": _is("lab_test", look("Results are held against another test.")),
    "entry": _is("entry", look("Pages may no longer let people answer it.")),
    "prefill": _is("prefill", ENTRY),
    "propose": _is("propose", ENTRY),
    "placeholder": _is("placeholder", WORDING),
    "retired": _is("retired codes", weights.fewer),
    "offered_when": _is(
        "codes", breaks("Answers whose condition is not met become findings.")
    ),
    "max_choices": _is("max_choices", weights.at_most),
    "row_of": _is("row_of", breaks("The numbers name rows of another group.")),
    "unique": _is(
        "unique", weights.or_nothing(breaks("Answers given twice become errors."))
    ),
}
_GROUP: Mapping[str, Row] = {
    "name": NAME,
    "form": NAME,
    "fields": PARTS,
    "place": PLACE,
    "title": _is("title", WORDING),
    "wordings": _is("title", WORDING),
    "help": _is("help", WORDING),
    "rows": _is("rows", weights.repetition),
    "layout": _is("layout", WORDING),
    "show_when": _is("show_when", weights.shown),
    "checks": _is("checks", CHECKS),
    "redcap": _is("redcap", WORDING),
}
_FORM: Mapping[str, Row] = {
    "name": NAME,
    "groups": PARTS,
    "place": PLACE,
    # A copy is written out in full when it is loaded.
    "like": DERIVED,
    "title": _is("title", WORDING),
    "help": _is("help", WORDING),
    "domain": _is("domain", EXPORT),
    "log": _is(
        "log",
        breaks(
            "Captured forms stay where they were, and are of the past.", judged=False
        ),
    ),
    "when": _is("when", breaks("Captured forms may belong to no subject any more.")),
}
_VISIT: Mapping[str, Row] = {
    "name": NAME,
    "place": PLACE,
    "title": _is("title", WORDING),
    "type": _is("type", LIMITED),
    "target": _is("target", LIMITED),
    "window": _is("window", LIMITED),
    "repeats": _is("repeats", weights.repeats),
    "redcap": _is("redcap", EXPORT),
    "when": _is("when", breaks("Captured visits may belong to no subject any more.")),
    "cycles": _is("every", LIMITED),
    "until": _is("until", LIMITED),
    "dating": _is("date", LIMITED),
}
_SCHEDULED: Mapping[str, Row] = {
    "form": NAME,
    "visit": NAME,
    "place": PLACE,
    "expectation": _is("expectation", look("Visits lack other forms than before.")),
    "when": _is("when", look("Visits lack other forms than before.")),
    "exists": _is("when", breaks("Captured forms may belong to no visit any more.")),
}
_RULE: Mapping[str, Row] = {
    "name": NAME,
    "place": PLACE,
    "check": _is("check", CHECKS),
    "message": _is("message", WORDING),
    "when": _is("when", RULES_CHANGE),
    "assertion": _is("assert", RULES_CHANGE),
    "severity": _is("severity", RULES_CHANGE),
    "on": _is("on", look("Its findings are on other fields.")),
    "unknown": _is("unknown", look("Forms get or lose a query where it is unknown.")),
}
_DERIVATION: Mapping[str, Row] = {
    "name": NAME,
    "place": PLACE,
    "label": _is("label", WORDING),
    "takes": _is("takes", RULES_CHANGE),
    "expression": _is("value", RULES_CHANGE),
}
_PARAMETER: Mapping[str, Row] = {
    "name": NAME,
    "place": PLACE,
    "kind": _is("kind", RULES_CHANGE),
    "value": _is("value", RULES_CHANGE),
    "sites": _is("sites", RULES_CHANGE),
    "label": _is("label", WORDING),
    "unit": _is("unit", WORDING),
    "source": _is("source", WORDING),
}
_MISSING: Mapping[str, Row] = {
    "code": NAME,
    "label": _is(
        "label", look("Captured reasons are read in other words. Compare both.")
    ),
    "draft_only": _is("draft_only", breaks("Complete forms may become incomplete.")),
    "redcap": _is("redcap", EXPORT),
}
_CRITERION: Mapping[str, Row] = {
    "field": NAME,
    "place": PLACE,
    "inclusion": _is("inclusion", look("Subjects may pass or fail otherwise.")),
    "met": _is("met", look("Subjects may pass or fail otherwise.")),
    "not_applicable": _is("not_applicable", look("Subjects may pass otherwise.")),
    "yes": _is("yes", look("Subjects may pass or fail otherwise.")),
    "no": _is("no", look("Subjects may pass or fail otherwise.")),
    "moot": _is("moot", look("Subjects may pass or fail otherwise.")),
}
_ELIGIBILITY: Mapping[str, Row] = {
    "criteria": PARTS,
    "place": PLACE,
    "form": _is("form", look("The site answers the criteria elsewhere.")),
    "visit": _is("visit", look("The site answers the criteria elsewhere.")),
}
_STATUS: Mapping[str, Row] = {
    "status": NAME,
    "place": PLACE,
    "form": _is("form", look("Subjects may have another status.")),
    "when": _is("when", look("Subjects may have another status.")),
    "still_due": _is("still_due", LIMITED),
}
_ROLE: Mapping[str, Row] = {
    "name": NAME,
    "place": PLACE,
    "places": PLACE,
    "may": _is("may", weights.permissions),
    "exceptions": _is("places", look("People of the role may do more or less.")),
    "task": _is("task", WORDING),
    "alerts": _is("alerts", look("Other people get mail when somebody has to act.")),
}
_TABLE: Mapping[str, Row] = {
    "name": NAME,
    "title": _is("title", WORDING),
    "keys": _is("keys", RULES_CHANGE),
    "columns": _is("columns", RULES_CHANGE),
    "rows": _is("rows", RULES_CHANGE),
}
_STUDY: Mapping[str, Row] = {
    "hash": DERIVED,
    "files": DERIVED,
    # Texts of other languages are compared by building the study in each.
    "text_languages": DERIVED,
    "language": DERIVED,
    "place": PLACE,
    "missing": PARTS,
    "parameters": PARTS,
    "codelists": PARTS,
    "visits": PARTS,
    "schedule": PARTS,
    "forms": PARTS,
    "derivations": PARTS,
    "rules": PARTS,
    "eligibility": PARTS,
    "statuses": PARTS,
    "roles": PARTS,
    "lookup_tables": PARTS,
    "name": _is(
        "study",
        breaks("A database of the study with subjects refuses it.", judged=False),
    ),
    "title": _is("title", WORDING),
    "short": _is("short", WORDING),
    "subject_pattern": _is(
        "subject pattern", breaks("Numbers that do not fit are of the past.")
    ),
    "subject_example": _is("subject example", WORDING),
    "sites": _is("sites", weights.sites),
    "date_order": _is("date_order", ENTRY),
    "day_zero": _is("day_zero", LIMITED),
    "references": _is("reference_ranges", look("Results are held against others.")),
    "verification": _is("verification", look("Other data wait for verification.")),
    "double_entry": _is("double_entry", look("Other forms wait for a second entry.")),
    "randomization": _is(
        "randomization", look("New subjects are allocated otherwise. Old ones stay.")
    ),
    "signature_meanings": _is("signatures", NOTHING_CAPTURED),
    "anchors": _is("anchors", LIMITED),
    "visit_dating": _is("visit date", LIMITED),
    "last_day": _is("last_day", LIMITED),
    "arms": _is("arms", look("Subjects may be counted in other arms.")),
    "languages": _is("languages", WORDING),
    "timezone": _is("timezone", look("Moments may fall on another day.")),
    "releases_by_site": _is("release", look("Sites get the dictionary otherwise.")),
}
ATTRIBUTES: Final[Mapping[type[Any], Mapping[str, Row]]] = {
    Study: _STUDY,
    Form: _FORM,
    Group: _GROUP,
    Field: _FIELD,
    Visit: _VISIT,
    Scheduled: _SCHEDULED,
    EditCheck: _RULE,
    Derivation: _DERIVATION,
    Parameter: _PARAMETER,
    MissingCode: _MISSING,
    Criterion: _CRITERION,
    Eligibility: _ELIGIBILITY,
    StatusCondition: _STATUS,
    StudyRole: _ROLE,
    LookupTable: _TABLE,
}


def holes() -> list[str]:
    """What the tables lack of the model, or have beyond it, as ``Field.unit``."""
    faults = []

    for model, rows in ATTRIBUTES.items():
        names = {item.name for item in fields(model)}
        faults += [f"{model.__name__}.{name}" for name in sorted(names ^ set(rows))]

    return faults


if holes():
    raise TypeError(f"changes of these attributes have no weight: {holes()}")
