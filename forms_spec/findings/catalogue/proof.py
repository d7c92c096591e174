"""Codes of what ``crfsmith prove`` finds: no record at all does it, or one record shows
it.
"""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import CatalogueEntry, example_form, warn

_NUMBERS = (
    "a: {label: A, type: integer, range: [0, 10]}",
    "b: {label: B, type: integer, range: [0, 10]}",
    "c: {label: C, type: integer, range: [0, 10]}",
)
_ALL_RECORDS = (
    "`crfsmith prove` looked at all records that can be entered: every answer within its "
    "range, every blank, every reason why there is no value, every hidden field."
)


def _form(*fields: str) -> str:
    return example_form(*_NUMBERS, *fields)


def _rules(*rules: str) -> str:
    named = "".join(
        f"  C{number}: {{message: Wrong, severity: query, {rule}}}\n"
        for number, rule in enumerate(rules, start=1)
    )
    return f"{_form()}---\nrules:\n{named}"


_RULES: tuple[CatalogueEntry, ...] = (
    warn(
        "rule-cannot-apply",
        "The rule {name} never applies: no record makes “{value}” true.",
        "Correct `when`, or remove the rule.",
        f"{_ALL_RECORDS} In none of them is `when` true, so the rule says nothing.",
        _rules("when: x.a > x.b and x.b > x.c and x.c > x.a, assert: x.a > 1"),
    ),
    warn(
        "rule-cannot-break",
        "The rule {name} never finds anything: no record breaks “{value}”.",
        "Correct the rule, or remove it.",
        f"{_ALL_RECORDS} Wherever the rule applies, `assert` is true or UNKNOWN.",
        _rules("when: x.a > x.b and x.b > x.c, assert: x.a > x.c"),
    ),
    warn(
        "rule-cannot-hold",
        "The rule {name} is broken wherever it applies: no record keeps “{value}”.",
        "Correct the rule. If nobody may answer so, say it in the range.",
        f"{_ALL_RECORDS} Wherever the rule applies, `assert` is false or UNKNOWN.",
        _rules("when: x.a > x.b and x.b > x.c, assert: x.c > x.a"),
    ),
)

_PARTS: tuple[CatalogueEntry, ...] = (
    warn(
        "condition-cannot-be-false",
        "“{value}” is never false.",
        "Correct it, or remove it. If you ask whether there is an answer, write is known.",
        f"{_ALL_RECORDS} In none of them is the condition false. It is UNKNOWN only as "
        "long as an answer is missing.",
        _form("z: {label: Z, show_when: a > b or b > c or c > a or (a = b and b = c)}"),
    ),
    warn(
        "part-cannot-be-true",
        "“{value}” is never true here, so it adds nothing to “or”.",
        "Correct it, or remove it.",
        f"{_ALL_RECORDS} Wherever the other parts leave it open, this part is false or "
        "UNKNOWN.",
        _form("z: {label: Z, show_when: s > 1 or (a > b and b > c and c > a)}").replace(
            "  z:", "  s: {label: S, type: integer}\n  z:"
        ),
    ),
    warn(
        "part-cannot-be-false",
        "“{value}” is never false here, so it adds nothing to “and”.",
        "Correct it, or remove it. If you ask whether there is an answer, write is known.",
        f"{_ALL_RECORDS} Wherever it counts, this part is true or UNKNOWN.",
        _form("z: {label: Z, show_when: a > 1 and a + b + c <= 30}"),
    ),
    warn(
        "branch-cannot-be-taken",
        "The branch “{value}” is never taken.",
        "Correct the condition, or put the branch before those that take its cases.",
        f"{_ALL_RECORDS} Wherever this condition is true, one before it is true or "
        "UNKNOWN.",
        _form(
            "z:",
            "  label: Z",
            "  type: calculated",
            "  value: case when a + b > c then 1 when a > c then 2 else 0 end",
        ),
    ),
    warn(
        "division-by-zero",
        "{name} divides by 0 for some answers, and has no result then.",
        "Say in the range that the divisor is not 0, or handle it with case.",
        "A division by 0 is UNKNOWN. The field stays blank, or the rule says nothing, "
        "though every answer is there. The record shows when that happens.",
        _form("z: {label: Z, type: calculated, places: 1, value: a / (b - c)}"),
    ),
)

_PAIRS: tuple[CatalogueEntry, ...] = (
    warn(
        "rules-exclude",
        "No record keeps both rules, {other} and {name}.",
        "Correct one of them, or say with `when` which one applies.",
        f"{_ALL_RECORDS} Where one of the two applies, the other applies too, and one of "
        "them is broken.",
        _rules("assert: x.a + x.b > x.c + 10", "assert: x.a + x.b < x.c"),
    ),
    warn(
        "rule-adds-nothing",
        "The rule {name} adds nothing: whatever breaks it breaks {other} too.",
        "Remove it, or make it say more.",
        f"{_ALL_RECORDS} Every record that breaks this rule breaks the other one.",
        _rules("assert: x.a + x.b < x.c", "assert: x.a + x.b < x.c + 5"),
    ),
    warn(
        "rules-repeat",
        "The rules {other} and {name} are broken by the same records.",
        "Remove one of them.",
        f"{_ALL_RECORDS} No record breaks one of the two and keeps the other.",
        _rules("assert: x.a + x.b < x.c", "assert: x.c - x.b > x.a"),
    ),
)

_FIELDS: tuple[CatalogueEntry, ...] = (
    warn(
        "group-cannot-show",
        "The section “{name}” is never shown: no record makes “{value}” true.",
        "Correct the condition, or remove the section.",
        f"{_ALL_RECORDS} In none of them is the condition true.",
        example_form(
            more="groups:\n"
            "  g: {title: G, fields: {a: {label: A, type: integer}, "
            "b: {label: B, type: integer}, c: {label: C, type: integer}}}\n"
            "  h: {title: H, show_when: a > b and b > c and c > a, "
            "fields: {z: {label: Z}}}\n"
        ).removesuffix("fields:\n"),
    ),
    warn(
        "field-cannot-show",
        "{name} is never shown: no record makes “{value}” true.",
        "Correct the condition, or remove the field.",
        f"{_ALL_RECORDS} In none of them is the condition true, together with that of "
        "the section.",
        _form("z: {label: Z, show_when: a > b and b > c and c > a}"),
    ),
    warn(
        "answer-impossible",
        "{name} has no possible answer: every one that can be typed is refused.",
        "Correct the range, the length, the pattern or the decimal places.",
        f"{_ALL_RECORDS} Where the field is shown and the ends of its range are known, every "
        "answer is refused. The ends may be other fields, which have ranges too.",
        _form("z: {label: Z, type: integer, range: [a + 20, b]}"),
    ),
    warn(
        "range-cannot-open",
        "The ends of the range of {name} are never in order: no record has “{low}” "
        "before “{value}”.",
        "Exchange the two ends, or correct one of them.",
        f"{_ALL_RECORDS} Whenever both ends are known, the lower one is the same as the "
        "upper one, or lies after it. At most one answer is left.",
        _form(
            "d: {label: From, type: date}",
            "e: {label: To, type: date, range: [d, null]}",
            "z: {label: Between, type: date, range: [e, d]}",
        ),
    ),
    warn(
        "default-breaks-rule",
        "The rule {name} is broken wherever {field} still has its default {default}.",
        "Correct the default, or the rule.",
        f"{_ALL_RECORDS} In none of them is `assert` true while the field has the "
        "answer that every new form begins with.",
        _rules("assert: x.a + x.k < x.b").replace(
            "---", "  k: {label: K, type: integer, default: 20}\n---"
        ),
    ),
    warn(
        "answer-never-offered",
        "{name} never offers an answer: no record makes “{value}” true where it is shown.",
        "Correct the condition of the answer, or remove the answer.",
        f"{_ALL_RECORDS} Wherever the field is shown, the condition of the answer is "
        "false or UNKNOWN. So nobody can choose it.",
        _form(
            "z:",
            "  label: Z",
            "  type: choice",
            "  show_when: a > b",
            "  codes: {L: Left, R: {label: Right, when: b > a + 1}}",
        ),
    ),
    warn(
        "field-cannot-be-required",
        "{name} is never required: no record makes “{value}” true.",
        "Correct the condition, or write required: false.",
        f"{_ALL_RECORDS} In none of them is the condition of `required` true.",
        _form("z: {label: Z, required: a > b and b > c and c > a}"),
    ),
    warn(
        "required-where-never-shown",
        "{name} is required only where it is hidden: “{value}” and its condition are "
        "never true together.",
        "Correct one of the two conditions.",
        f"{_ALL_RECORDS} Wherever `required` is true, the field is hidden, so that nobody "
        "is asked.",
        _form("z: {label: Z, show_when: a > b + 1, required: b > a}"),
    ),
    warn(
        "result-never-known",
        "The formula of {name} never gives a value.",
        "Correct the formula.",
        f"{_ALL_RECORDS} In none of them has the formula a result.",
        _form(
            "z:",
            "  label: Z",
            "  type: calculated",
            "  value: case when a > b and b > c and c > a then 1 end",
        ),
    ),
    warn(
        "result-never-fits",
        "The result of {name} never fits the field: it lies outside its range, or is no "
        "text that the field accepts.",
        "Correct the formula or the range.",
        f"{_ALL_RECORDS} The formula gives values, but the field refuses all of them.",
        _form("z: {label: Z, type: calculated, value: a + b + c, range: [40, 50]}"),
    ),
    warn(
        "code-cannot-result",
        "The formula of {name} never gives “{given}”.",
        "Correct the formula, or take the code out of the list.",
        f"{_ALL_RECORDS} In none of them is this code the result.",
        _form(
            "z:",
            "  label: Z",
            "  type: calculated",
            "  gives: choice",
            "  codes: [HIGH, LOW]",
            "  value: case when a > b and b > c and c > a then 'HIGH' else 'LOW' end",
        ),
    ),
    warn(
        "result-leaves-codes",
        "The formula of {name} may give a code that its list does not have.",
        "Correct the formula, or add the code to the list.",
        "A result that is no code of the list is no answer, and the field stays blank. "
        "The record shows when that happens.",
        _form(
            "g: {label: G, type: choice, codes: [HIGH, LOW, SAME]}",
            "z:",
            "  label: Z",
            "  type: calculated",
            "  gives: choice",
            "  codes: [HIGH, LOW]",
            "  value: case when a > b then g end",
        ),
    ),
)

_NEVER = "x.a > x.b and x.b > x.c and x.c > x.a"
_VISITS = """\
visits:
  SCR: {title: Screening}
  D0: {title: Treatment, target: day 0}
schedule:
  columns: SCR D0
  base: X X
"""


def _due(*lines: str) -> str:
    """The form with a schedule: its last lines, and other forms."""
    return f"{_form()}---\n{_VISITS}  x: X .\n{''.join(lines)}"


def _other(name: str) -> str:
    return f"---\nform: {name}\ntitle: Other\nfields:\n  {name}1: {{label: One}}\n"


def _criteria(*lines: str) -> str:
    """The form as that of eligibility, with criteria."""
    answers = "answers: {met: Y, not_met: N}"
    fields = ("i: {label: I, type: yes_no}", "j: {label: J, type: yes_no}")
    named = "".join(
        f"  {line}\n" for line in ("form: x", "visit: SCR", answers, *lines)
    )
    return f"{_form(*fields)}---\neligibility:\n{named}"


_STUDY: tuple[CatalogueEntry, ...] = (
    warn(
        "form-cannot-be-due",
        "The form {name} is never asked for at {visit}: no record makes “{value}” true.",
        "Correct the condition, or take the form out of the schedule.",
        f"{_ALL_RECORDS} In none of them is the condition true.",
        _due("  y: C C\nconditions:\n", f"  y: {_NEVER}\n", _other("y")),
    ),
    warn(
        "visit-cannot-be-due",
        "No form is ever asked for at the visit {name}.",
        "Correct the conditions of its forms.",
        "Every form of the visit has a condition, and none of them is ever true.",
        _due("  y: . C\nconditions:\n", f"  y: {_NEVER}\n", _other("y")).replace(
            "  base: X X\n", "  base: X .\n"
        ),
    ),
    warn(
        "forms-wait",
        "At {visit} the forms {name} and {other} wait for each other: each is asked for "
        "only after the other.",
        "Let one of the conditions read something that comes before both.",
        "The condition of each form is true only when the other one was begun. Nobody is "
        "asked for the first of them.",
        _due(
            "  y: C .\n  z: C .\nconditions:\n",
            "  y: z.z1 is known\n  z: y.y1 is known\n",
            _other("y"),
            _other("z"),
        ),
    ),
    warn(
        "status-cannot-be-reached",
        "The status {name} is never reached: no record makes “{value}” true.",
        "Correct the condition.",
        f"{_ALL_RECORDS} In none of them is the condition true.",
        f"{_form()}---\nstudy: S1\ntitle: A study\n"
        "subject: {pattern: '\\d{2}-\\d{3}', example: 01-007}\n"
        "sites: {'01': Site one}\nday_zero: base.d\nsubject_status:\n"
        "  completed: {form: x, when: a > b and b > c and c > a}\n",
    ),
    warn(
        "criterion-bars-everybody",
        "The criterion {name} keeps everybody out: no record passes “{value}”.",
        "Correct the condition of the criterion.",
        f"{_ALL_RECORDS} In none of them does a subject surely pass.",
        _criteria(
            "inclusion: {i: a > 1}",
            "exclusion: {j: 'a > b or b > c or c > a or (a = b and b = c)'}",
        ),
    ),
    warn(
        "criterion-bars-nobody",
        "The criterion {name} keeps nobody out: no record fails “{value}”.",
        "Correct the condition of the criterion.",
        f"{_ALL_RECORDS} In none of them is a subject surely kept out.",
        _criteria(
            "inclusion: {i: 'a > b or b > c or c > a or (a = b and b = c)'}",
            "exclusion: {j: a > 1}",
        ),
    ),
    warn(
        "nobody-eligible",
        "Nobody is eligible: no record passes {names} together.",
        "Compare these criteria, and correct one of them.",
        "Each criterion by itself lets somebody pass. Together they let nobody pass.",
        _criteria("inclusion: {i: a > b + 1}", "exclusion: {j: a > b}"),
    ),
)

ENTRIES: tuple[CatalogueEntry, ...] = (
    *_RULES,
    *_PARTS,
    *_PAIRS,
    *_FIELDS,
    *_STUDY,
)
