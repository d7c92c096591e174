"""Codes of roles, and of what they leave without anybody."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import CatalogueEntry, PossibleCause, refuse

ALL = "[see, enter, complete, query]"


def _roles(*lines: str) -> str:
    """A file of roles with one that may do everything, and these lines."""
    text = "".join(f"  {line}\n" for line in lines)
    return f"roles:\n  nurse: {{may: {ALL}}}\n{text}"


ENTRIES: tuple[CatalogueEntry, ...] = (
    refuse(
        "role-name",
        'A role cannot be called "{name}"',
        "Use up to 30 small letters, digits, single spaces and hyphens. Begin with a "
        "letter",
        "The name of a role stands in accounts, in the history and in commands.",
        _roles("Nurse_2: {may: [see]}"),
    ),
    refuse(
        "role-reserved",
        "Every study has the role {name} already",
        "Give your role another name",
        "The roles `admin` and `designer` manage accounts and the dictionary. They see no "
        "data of subjects, and a dictionary cannot change that.",
        _roles("admin: {may: [see]}"),
    ),
    refuse(
        "role-unknown-place",
        'There is no form, group or field "{name}"',
        "{near} Write a form (ip), a group (ip.dosing), a repeating group (doses) or a "
        "field (ip.kit)",
        "`places` says what a role may do in a part of the study. The finest place counts.",
        _roles("pharmacist: {may: [see], places: {base.kit: []}}"),
        follows=PossibleCause.NAME,
    ),
    refuse(
        "role-of-whole-form",
        "To {actions} is done with a whole form, and {name} is a part of one",
        "Name the form instead, or leave these words out",
        "Only `see`, `enter`, `query` and `verify` are for single groups and fields.",
        _roles("checker: {may: [see], places: {base.n: [see, lock]}}"),
    ),
    refuse(
        "role-without-see",
        "Whoever may {actions} has to see",
        "Add see, or write an empty list",
        "Nobody enters, completes, verifies or signs what they cannot see. An empty list "
        "means that the place does not exist for the role.",
        _roles("clerk: {may: [enter]}"),
    ),
    refuse(
        "role-depends",
        "The role {role} sees {seen}, which depends on {unseen}, and it does not see "
        "{unseen}",
        "Take {seen} from the role too, or let it see {unseen}",
        "A field that is shown, required, limited or calculated by a blinded answer tells "
        "what that answer is.",
        _roles("blinded: {may: [see], places: {base.n: []}}")
        + "---\nform: x\ntitle: Example\nfields:\n"
        "  a: {label: A, type: integer, show_when: base.n > 1}\n",
        follows=PossibleCause.MEANING,
    ),
    refuse(
        "role-part-of-form",
        "The role {role} may {actions} the form {form}, but it does not see {unseen}",
        "Let the role see it, or write under places what it may do in {form} without "
        "these words",
        "Whoever completes or signs a form answers for all of it, and for everything that "
        "its errors depend on.",
        _roles("blinded: {may: [see, enter, complete], places: {base.n: []}}"),
        follows=PossibleCause.MEANING,
    ),
    refuse(
        "role-export",
        "The role {role} may export, but it does not see everything",
        "Take export from the role, or let it see everything",
        "A package holds every answer of the study.",
        _roles("blinded: {may: [see, export], places: {base.n: []}}"),
        follows=PossibleCause.MEANING,
    ),
    refuse(
        "role-alert",
        "The role {role} is to get each {alert} by mail, but it may {action} no form",
        "Add {action}, or take {alert} from its alerts",
        "An alert is sent only to people who see it on their home page. A broken signature "
        "is an alert for those who may sign again.",
        _roles("monitor: {may: [see], alerts: [broken signature]}"),
    ),
    refuse(
        "role-no-reader",
        "No role sees the field {name}",
        "Add see for one role at least",
        "An answer that nobody sees is of no use to anybody.",
        "roles:\n  nurse: {may: [see, enter, complete], places: {base.n: []}}\n",
        follows=PossibleCause.MEANING,
    ),
    refuse(
        "role-no-writer",
        "No role enters the field {name}",
        "Add enter for one role at least",
        "A field that is asked needs somebody who answers it. Calculated fields and those "
        "that are read-only or hidden do not.",
        "roles:\n  nurse: {may: [see, enter, complete], places: {base.n: [see]}}\n",
        follows=PossibleCause.MEANING,
    ),
    refuse(
        "role-nobody-may",
        "No role may {action} the form {form}",
        "Add {action} for one role at least",
        "Every form is completed by somebody. If one form of a study is signed, every form "
        "needs a role that signs it.",
        "roles:\n  nurse: {may: [see, enter]}\n",
        follows=PossibleCause.MEANING,
    ),
)
