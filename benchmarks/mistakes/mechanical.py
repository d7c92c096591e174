"""The classes of mechanical mistakes that designers were seen to make: slips of the
keyboard, of YAML, of the language and of what each key takes.
"""

from __future__ import annotations

from benchmarks.mistakes.small_study import (
    Mistake,
    field_mistake,
    rules_mistake,
)


def changed(what: str, codes: str, file: str, *texts: str, place: str = "") -> Mistake:
    """A text of the small study that is written otherwise: the old and the new text."""
    old, new = texts
    return Mistake(what, tuple(codes.split()), new, file, old, place=place)


def added(what: str, codes: str, file: str, lines: str, place: str = "") -> Mistake:
    """Lines at the end of a file, which may be a new one."""
    return Mistake(what, tuple(codes.split()), lines, file, place=place)


FIRST_LOG = """form: m1
title: First
log: true
fields: {p: {label: P, show_when: m2.q is known}}
"""
OTHER_LOG = """form: m2
title: Other
log: true
fields: {q: {label: Q, show_when: m1.p is known}}
"""
MISSPELT = (
    field_mistake("a type", "unknown-type", "type: integr"),
    changed("a key", "unknown-key", "x", "{label: A,", "{lable: A,"),
    rules_mistake("a field in a rule", "rule-unknown-name", "qq < 9"),
    rules_mistake("a code in a rule", "rule-unknown-code", "s = 'X'"),
    field_mistake("a codelist", "unknown-codelist", "type: choice, codes: SEXX"),
    changed("a form in the schedule", "unknown-form", "visits", "  lab:", "  labb:"),
    changed(
        "a visit in the columns", "unknown-visit", "visits", "D7 CYC\n", "D8 CYC\n"
    ),
    field_mistake("a missing code", "unknown-missing-code", "missing: [NDD]"),
    rules_mistake("a parameter", "rule-unknown-parameter", "q < $hgb_mn"),
    added(
        "a criterion",
        "criterion-field",
        "eligibility",
        "eligibility:\n  form: ie\n  visit: SCR\n  answers: {met: Y, not_met: N}\n"
        "  inclusion: {i1: x.a > 1, i9: x.a > 2}\n  exclusion: {e1: x.a > 8}\n",
        place="eligibility.yaml:5",
    ),
    changed("a placeholder", "rule-unknown-name", "x", "label: A,", "label: '{bb}?',"),
    changed("a severity", "not-one-of", "rules", "severity: query", "severity: querry"),
    changed("no message", "missing-key", "rules", "message: As it is, ", ""),
    rules_mistake("a function", "rule-unknown-function", "rond(q, 1) > 1"),
)
TWICE = (
    field_mistake("a key", "duplicate-key", "label: Y"),
    field_mistake("a code", "listed-twice", "type: choice, codes: [M, M]"),
    added("a field", "duplicate-key", "x", "  a: {label: Again}\n"),
    added(
        "a form",
        "duplicate-name",
        "more",
        "form: lab\ntitle: L\nfields: {v: {label: V}}\n",
    ),
    added("a companion", "duplicate-name", "lab", "  hgbu: {label: Unit}\n"),
)
LAYOUT = (
    changed("one blank too many", "wrong-indent", "x", "  b: {", "   b: {"),
    changed("one blank too few", "wrong-indent", "x", "  b: {", " b: {"),
    changed("a tab", "tab-indent", "x", "  b: {", "\tb: {"),
    changed("no colon", "colon-missing", "x", "title: Ex", "title Ex"),
    changed(
        "no blank after the colon", "colon-without-space", "x", "label: B", "label:B"
    ),
    changed("an open quote", "quote-not-closed", "x", "label: B,", "label: 'B,"),
    changed(
        "an open brace",
        "brackets-not-read",
        "x",
        "10]}\n  c",
        "10]\n  c",
        place="x.yaml:6",
    ),
    changed("a comma is missing", "brackets-not-read", "x", "B, type", "B type"),
    changed("a star", "sign-needs-quotes", "x", "label: B", "label: *B"),
    changed("a hash", "comment-in-brackets", "x", "label: B", "label: No #1"),
    added("an empty file", "empty-file", "more", ""),
    Mistake(
        "a file in Latin-1", ("not-utf-8",), "label: Müde", "x", "label: B", "latin-1"
    ),
)
LANGUAGE = (
    rules_mistake("two equals signs", "rule-foreign-sign", "a == 1"),
    rules_mistake("two ampersands", "rule-foreign-sign", "a > 1 && b > 1"),
    rules_mistake("double quotes", "rule-foreign-sign", 's = \\"M\\"'),
    rules_mistake("no quotes", "rule-unknown-name", "s = M"),
    rules_mistake("typographic quotes", "rule-foreign-sign", "s = ‘M’"),
    rules_mistake("a decimal comma", "rule-decimal-comma", "q < 0,5"),
    rules_mistake("a bracket is not closed", "rule-ends-early", "(a > 1 and b > 1"),
    rules_mistake(
        "a rule that is too long", "rule-too-long", "a > 1 and " * 1200 + "a > 1"
    ),
    rules_mistake("null", "rule-unexpected", "a is null"),
)
TYPES = (
    rules_mistake("a choice with a number", "rule-compare-types", "s > 1"),
    rules_mistake("a choice with a number as a code", "rule-compare-types", "s = 1"),
    rules_mistake("a date with a text", "rule-compare-types", "d = 'today'"),
    rules_mistake("a code of another list", "rule-unknown-code", "s = 'Y'"),
    rules_mistake("yes and no", "rule-compare-types", "given = true", on="ex.given"),
)
FACETS = (
    field_mistake(
        "a range upside down", "range-reversed", "type: integer, range: [9, 0]"
    ),
    field_mistake("a range of a text", "facet-not-allowed", "range: [0, 9]"),
    field_mistake("a range with one end", "range-ends", "type: integer, range: [5]"),
    field_mistake("a range that is a number", "not-a-range", "type: integer, range: 5"),
    field_mistake(
        "a range of dates",
        "rule-wrong-type",
        "type: integer, range: [2024-01-01, null]",
    ),
    field_mistake("a length upside down", "length-reversed", "length: [5, 1]"),
    field_mistake(
        "a length of a number", "facet-not-allowed", "type: integer, length: 5"
    ),
    changed(
        "a window upside down",
        "window-reversed",
        "visits",
        "target: day 7",
        "target: day 7, window: {from: day 9, to: day 5}",
    ),
    changed(
        "a window without a target",
        "window-without-target",
        "visits",
        "{title: Screening",
        "{title: Screening, window: 3 days",
    ),
    changed(
        "a default too large", "default-out-of-range", "x", "default: 3", "default: 30"
    ),
    changed(
        "a default of another kind", "default-refused", "x", "default: 3", "default: x"
    ),
    field_mistake("a pattern that ends early", "pattern-refused", "pattern: '[A-Z'"),
    field_mistake(
        "places beyond all measure",
        "too-many-decimal-places",
        "type: decimal, places: 12",
    ),
    changed("day 0 is no date", "day-zero-not-a-date", "study", "x.d", "x.a"),
    field_mistake(
        "a formula that is required",
        "facet-not-allowed",
        "type: calculated, value: a + b, required: true",
    ),
)
CIRCLES = (
    field_mistake(
        "two fields of a form",
        "cycle",
        "show_when: y = 'Y'",
        "y: {label: Y, type: yes_no, show_when: z is known}",
    ),
    Mistake(
        "two forms", ("cycle",), FIRST_LOG, "more", also=OTHER_LOG, place="more.yaml:4"
    ),
)
SCHEDULE = (
    changed(
        "a mark too few", "schedule-row-length", "visits", "lab: X . . .", "lab: X . ."
    ),
    changed("another mark", "schedule-mark", "visits", "lab: X", "lab: Y"),
    changed(
        "a mark without its condition",
        "conditional-without-condition",
        "visits",
        "lab: X",
        "lab: C",
    ),
    added(
        "a condition without its mark",
        "condition-without-conditional",
        "visits",
        "conditions: {lab: x.a > 1}\n",
    ),
    changed(
        "a form without a row",
        "form-never-scheduled",
        "visits",
        "  fu: . . X .\n",
        "",
        place="fu.yaml:1",
    ),
    changed("a column twice", "column-twice", "visits", "D0 D7 CYC\n", "D0 D0 CYC\n"),
    rules_mistake("a rule at another visit", "rule-not-scheduled", "lab[D0].kg > 1"),
    changed(
        "a visit without forms",
        "visit-without-forms",
        "visits",
        "cyc: . . . X",
        "cyc: X . . .",
        place="visits.yaml:5",
    ),
)
NAMES = (
    added(
        "a reserved form",
        "reserved-name",
        "more",
        "form: audit\ntitle: A\nfields: {v: {label: V}}\n",
    ),
    changed("a key column", "reserved-name", "x", "  c: {", "  subjid: {"),
    changed("a capital", "bad-name", "x", "  c: {", "  Pulse: {"),
    changed("a dash", "bad-name", "x", "  c: {", "  heart-rate: {"),
    changed(
        "a field is renamed",
        "unknown-field",
        "x",
        "  q: {",
        "  q2: {",
        place="rules.yaml:2",
    ),
    changed(
        "a site without its zero",
        "site-not-in-subject",
        "study",
        "'01': Ghent",
        "'9': Ghent",
        place="study.yaml:3",
    ),
)
PLACES = (
    rules_mistake(
        "a visit in quotes", "condition-never-true", "visitid = 'SCREEN' => a > 1"
    ),
    rules_mistake(
        "a site in quotes", "condition-never-true", "siteid in ('401') => a > 1"
    ),
)
HARMLESS = changed("HTML in a label", "", "x", "label: A,", "label: <b>A</b>,")
MECHANICAL = (
    *(*MISSPELT, *TWICE, *LAYOUT, *LANGUAGE, *TYPES, *FACETS),
    *(*CIRCLES, *SCHEDULE, *NAMES, *PLACES, HARMLESS),
)
"""79, of which the last one does no harm: it has no finding."""
