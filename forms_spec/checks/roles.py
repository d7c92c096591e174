"""Roles that leave nothing without a reader, and nobody guessing what they may not see."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.evaluation.role_grants import (
    AnswerColumn,
    RoleGrants,
    asked_fields,
    grants_of,
    known_places,
    reads_of_check,
    reads_of_field,
)
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding, Severity
from forms_spec.findings.places import TextPlace
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.model.fields import Form
from forms_spec.model.roles import (
    OF_WHOLE_FORMS,
    USUAL_ROLES,
    AlertKind,
    Permission,
    StudyRole,
)
from forms_spec.model.study import Study

NEED_ALL_OF_A_FORM = (Permission.COMPLETE, Permission.SIGN)
"""What nobody does with a form of which they see a part only."""


def check_roles(loaded: LoadedStudy) -> Iterator[Finding]:
    """What is wrong with the roles of a dictionary that names them."""
    study = loaded.study
    # The usual roles see everything, and a dictionary without forms is not read yet.
    if study.roles is USUAL_ROLES or not study.forms:
        return

    everybody = [grants_of(study, role) for role in study.roles.values()]
    seen = frozenset[AnswerColumn]().union(*(grants.seen for grants in everybody))

    for grants in everybody:
        yield from _wrong_places(study, grants.role)
        yield from _leaks(study, grants)
        yield from _partly_seen(study, grants, seen)
        yield from _useless_alerts(grants)

    yield from _left_alone(study, everybody, seen)


def _wrong_places(study: Study, role: StudyRole) -> Iterator[Finding]:
    """Places that a role names and that do not exist, or where it may do too much."""
    known = frozenset(known_places(study))
    for where, may in role.exceptions.items():
        place = role.places[where]
        if where not in known:
            near = did_you_mean(where, known)
            yield finding("role-unknown-place", text=place, name=where, near=near)
            continue

        # A field or group is neither completed nor signed by itself.
        too_large = may & OF_WHOLE_FORMS
        is_form = where in study.forms
        if too_large and not is_form:
            words = _words(too_large)
            yield finding("role-of-whole-form", text=place, actions=words, name=where)

        if _acts_unseen(may):
            yield finding("role-without-see", text=place, actions=_words(may))

    if _acts_unseen(role.may):
        yield finding("role-without-see", text=role.place, actions=_words(role.may))


def _acts_unseen(may: frozenset[Permission]) -> bool:
    """Whether a role may do something with what it does not see."""
    # Where nothing may be done, nothing is done unseen.
    if not may:
        return False

    return Permission.SEE not in may


def _words(permissions: frozenset[Permission]) -> str:
    """Permissions in the order of the documentation."""
    # A set has no order of its own.
    ordered = [item.value for item in Permission if item in permissions]

    return ", ".join(ordered)


def _leaks(study: Study, grants: RoleGrants) -> Iterator[Finding]:
    """Fields that would tell a role what it does not see."""
    if grants.is_whole:
        return

    role = grants.role
    asked_here = [asked for asked in asked_fields(study) if asked.column in grants.seen]

    for asked in asked_here:
        hidden = grants.first_unseen(reads_of_field(study, asked))
        if hidden is None:
            continue

        yield finding(
            "role-depends",
            text=_place(role, hidden),
            related=(asked.field.place,),
            role=role.name,
            seen=".".join(asked.column),
            unseen=".".join(hidden),
        )


def _place(role: StudyRole, hidden: tuple[str, ...]) -> TextPlace | None:
    """Where the text says that the role does not see something, or the role."""
    column, table = ".".join(hidden), hidden[0]
    for where in (column, table):
        if where in role.places:
            return role.places[where]

    return role.place


def _partly_seen(
    study: Study, grants: RoleGrants, seen: frozenset[AnswerColumn]
) -> Iterator[Finding]:
    """Whoever completes or signs a form answers for all of it. What nobody sees at all
    is said once, by itself.
    """
    role = grants.role
    for form in study.forms.values():
        may = grants.by_form[form.name]
        asked = [item for item in NEED_ALL_OF_A_FORM if item in may]
        hidden = _unseen_in(study, grants, form, seen) if asked else None

        if hidden is not None:
            yield finding(
                "role-part-of-form",
                text=role.places.get(form.name, role.place),
                role=role.name,
                actions=_words(frozenset(asked)),
                form=form.name,
                unseen=".".join(hidden),
            )

        if Permission.EXPORT in may and not grants.is_whole:
            yield finding(
                "role-export",
                text=role.places.get(form.name, role.place),
                role=role.name,
            )
            return


def _useless_alerts(grants: RoleGrants) -> Iterator[Finding]:
    """Alerts that are never sent to a role, because it can do nothing about them."""
    role = grants.role
    needed = {
        AlertKind.SERIOUS_EVENT: Permission.SEE,
        AlertKind.ALERT_VALUE: Permission.SEE,
        AlertKind.BROKEN_SIGNATURE: Permission.SIGN,
    }
    for kind, permission in needed.items():
        may = any(permission in may for may in grants.by_form.values())
        if kind in role.alerts and not may:
            yield finding(
                "role-alert",
                text=role.place,
                role=role.name,
                alert=kind.value,
                action=permission.value,
            )


def _unseen_in(
    study: Study, grants: RoleGrants, form: Form, seen: frozenset[AnswerColumn]
) -> tuple[str, ...] | None:
    """Something that the role does not see of a form, or of what its errors hang on."""
    # What nobody sees at all is a finding of its own.
    unseen = [column for column in grants.unseen_of(form) if column in seen]
    if unseen:
        return unseen[0]

    for check in study.rules.values():
        is_error = check.severity is Severity.ERROR
        if not is_error or not _is_of(study, check.on, form):
            continue

        hidden = grants.first_unseen(reads_of_check(study, check))
        if hidden is not None:
            return hidden

    return None


def _is_of(study: Study, on: tuple[tuple[str, str], ...], form: Form) -> bool:
    for name, _ in on:
        table = study.tables.get(name)
        if table is not None and table.form.name == form.name:
            return True

    return False


def _left_alone(
    study: Study, everybody: list[RoleGrants], seen: frozenset[AnswerColumn]
) -> Iterator[Finding]:
    """Fields and forms for which no role does what has to be done."""
    entered = frozenset[AnswerColumn]().union(*(grants.entered for grants in everybody))
    for asked in asked_fields(study):
        field = asked.field
        name = ".".join(asked.column)
        if asked.column not in seen:
            yield finding("role-no-reader", text=field.place, name=name)
            continue

        # What nobody types needs nobody who enters it.
        is_typed = field.entry == "typed" and field.value is None
        if is_typed and asked.column not in entered:
            yield finding("role-no-writer", text=field.place, name=name)

    for action in NEED_ALL_OF_A_FORM:
        yield from _forms_without(study, everybody, action)


def _forms_without(
    study: Study, everybody: list[RoleGrants], action: Permission
) -> Iterator[Finding]:
    """Forms that nobody completes; those that nobody signs in a study that signs."""
    forms = study.forms.values()
    alone = [form for form in forms if not _does_somebody(everybody, action, form)]
    # Where no form is signed, none needs a signature.
    if action is Permission.SIGN and len(alone) == len(forms):
        return

    for form in alone:
        yield finding(
            "role-nobody-may", text=form.place, action=action.value, form=form.name
        )


def _does_somebody(everybody: list[RoleGrants], action: Permission, form: Form) -> bool:
    return any(action in grants.by_form[form.name] for grants in everybody)
