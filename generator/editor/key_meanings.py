"""What each key means, in the words of ``docs/dictionary.md``.

The wheel carries that page beside this module; in a checkout it is read where it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from marshmallow import Schema

from forms_spec.loading.codelists import CodelistsSchema, CodeSchema
from forms_spec.loading.double_entry import DoubleEntrySchema
from forms_spec.loading.eligibility import CriterionSchema, EligibilitySchema
from forms_spec.loading.field_schema import FieldSchema
from forms_spec.loading.form_builder import FormSchema, GroupSchema, RowsSchema
from forms_spec.loading.lookup_tables import LookupTableSchema
from forms_spec.loading.randomization import RandomizationSchema
from forms_spec.loading.roles import RoleSchema
from forms_spec.loading.rules import RuleSchema
from forms_spec.loading.study import StudySchema
from forms_spec.loading.verification import VerificationSchema
from forms_spec.loading.visits import VisitSchema, VisitsSchema

PAGE = "dictionary.md"
HEADING = re.compile(r"^#{2,3} (.+)$", re.MULTILINE)
ROW = re.compile(r"^\| ((?:`\w+`(?:, )?)+) \| (.+) \|$", re.MULTILINE)
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")

SECTIONS: Mapping[type[Schema], str] = MappingProxyType(
    {
        StudySchema: "study",
        VerificationSchema: "verification",
        DoubleEntrySchema: "double_entry",
        RandomizationSchema: "randomization",
        LookupTableSchema: "tables",
        CodelistsSchema: "codelists",
        CodeSchema: "codelists",
        VisitsSchema: "visits",
        VisitSchema: "visits",
        FormSchema: "form",
        GroupSchema: "group",
        RowsSchema: "group",
        FieldSchema: "field",
        RuleSchema: "rules",
        EligibilitySchema: "eligibility",
        CriterionSchema: "eligibility",
        RoleSchema: "roles",
    }
)
"""The section of the page whose table explains a mapping's keys."""


def meaning(schema: type[Schema], key: str) -> str | None:
    """What a key of a mapping means; None where no table of the page has it."""
    section = SECTIONS.get(schema)
    if section is None:
        return None

    return _meanings().get((section, key))


def documented_keys() -> frozenset[tuple[str, str]]:
    """Every key that a table of the page explains, with its section."""
    return frozenset(_meanings())


@cache
def _meanings() -> Mapping[tuple[str, str], str]:
    """What the tables of the page say, by section and key."""
    text = _page()
    headings = list(HEADING.finditer(text))
    ends = [*(heading.start() for heading in headings[1:]), len(text)]
    meanings: dict[tuple[str, str], str] = {}

    for heading, end in zip(headings, ends, strict=True):
        for row in ROW.finditer(text, heading.end(), end):
            words = LINK.sub(r"\1", row[2])
            for key in re.findall(r"`(\w+)`", row[1]):
                meanings.setdefault((heading[1], key), words)

    return MappingProxyType(meanings)


def _page() -> str:
    shipped = files(__package__).joinpath(PAGE)
    if shipped.is_file():
        return shipped.read_text(encoding="utf-8")

    checkout = Path(__file__).parents[2] / "docs" / PAGE
    return checkout.read_text(encoding="utf-8")
