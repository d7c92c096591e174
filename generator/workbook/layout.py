"""The sheets of a workbook, their columns, and what each column means."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from forms_spec.loading.reference_ranges import COLUMNS as RANGE_COLUMNS

OTHER = "other"
"""The column with all keys that have none of their own, as ``{key: value}``."""

FILE = "file"


class SheetColumn(NamedTuple):
    """``width`` is in characters. ``note`` is the sentence under the header."""

    name: str
    width: int
    note: str


class WorkbookSheet(NamedTuple):
    """``keys`` are the columns that name an entry, the last of them the entry itself.

    ``short`` is the column that an entry fills which is a text and no mapping. A new
    entry with nothing else is such a text, if ``new_short``.
    """

    name: str
    keys: tuple[SheetColumn, ...]
    columns: tuple[SheetColumn, ...]
    short: str = ""
    new_short: bool = True

    @property
    def all_columns(self) -> tuple[SheetColumn, ...]:
        return (*self.keys, *self.columns)


_OTHER = SheetColumn(OTHER, 30, "Further keys, as {key: value, key: value}.")
_FILE = SheetColumn(FILE, 22, "The file of the dictionary. Empty: the usual one.")
_LABEL = SheetColumn("label", 40, "The words that people read.")
_CHECKS = SheetColumn("checks", 24, "Protocol checks, as {facet: check}.")
_SHOW = SheetColumn(
    "show_when", 36, "The condition on which it is shown. Empty: always."
)
_HELP = SheetColumn("help", 40, "The words below the question.")
_TITLE = SheetColumn("title", 40, "The title that people read.")
_TYPE = SheetColumn(
    "type", 13, "The type of the answer. Empty: text, or the default of the group."
)
_FORM = SheetColumn("form", 10, "The name of the form.")
_GROUP = SheetColumn("group", 14, "The group in the form. Empty: the form itself.")

STUDY = WorkbookSheet(
    "study",
    (
        SheetColumn("part", 18, "study, eligibility or reference_ranges."),
        SheetColumn("key", 18, "The key of the dictionary."),
    ),
    (SheetColumn("value", 70, "Its value."),),
    short="value",
)
SITES = WorkbookSheet(
    "sites", (SheetColumn("site", 12, "The number of the site."),), (_LABEL,), "label"
)
MISSING = WorkbookSheet(
    "missing",
    (SheetColumn("code", 12, "The code that stands for no value."),),
    (
        _LABEL,
        SheetColumn("draft_only", 12, "true: a complete form may not have it."),
        SheetColumn("redcap", 12, "The code in REDCap."),
        _OTHER,
    ),
    short="label",
)
PARAMETERS = WorkbookSheet(
    "parameters",
    (SheetColumn("parameter", 18, "The name that rules use, behind a $."),),
    (
        SheetColumn("value", 14, "Its value."),
        _LABEL,
        SheetColumn("kind", 12, "The kind of value, if it is no number."),
        SheetColumn("unit", 12, "The unit."),
        SheetColumn("source", 40, "Where the value comes from."),
        _OTHER,
    ),
    short="value",
)
CODELISTS = WorkbookSheet(
    "codelists",
    (
        SheetColumn("codelist", 16, "The name of the codelist."),
        SheetColumn("code", 18, "The text that is stored."),
    ),
    (
        _LABEL,
        SheetColumn("exclusive", 12, "true: no other code may be chosen with it."),
        SheetColumn("number", 10, "The number that it stands for."),
        SheetColumn("synonyms", 24, "What a sheet from outside may say, as [a, b]."),
        SheetColumn("when", 36, "The condition under which it is offered."),
        _OTHER,
        _FILE,
    ),
    short="label",
)
VISITS = WorkbookSheet(
    "visits",
    (SheetColumn("visit", 10, "The name of the visit."),),
    (
        _TITLE,
        SheetColumn("type", 14, "Empty: a planned visit. Or unscheduled, termination."),
        SheetColumn("target", 14, "The planned day: day 14, month 3."),
        SheetColumn("window", 28, "3 days, or {from: day 3, to: day 5}."),
        SheetColumn("repeats", 10, "true: it may take place several times."),
        SheetColumn("redcap", 14, "The event in REDCap."),
        _OTHER,
        _FILE,
    ),
)
CONDITION = "condition"
SCHEDULE = WorkbookSheet(
    "schedule",
    (_FORM,),
    (
        SheetColumn(CONDITION, 36, "When a form marked C is expected."),
        _FILE,
    ),
)
"""Between the form and the condition there is one column for each visit."""

MARK = SheetColumn("", 6, "X required, C conditional, o optional, . none")

FORMS = WorkbookSheet(
    "forms",
    (_FORM,),
    (
        _TITLE,
        SheetColumn("domain", 10, "The domain of CDASH."),
        SheetColumn("log", 8, "true: it belongs to the subject, not to a visit."),
        SheetColumn("like", 10, "The form whose fields it has."),
        _HELP,
        SheetColumn("missing", 18, "The codes that its fields take, as [ND, UNK]."),
        _OTHER,
        _FILE,
    ),
)
GROUPS = WorkbookSheet(
    "groups",
    (_FORM, SheetColumn("group", 14, "The name of the group.")),
    (
        _TITLE,
        _SHOW,
        SheetColumn(
            "rows", 36, "How often it repeats, as {min: 0, max: 9}. Empty: once."
        ),
        SheetColumn("layout", 10, "grid, or empty."),
        SheetColumn(
            "defaults", 32, "Keys that its fields have if they say nothing else."
        ),
        _HELP,
        _CHECKS,
        _OTHER,
    ),
)
FIELDS = WorkbookSheet(
    "fields",
    (_FORM, _GROUP, SheetColumn("field", 18, "The name of the field.")),
    (
        _LABEL,
        _TYPE,
        SheetColumn("codes", 30, "The name of a codelist, or {code: label}."),
        SheetColumn("unit", 18, "A unit, or several with their formulas."),
        SheetColumn("range", 20, "What is accepted, as [low, high]. null: no limit."),
        SheetColumn("expected", 20, "What needs no reason, as [low, high]."),
        SheetColumn("alert", 16, "Beyond these limits somebody has to act."),
        SheetColumn("required", 18, "true, false, or the condition."),
        _SHOW,
        SheetColumn("value", 36, "The formula of a calculated field."),
        SheetColumn("places", 8, "Digits behind the decimal point."),
        SheetColumn("length", 10, "The most characters, or [least, most]."),
        SheetColumn(
            "missing", 16, "Codes instead of a value, as [ND]. all: every code."
        ),
        SheetColumn("default", 14, "The answer that a new form begins with."),
        _HELP,
        _CHECKS,
        SheetColumn("identifier", 10, "true: it identifies the subject."),
        SheetColumn("cdash", 18, "The name in CDASH."),
        SheetColumn("sdtm", 18, "The name in SDTM."),
        _OTHER,
    ),
    short="label",
    # Only a group with defaults may have fields that are texts.
    new_short=False,
)
RULES = WorkbookSheet(
    "rules",
    (SheetColumn("rule", 18, "The name of the edit check."),),
    (
        SheetColumn("check", 10, "The check of the protocol."),
        SheetColumn("message", 50, "What people read when it fails."),
        SheetColumn("when", 40, "The condition on which it applies. Empty: always."),
        SheetColumn("assert", 50, "What has to be true."),
        SheetColumn("severity", 10, "error, query or warning."),
        SheetColumn("on", 24, "The fields that show it, as [form.field]."),
        SheetColumn("unknown", 16, "What happens if a value is missing."),
        _OTHER,
        _FILE,
    ),
)
DERIVATIONS = WorkbookSheet(
    "derivations",
    (SheetColumn("derivation", 20, "The name that rules use."),),
    (
        SheetColumn("value", 70, "The formula."),
        _LABEL,
        _OTHER,
        _FILE,
    ),
    short="value",
)
ELIGIBILITY = WorkbookSheet(
    "eligibility",
    (
        SheetColumn("list", 12, "inclusion or exclusion."),
        SheetColumn("criterion", 14, "The field of the eligibility form."),
    ),
    (
        SheetColumn("met", 40, "The condition on which it is met."),
        SheetColumn("not_applicable", 40, "The condition on which it does not apply."),
        _OTHER,
    ),
    short="met",
)
RANGE_NOTES: Mapping[str, str] = MappingProxyType(
    {
        "lab": "The laboratory. Empty: every one.",
        "test": "The test.",
        "sex": "The code of the sex. Empty: all.",
        "age_low": "From this age in years.",
        "age_high": "Up to this age.",
        "low": "The lowest normal value.",
        "high": "The highest normal value.",
        "unit": "The unit.",
        "valid_from": "From this date.",
        "valid_to": "Up to this date.",
    }
)
REFERENCE_RANGES = WorkbookSheet(
    "reference_ranges",
    (),
    tuple(SheetColumn(name, 12, RANGE_NOTES[name]) for name in RANGE_COLUMNS),
)
ROLES = WorkbookSheet(
    "roles",
    (SheetColumn("role", 18, "The name of the role."),),
    (
        SheetColumn("task", 40, "What these people do."),
        SheetColumn("may", 40, "What they may do, as [see, enter]."),
        SheetColumn("places", 40, "Other permissions for forms or fields."),
        SheetColumn("alerts", 30, "What they get by mail, as [serious event]."),
        _OTHER,
    ),
)
TRANSLATIONS = WorkbookSheet(
    "translations",
    (
        SheetColumn("language", 10, "The tag of the language."),
        SheetColumn("text", 30, "The address of the text."),
    ),
    (
        SheetColumn("source", 50, "The text that is translated."),
        SheetColumn("translation", 50, "The same in the other language. Empty: open."),
        _OTHER,
        _FILE,
    ),
)

SHEETS = (
    STUDY,
    SITES,
    MISSING,
    PARAMETERS,
    CODELISTS,
    VISITS,
    SCHEDULE,
    FORMS,
    GROUPS,
    FIELDS,
    RULES,
    DERIVATIONS,
    ELIGIBILITY,
    REFERENCE_RANGES,
    ROLES,
    TRANSLATIONS,
)
TEXTS = "texts"
"""The hidden sheet with the text of every file."""

HEADER_ROWS = 2
"""The notes that say what each column means, and below them the header."""
