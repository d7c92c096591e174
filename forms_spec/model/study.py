"""What a data dictionary means: an immutable study, its visits, forms, groups and
fields.

Everything here is frozen and complete: names are resolved, defaults filled in, rules
parsed and checked. ``forms_spec.load_study`` makes it from text; nothing else does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from forms_spec.findings.places import TextPlace
from forms_spec.model.arms import Arms
from forms_spec.model.codes import Codelist, MissingCode
from forms_spec.model.criteria import Eligibility, References
from forms_spec.model.double_entry import DoubleEntryPlan
from forms_spec.model.edit_checks import Derivation, EditCheck
from forms_spec.model.fields import Field, Form, Table
from forms_spec.model.life_cycle import StatusCondition
from forms_spec.model.lookup_tables import LookupTable
from forms_spec.model.randomization import RandomizationPlan
from forms_spec.model.roles import USUAL_ROLES, StudyRole
from forms_spec.model.signatures import USUAL_MEANINGS
from forms_spec.model.verification import VerificationPlan
from forms_spec.model.visits import Scheduled, Visit, VisitDating


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """A number, date or text that rules use by ``$name``; ``value`` is canonical text.

    ``sites`` are the values of the sites that have another one, by site.
    """

    name: str
    kind: str
    value: str
    label: str
    unit: str | None
    source: str | None
    place: TextPlace
    sites: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Study:
    """A whole study. ``hash`` is the SHA-256 of the dictionary's exact text, in hex."""

    name: str
    title: str
    short: str
    hash: str
    files: Mapping[str, str]
    subject_pattern: str
    subject_example: str
    sites: Mapping[str, str]
    date_order: str | None  # "dmy", "mdy" or None: ambiguous dates are refused
    day_zero: tuple[str, ...]
    missing: Mapping[str, MissingCode]
    parameters: Mapping[str, Parameter]
    codelists: Mapping[str, Codelist]
    visits: Mapping[str, Visit]
    schedule: tuple[Scheduled, ...]
    forms: Mapping[str, Form]
    place: TextPlace
    derivations: Mapping[str, Derivation] = field(default_factory=dict)
    rules: Mapping[str, EditCheck] = field(default_factory=dict)
    references: References | None = None
    eligibility: Eligibility | None = None
    statuses: tuple[StatusCondition, ...] = ()
    verification: VerificationPlan | None = None
    double_entry: DoubleEntryPlan | None = None
    randomization: RandomizationPlan | None = None
    signature_meanings: tuple[str, ...] = USUAL_MEANINGS
    roles: Mapping[str, StudyRole] = field(default_factory=lambda: USUAL_ROLES)
    anchors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Days other than day 0 that visits count from, each the first known of its date
    fields.
    """
    visit_dating: VisitDating = field(default_factory=VisitDating)
    """What says when a visit took place that says nothing of its own."""
    last_day: tuple[str, ...] = ()
    """The date fields of the day on which a subject left, each as ``form.field``."""
    arms: Arms | None = None
    lookup_tables: Mapping[str, LookupTable] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)
    """What people call the languages of its texts, by tag. The dictionary is written in
    the first of them.
    """
    language: str = ""
    """The tag of the language that its texts are in; blank where nobody says it."""
    text_languages: Mapping[str, str] = field(default_factory=dict)
    """The language of each of its texts: of one without a translation it is the first."""
    timezone: str = "UTC"  # of the IANA database; says which day a moment belongs to
    releases_by_site: bool = False
    """Whether a site keeps its dictionary until this one is released for it."""

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """Every table by name, in the order of the forms.

        A form without own fields has no own table.
        """
        result: dict[str, Table] = {}
        for form in self.forms.values():
            own = _columns(form.fields)
            if own or not form.row_groups:
                result[form.name] = Table(
                    name=form.name, form=form, group=None, fields=own
                )

            for group in form.row_groups:
                result[group.name] = Table(
                    name=group.name,
                    form=form,
                    group=group,
                    fields=_columns(group.fields),
                )

        return MappingProxyType(result)

    @property
    def translated_into(self) -> tuple[str, ...]:
        """The languages beside the one that the dictionary is written in."""
        return tuple(self.languages)[1:]

    def language_of(self, text: str) -> str:
        """The language of one of its texts; blank where nobody says it, or the text is
        not the study's.
        """
        return self.text_languages.get(text, "")

    @cached_property
    def expectations(self) -> Mapping[tuple[str, str], Scheduled]:
        """The schedule by (form, visit)."""
        return MappingProxyType({(s.form, s.visit): s for s in self.schedule})

    def field(self, table: str, name: str) -> Field | None:
        """The field of a table (form or repeating group), or None."""
        owner = self.tables.get(table)
        if not owner:
            return None

        for candidate in owner.fields:
            if candidate.name == name:
                return candidate

        return None


def _columns(fields: Iterable[Field]) -> tuple[Field, ...]:
    """The fields with an answer; a note has none."""
    return tuple(field for field in fields if field.collected)
