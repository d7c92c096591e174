"""An answer is proposed to somebody who may take it, from another form, in one unit."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.checks.compared_units import units_clash
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import FieldPart, LoadedStudy
from forms_spec.model.fields import Field, Form
from forms_spec.model.study import Study
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.reads import children, references
from forms_spec.rules.semantics.resolved import Core, Key, Read, Remote
from forms_spec.rules.semantics.resolver import resolve
from forms_spec.rules.semantics.types import type_of

READS_ROW = "it reads the row that it is proposed in"


def check_proposals(loaded: LoadedStudy) -> Iterator[Finding]:
    """Proposals that nobody could take, or that are no answers of another form."""
    for part in loaded.fields():
        # Where the key is not allowed at all, that is the finding.
        is_allowed = "propose" in part.field.type.facets
        if part.field.propose is None or not is_allowed:
            continue

        why = _why_not(loaded.study, part)
        if why:
            place = part.spot.at("propose").place
            yield finding("not-proposed", text=place, why=why)


def _why_not(study: Study, part: FieldPart) -> str:
    """Why nothing can be proposed; empty where it can."""
    field = part.field
    form = study.forms.get(field.form)
    if form is None:
        return ""
    if field.entry != "typed":
        return "nobody types this answer"
    if field.comparators:
        return "the field has comparators"
    if field.default is not None or field.prefill is not None:
        return "the field begins with an answer"
    if field.unit_choices:
        return "the unit of the field is chosen"

    return _why_not_read(study, field, Home(form=form))


def _why_not_read(study: Study, field: Field, home: Home) -> str:
    """Why the expression itself cannot be proposed; empty where it can.

    What is proposed in rows is the same for each of them, so that it reads no row.
    """
    assert field.propose is not None
    resolved = resolve(field.propose, study, home, type_of(field))
    if resolved.findings:
        is_own = home.form.by_name.get(field.name) is field
        # What is wrong with the expression in a row too is found by itself.
        if is_own or _is_faulty_in_row(study, field, home.form):
            return ""
        return READS_ROW
    if _reads_row_number(resolved.core):
        return READS_ROW

    tables = {home.form.name, *(group.name for group in home.form.row_groups)}
    for read in references(field.propose, study, home):
        if read.table in tables and read.visit is None:
            return "it reads this form at the same visit"

    for node in resolved.notes.values():
        if not isinstance(node, Read | Remote):
            continue
        if units_clash(node.field.unit, field.unit):
            return f'"{node.field.name}" has another unit'

    return ""


def _reads_row_number(core: Core) -> bool:
    if isinstance(core, Key):
        return core.depth == 0 and core.name == "rowno"

    return any(map(_reads_row_number, children(core)))


def _is_faulty_in_row(study: Study, field: Field, form: Form) -> bool:
    assert field.propose is not None
    home = Home(form=form, group=form.row_group(field.group))
    return bool(resolve(field.propose, study, home, type_of(field)).findings)
