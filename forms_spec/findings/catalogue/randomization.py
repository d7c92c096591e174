"""Codes of the plan of randomization, and of the lists that it is carried out with."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import CatalogueEntry, query, refuse, warn


def _example(plan: str, *, study: str = "", field: str = "", more: str = "") -> str:
    """A study with a plan; ``field`` are more keys of the arm's field."""
    return (
        "study: T1\ntitle: Example\n"
        r"subject: {pattern: '\d{2}-\d{3}', example: 01-007}" + "\n"
        "sites: {'01': Site one}\n"
        f"day_zero: base.d\nrandomization: {plan}\n{study}"
        "---\nvisits:\n  SCR: {title: Screening}\n  D0: {title: Treatment, target: day 0}\n"
        "schedule:\n  columns: SCR D0\n  base: X X\n  rand: X .\n"
        "---\nform: rand\ntitle: Randomization\nfields:\n"
        "  sex: {label: Sex, type: choice, codes: {F: Female, M: Male}}\n"
        "  age: {label: Age, type: integer}\n"
        f"  arm: {{label: Arm, type: choice, codes: {{A: Active, P: Placebo}}{field}}}\n"
        "  number: {label: Randomization number}\n"
        f"{more}"
    )


_FIELDS = "form: rand, arm: arm, number: number"
_EVEN = "ratio: {A: 1, P: 1}"

_PLAN: tuple[CatalogueEntry, ...] = (
    refuse(
        "randomization-unknown-form",
        'There is no form "{name}" to randomize on',
        "{near} Write the name of the form that has the arm",
        "`form` names the form whose page has the button Randomize, and whose fields keep "
        "the result.",
        _example(f"{{form: rnd, arm: arm, number: number, {_EVEN}}}"),
    ),
    refuse(
        "randomization-unknown-field",
        'The form "{form}" has no field "{name}" of its own',
        "{near} Write the name of a field of this form, without the form before it",
        "The arm, the number, the date and the strata are fields of one form, outside of "
        "its repeating groups. Repeat an answer of another form here as a calculated "
        "field with `gives: choice`.",
        _example(f"{{{_FIELDS}, {_EVEN}, strata: [gender]}}"),
    ),
    refuse(
        "randomization-field-type",
        'The field "{name}" has to be {wanted}, without a formula',
        "Change the type of the field, or name another one",
        "The list gives the arm as a code, the number as a text, and the date is the day "
        "of the study's clock.",
        _example(f"{{form: rand, arm: age, number: number, {_EVEN}}}"),
    ),
    refuse(
        "randomization-form-repeats",
        'The form "{name}" is collected more than once of a subject',
        "Expect it at exactly one visit that does not repeat",
        "A subject is randomized once. The result belongs to one form.",
        _example(f"{{{_FIELDS}, {_EVEN}}}").replace("rand: X .", "rand: X X"),
    ),
    refuse(
        "randomization-double-entry",
        'The form "{name}" is entered twice, and a result is not',
        "Leave the form out of `double_entry`",
        "Nobody types the result of a randomization, so no second person can type it "
        "again.",
        _example(f"{{{_FIELDS}, {_EVEN}}}", study="double_entry: {forms: [rand]}\n"),
    ),
    refuse(
        "randomization-open-stratum",
        'The stratum "{name}" is not a choice of one answer',
        "Use a choice, or a calculated field with `gives: choice`",
        "A list has one part for each combination of answers, so there can only be a few "
        "of them. Group a number first: `case when age < 65 then 'YOUNG' else 'OLD' end`.",
        _example(f"{{{_FIELDS}, {_EVEN}, strata: [age]}}"),
    ),
    refuse(
        "randomization-no-sites",
        "The list has a part for each site, and the study names no sites",
        "Add `sites` to the study, or leave out `by_site`",
        "A list is drawn for the sites that the dictionary names.",
        _example(f"{{{_FIELDS}, {_EVEN}, by_site: true}}").replace(
            "sites: {'01': Site one}\n", ""
        ),
    ),
    refuse(
        "randomization-ratio",
        "The ratio needs at least two arms with a whole number from 1 each",
        "Write the share of each arm, for example `{{A: 2, P: 1}}`",
        "`{A: 2, P: 1}` means that of each three subjects two get A.",
        _example(f"{{{_FIELDS}, ratio: {{A: 1, P: 0}}}}"),
    ),
    refuse(
        "randomization-unknown-arm",
        '"{name}" is not an answer of the field "{field}"',
        "{near} Write the codes of that field",
        "The ratio names each arm by the code that its field keeps.",
        _example(f"{{{_FIELDS}, ratio: {{A: 1, B: 1}}}}"),
    ),
    refuse(
        "randomization-nobody",
        'No role may randomize on the form "{name}"',
        "Let a role that sees the form `randomize`",
        "Only people of a role with `randomize` have the button. Everybody else finds the "
        "result, as far as their role sees it.",
        _example(f"{{{_FIELDS}, {_EVEN}}}")
        + "---\nroles:\n  nurse: {may: [see, enter, complete]}\n",
    ),
    refuse(
        "randomization-role-blind",
        'The role "{role}" may randomize, and does not see {name}',
        "Let the role see it, or take `randomize` from the role",
        "Whoever randomizes confirms the strata, and needs the randomization number. The "
        "arm may stay unseen.",
        _example(f"{{{_FIELDS}, {_EVEN}, strata: [sex]}}") + "---\nroles:\n"
        "  nurse: {may: [see, enter, randomize], places: {rand.sex: []}}\n"
        "  helper: {may: [see, enter, complete]}\n",
    ),
    warn(
        "randomization-stratum-not-kept",
        "Nothing finds an answer of a stratum that is changed after randomization",
        "Name a text field of the form with `stratum`",
        "The field keeps the stratum that the subject was randomized in. A check that "
        "comes with it compares it with the answers, and opens a query where they are "
        "others now.",
        _example(f"{{{_FIELDS}, {_EVEN}, strata: [sex]}}"),
    ),
    warn(
        "randomization-filled",
        'Randomization fills the field "{name}", so its `{key}` has no effect',
        "Remove the key",
        "The arm, the number and the date come from the list at the moment of "
        "randomization. Nothing else fills them.",
        _example(f"{{{_FIELDS}, {_EVEN}}}", field=", default: A"),
    ),
)

_LISTS: tuple[CatalogueEntry, ...] = (
    refuse(
        "randomization-list-columns",
        "The list does not have the columns {wanted}. It has: {given}.",
        "Write these names in the first line, each once. A column `block` may be added.",
        "A list has the randomization number, what a stratum is made of, and the arm.",
    ),
    refuse(
        "randomization-list-csv",
        "The text is not valid CSV from here on.",
        "Save the list as CSV with commas, in UTF-8.",
        "Cells with a comma or a quotation mark need double quotes.",
    ),
    refuse(
        "randomization-list-row",
        "The row has {given} cells, but the first line has {wanted}.",
        "Write one cell for each column.",
        "A row with too many or too few cells cannot be read with certainty.",
    ),
    refuse(
        "randomization-list-value",
        "{field} is {value!r}, which is not one of: {wanted}.",
        "Correct the list, or draw it again from this dictionary.",
        "Sites, strata and arms are written as codes of the dictionary, in capital letters "
        "and small ones as there.",
    ),
    refuse(
        "randomization-list-number",
        "{value!r} cannot be a randomization number: {why}",
        "Write a number that the field of the dictionary accepts, at most 100 characters.",
        "The number is kept as an answer of the form, so the field's pattern and length "
        "apply.",
    ),
    refuse(
        "randomization-number-twice",
        "The randomization number {value} is used twice: {where}.",
        "Give each entry a number of its own.",
        "A number stands for one entry of the list, and so for one subject at most.",
    ),
    refuse(
        "randomization-list-differs",
        "{subject} has the number {value} already, and {why}.",
        "Load the list that the subject was randomized with. If its form is wrong, leave "
        "the number out of the list.",
        "A subject that was randomized elsewhere keeps its entry. The list has to say of "
        "it what its form says.",
    ),
    refuse(
        "randomization-list-empty",
        "The list has no entries.",
        "Save the list with one row for each entry.",
        "The first line names the columns, and each following line is an entry.",
    ),
    query(
        "randomization-list-uneven",
        "In the stratum {stratum} the arms are {given}, and the ratio is {wanted}.",
        "Check with the statistician that the list is meant so.",
        "Complete blocks give each arm its share. A list that somebody cut, or put "
        "together in another way, may not.",
    ),
)

ENTRIES: tuple[CatalogueEntry, ...] = (*_PLAN, *_LISTS)
