"""What is asked of a form to be completed when a condition, a limit or a rule cannot be
told.

A small study, and cases: what was typed into ``lab`` (and what is known from the form
``dm`` before it), and what each judge says of it, the server's and the page's.
"""

from __future__ import annotations

from datetime import date

from forms_spec.model.captured_data import Context, FormKey, Record, Row
from tests.parity.rule_engines import Shelf

STUDY = {
    "study.yaml": """
study: TOLD-01
title: Told
short: Told
date_order: dmy
subject: {pattern: '\\d{2}-\\d{3}', example: 01-001}
sites: {'01': Ghent}
missing: {ND: Not done, UNK: Unknown, PND: {label: Result pending, draft_only: true}}
""",
    "visits.yaml": """
visits: {V1: {title: One}, V2: {title: Two}}
schedule:
  columns: V1 V2
  dm:      X  .
  lab:     X  X
""",
    "dm.yaml": """
form: dm
title: Person
fields:
  sex: {label: Sex, type: choice, codes: {F: Female, M: Male}}
  born: {label: Born, type: partial_date}
""",
    "lab.yaml": """
form: lab
title: Laboratory
missing: [ND, UNK, PND]
fields:
  taken: {label: Was blood taken?, type: yes_no, required: true, missing: []}
  day: {label: Date, type: partial_date, show_when: taken = 'Y', range: [dm.born, today]}
  fasting: {label: Fasting?, type: yes_no}
  hours: {label: For how many hours?, type: integer, required: true, show_when: fasting = 'Y'}
  glucose: {label: Glucose, type: integer, show_when: taken = 'Y', range: '(0, high]', expected: [low, null]}
  low: {label: Usual lowest, type: integer}
  high: {label: Usual highest, type: integer}
  excess: {label: Above the usual, type: calculated, gives: integer, value: glucose - high}
  why: {label: Why so high?, length: 100, required: excess > 0}
  since: {label: Since when?, type: partial_date, required: fasting = 'N' and day >= 2024-03-01}
  test: {label: Pregnancy test, type: yes_no, show_when: dm.sex = 'F', required: true}
  result: {label: Its result, type: choice, codes: [POS, NEG], required: test = 'Y'}
  note: {label: Note, length: 100, required: result = 'POS'}
  weight: {label: Weight, type: decimal, places: 1, unit: {kg: {}, lb: {to: kg, as: value * 0.45}}}
  heavy: {label: Why so heavy?, length: 100, required: "in_unit(weight, 'kg') > 150"}
  first_blue:
    label: Why is the first whole tube blue?
    length: 100
    required: case when fasting = 'N' then first(tubes.kind where broken = 'N') = 'BLUE' else false end
  left: {label: Left hurts?, type: yes_no, required: right = 'Y'}
  right: {label: Right hurts?, type: yes_no, required: left = 'Y'}
groups:
  tubes:
    title: Tubes
    show_when: fasting = 'N'
    rows: {min: 1, max: 3}
    fields:
      kind: {label: Kind, type: choice, codes: [RED, BLUE], required: true}
      broken: {label: Broken?, type: yes_no}
      how: {label: How?, length: 100, required: broken = 'Y'}
  halves:
    title: Halves
    show_when: any(tubes where broken = 'Y')
    rows: {fixed: [side]}
    fields:
      side: {label: Side, type: choice, codes: [LEFT, RIGHT]}
""",
    "rules.yaml": """
rules:
  R1: {message: Fasting glucose is below 126., when: fasting = 'Y', assert: glucose < 126, severity: query,
       on: [lab.glucose], unknown: true}
  R2: {message: A woman has a test., when: dm.sex = 'F', assert: test = 'Y', severity: query, on: [lab.taken],
       unknown: true}
  R3: {message: What is broken is blue., when: broken = 'Y', assert: kind = 'BLUE', severity: query,
       on: [tubes.kind], unknown: true}
""",
}

WELL = (
    "taken Y; day 2024-03-01; fasting Y; hours 8; glucose 90; low 70; high 99; weight "
    "80; weightu kg; "
    "left N; right N"
)
A_MAN = "sex M; born 1990"
TUBE = "kind RED; broken N"

CASES: dict[str, tuple[str, str, tuple[str, ...], set[str]]] = {
    # what is told: (dm, what is typed otherwise than of somebody well, tubes, findings)
    "everything is told": (A_MAN, "", (), set()),
    "an optional question is blank, and it decides whether another is asked": (
        *(A_MAN, "fasting ; hours ", ()),
        {
            "first_blue required-unknown",
            "hours required-unknown",
            "since required-unknown",
            "tubes rows-unknown",
        },
    ),
    "it is not done, and so still nobody knows": (
        *(A_MAN, "fasting ND; hours ", ()),
        {
            "first_blue required-unknown",
            "hours required-unknown",
            "since required-unknown",
            "tubes rows-unknown",
        },
    ),
    "a result that is pending is refused by itself": (
        *(A_MAN, "fasting PND; hours ", ()),
        {"fasting missing-draft-only"},
    ),
    "an answer that is none is refused by itself": (
        *(A_MAN, "fasting perhaps; hours ", ()),
        {"fasting unknown-choice"},
    ),
    "a required question that is blank is asked for by itself": (
        *(A_MAN, "taken ; day ; glucose ", ()),
        {"taken required-blank", "glucose rule-untold"},
    ),
    "what is not asked is lacking nowhere but in the rule that says so": (
        *(A_MAN, "taken N; day ; glucose ", ()),
        {"glucose rule-untold"},
    ),
    "nobody knows whether the rule applies that the answer breaks": (
        *(A_MAN, "fasting ND; hours ; glucose 130; high 140", ()),
        {
            "first_blue required-unknown",
            "hours required-unknown",
            "since required-unknown",
            "tubes rows-unknown",
            "glucose rule-untold",
        },
    ),
    "whether that rule applies is asked already": (
        *(A_MAN, "fasting PND; hours ; glucose 130; high 140", ()),
        {"fasting missing-draft-only"},
    ),
    "a limit is blank, and the value may be beyond it": (
        *(A_MAN, "high ", ()),
        {"glucose above-range-unknown", "why required-unknown"},
    ),
    "a limit is unknown, and what is usual is as well": (
        *(A_MAN, "high UNK; low UNK", ()),
        {
            "glucose above-range-unknown",
            "glucose below-expected-unknown",
            "why required-unknown",
        },
    ),
    "a limit is no number": (A_MAN, "high 9x", (), {"high not-an-integer"}),
    "the value passes one limit, whatever the other is": (
        *(A_MAN, "glucose 0; high ", ()),
        {"glucose below-range", "why required-unknown"},
    ),
    "the limit stands in a form that nobody filled in": (
        *("", "", ()),
        {"day below-range-unknown", "test required-unknown", "taken rule-untold"},
    ),
    "a formula lacks an answer that may be blank": (
        *(A_MAN, "glucose ", ()),
        {"why required-unknown", "glucose rule-untold"},
    ),
    "a date is too imprecise to tell": (
        *(A_MAN, "fasting N; hours ; day 2024", (TUBE,)),
        {"since required-unknown"},
    ),
    "a question that is asked about already answers for those that hang on it": (
        *("sex F", "test Y; result ; day ", ()),
        {"result required-blank"},
    ),
    "nobody knows whether there is a test, so neither of its result": (
        *("born 1990", "", ()),
        {"test required-unknown", "taken rule-untold"},
    ),
    "a weight without its unit is refused by itself": (
        *(A_MAN, "weightu ", ()),
        {"weight unit-missing"},
    ),
    "a weight may be blank, and nobody knows whether it is high": (
        *(A_MAN, "weight ; weightu ", ()),
        {"heavy required-unknown"},
    ),
    "two questions that hang on each other are asked about once": (
        *(A_MAN, "left ; right ", ()),
        {"left required-unknown"},
    ),
    "one of them answers for the other": (A_MAN, "left ; right N", (), set()),
    "each row is asked about alone": (
        *(A_MAN, "fasting N; hours ; since 2024", (TUBE, "kind RED")),
        {
            "tubes[2].how required-unknown",
            "tubes[2].kind rule-untold",
            "halves rows-unknown",
        },
    ),
    "a row holds whatever another says": (
        *(
            A_MAN,
            "fasting N; hours ; since 2024",
            ("kind BLUE; broken Y; how fell", "kind BLUE"),
        ),
        {
            "first_blue required-unknown",
            "tubes[2].how required-unknown",
            "halves row-missing",
        },
    ),
    "a rule that holds anyway needs not be told whether it applies": (
        *(A_MAN, "fasting N; hours ; since 2024", ("kind BLUE; broken ND; how fell",)),
        {"first_blue required-unknown", "halves rows-unknown"},
    ),
}


def texts(said: str) -> dict[str, str]:
    """``day 2024-03-01; fasting Y`` as texts by field; a field without a text is blank."""
    pairs = (one.strip().partition(" ") for one in said.split(";") if one.strip())
    return {field: text for field, _, text in pairs}


def record_of(typed: str, tubes: tuple[str, ...]) -> Record:
    rows = tuple(
        Row(number=number, texts=texts(one)) for number, one in enumerate(tubes, 1)
    )
    return Record(texts={**texts(WELL), **texts(typed)}, rows={"tubes": rows})


def context_of(person: str) -> Context:
    held = {FormKey("dm", "V1", 0): Record(texts=texts(person))} if person else {}
    return Context(
        today=date(2024, 5, 31), subject="01-001", visit="V1", casebook=Shelf(held)
    )
