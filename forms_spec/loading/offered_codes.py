"""The checks that find an answer which is not offered, because the condition of its code
is not met.

They are edit checks like those of the dictionary, so every page and every engine finds
the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forms_spec.findings.finding import Finding, Severity
from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.fields import Field, Table
from forms_spec.model.study import Study
from forms_spec.rule_syntax.expression import Expression, parse_expression
from forms_spec.rules.english import to_english
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.reads import references
from forms_spec.rules.semantics.resolver import resolve

PREFIX = "offered"
MOST_NAMED = 3


def offered_code_checks(study: Study) -> dict[str, EditCheck]:
    """By name, one check for each condition of the codes of a field."""
    checks: dict[str, EditCheck] = {}
    for table in study.tables.values():
        for field in table.fields:
            if not field.offered_when:
                continue

            of_field = _FieldChecks(study=study, table=table, field=field)
            checks.update((check.name, check) for check in of_field.checks())

    return checks


@dataclass(frozen=True, kw_only=True, slots=True)
class _FieldChecks:
    """Makes the checks of one field."""

    study: Study
    table: Table
    field: Field

    @property
    def home(self) -> Home:
        return Home(form=self.table.form, group=self.table.group)

    @property
    def is_multiple(self) -> bool:
        return self.field.kind.name == "choices"

    def checks(self) -> Iterator[EditCheck]:
        for number, (codes, condition) in enumerate(self.together(), start=1):
            # An expression with findings has them at its own place.
            if resolve(condition, self.study, self.home).findings:
                continue

            chosen = parse_expression(self.is_chosen(codes), condition.place)
            if isinstance(chosen, Finding):
                continue

            # Each check has a code of its own: who does not see the field is not to
            # miss the findings of other fields.
            name = f"{PREFIX}_{self.table.name}_{self.field.name}_{number}"
            yield EditCheck(
                name=name,
                check=name,
                message=self.message(codes, condition),
                when=chosen,
                assertion=condition,
                severity=Severity.ERROR,
                on=tuple(self.shown_on(condition)),
                unknown="rule-untold",
                place=condition.place,
            )

    def together(self) -> Iterator[tuple[Sequence[str], Expression]]:
        """Codes with the same condition. Of several answers at once each is told by
        itself, because the finding has to name the wrong one.
        """
        by_text: dict[str, list[str]] = {}
        for code, condition in self.field.offered_when.items():
            key = f"{code} {condition.text}" if self.is_multiple else condition.text
            by_text.setdefault(key, []).append(code)

        for codes in by_text.values():
            yield codes, self.field.offered_when[codes[0]]

    def is_chosen(self, codes: Sequence[str]) -> str:
        """That one of the codes is the answer; never UNKNOWN."""
        quoted = ", ".join(f"'{_doubled(code)}'" for code in codes)
        if self.is_multiple:
            return f"({self.field.name} has {quoted}) is true"

        return f"{self.field.name} is in ({quoted})"

    def message(self, codes: Sequence[str], condition: Expression) -> str:
        answers = self.named(codes)
        verb = "includes" if self.is_multiple else "is"
        words = to_english(condition, self.study, self.home)
        return f"“{self.field.label}” {verb} {answers} only if {words}."

    def named(self, codes: Sequence[str]) -> str:
        """The answers in words; of many only the first."""
        codelist = self.field.codelist
        assert codelist is not None
        labels = [f"“{codelist.by_code[code].label}”" for code in codes]
        if len(labels) == 1:
            return labels[0]

        if len(labels) <= MOST_NAMED:
            return f"{', '.join(labels[:-1])} or {labels[-1]}"

        others = len(labels) - MOST_NAMED + 1
        return f"{', '.join(labels[: MOST_NAMED - 1])} or one of {others} others"

    def shown_on(self, condition: Expression) -> Iterator[tuple[str, str]]:
        """The field, and the answers of the same form and row that it depends on."""
        own = (self.table.name, self.field.name)
        near = (self.table.name, self.table.form.name)
        yield own

        for read in references(condition, self.study, self.home):
            is_here = read.visit is None and read.table in near
            if is_here and read.table and read.field:
                place = (read.table, read.field)
                if place != own:
                    yield place


def _doubled(code: str) -> str:
    """A code inside of a text of the rule language."""
    return code.replace("'", "''")
