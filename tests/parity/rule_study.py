"""A study with a field of every kind, and random subjects of it, for rules in all back
ends.
"""

from __future__ import annotations

from functools import cache
from random import Random

from forms_spec.model.captured_data import LOG, FormKey, Record, Row
from forms_spec.model.study import Study
from tests.studies import study_of

_FIELDS = """
  {0}n: {{label: Number, type: integer}}
  {0}x: {{label: Decimal, type: decimal, places: 9}}
  {0}t: {{label: Text}}
  {0}b: {{label: Tick, type: checkbox}}
  {0}y: {{label: Yes or no, type: yes_no}}
  {0}c: {{label: Choice, type: choice, codes: LETTERS}}
  {0}m: {{label: Choices, type: multiple_choice, codes: LETTERS}}
  {0}d: {{label: Date, type: date}}
  {0}p: {{label: Partial date, type: partial_date}}
  {0}h: {{label: Time, type: time}}
  {0}s: {{label: Moment, type: datetime}}
  {0}o: {{label: Duration, type: duration, range: [1 second, 5 years]}}
"""


def _form(
    name: str, own: str, rows: str, head: str = "", asked: str = "rows: {}"
) -> str:
    """A form with a field of every kind, alone and in rows; ``asked`` says which rows
    it expects.
    """
    fields = _FIELDS.format(own)
    in_rows = "".join(f"    {line}\n" for line in _FIELDS.format(rows).splitlines())
    return (
        f"form: {name}\ntitle: Form {name}\n{head}missing: [ND, UNK]\nfields:{fields}"
        f"groups:\n  {rows}:\n    title: Rows {rows}\n    {asked}\n    fields:{in_rows}"
    )


_FILES = {
    "study.yaml": """
study: RULES-01
title: Rules
short: Rules
date_order: dmy
subject: {pattern: '\\d{2}-\\d{3}', example: 01-001}
sites: {'01': Ghent, '02': Leuven, '03': Liege}
missing: {ND: Not done, UNK: Unknown}
parameters:
  limit: 40
  half: {value: 0.5, sites: {'02': 2.5}}
  months: 3
  cut: {value: 2024-02-29, kind: date, sites: {'02': 2023-12-31}}
tables:
  grid:
    keys:
      word: {}
      size: {type: number, from: low, below: high}
      day: {type: date, above: since, to: until}
    columns: {name: text, number: number}
""",
    "tables/grid.csv": """word,low,high,since,until,name,number
a,,0,,,"under, a",-1
a,0,40,,2024-02-29,a,1
A,0,,2023-12-31,,,2.5
,2,102.4,,,any,
,,,2024-01-31,,late,3
""",
    "codelists.yaml": """
codelists:
  LETTERS: {A: {label: Letter A, number: 1}, B: {label: Letter B, number: 2.5}, C: Letter C, 'É': Accent}
""",
    "visits.yaml": """
visits: {V1: {title: One}, V2: {title: Two}, V3: {title: Three}}
schedule:
  columns: V1 V2 V3
  home:    X  X  X
  far:     X  .  X
  extra:   C  o  .
conditions:
  extra:
    V1: far.fy = 'Y' and (home.ac <> 'B' or diary.lb or begun(home[V3])) and visitid <> 'V3'
""",
    "home.yaml": _form(
        "home", "a", "r", asked="rows: {}\n    show_when: ay <> 'N'"
    ).replace(
        "  an:",
        "  au: {label: Temperature, type: decimal, places: 1, lab_test: temp,"
        " unit: {C: {label: C}, F: {label: F, to: C, as: (value - 32) * 5 / 9}}}\n"
        "  av: {label: Ferritin, type: decimal, comparator: ['<', '>'], lab_test: "
        "ferritin,"
        " unit: {ng: {label: ng}, ug: {label: ug, to: ng, as: value * 1000}}}\n"
        "  aw: {label: CRP, type: decimal, comparator: ['<', '<=', '>', '>='], range: "
        "[0, 500]}\n"
        "  ak: {label: Calculated, type: calculated, places: 3, value: ax / an}\n  an:",
        1,
    ),
    "far.yaml": _form("far", "f", "q", asked="rows: {min: 1}").replace(
        "  fn:", "  fk: {label: Calculated, type: calculated, value: fx * fn}\n  fn:", 1
    ),
    "extra.yaml": _form("extra", "x", "z"),
    "log.yaml": _form("diary", "l", "e", "log: true\n"),
    "ranges.yaml": """
reference_ranges:
  lab: ac
  columns: [lab, test, low, high, unit]
  rows:
    - [A, temp, 36, 37.5, C]
    - [B, temp, 98, 100.4, F]
    - [null, temp, null, 38, C]
    - [A, ferritin, 0.02, 0.3, ug]
    - [null, ferritin, 20, 300, ng]
""",
    "rules.yaml": """
derivations:
  anchor: coalesce(far[V1].fd, $cut)
  both(left, right): left = 'A' and right <> 'B'
""",
}

POOL = {
    "n": ["0", "1", "-1", "2", "7", "40", "999999999999999", "-999999999999999"],
    "x": [
        "0",
        "0.5",
        "-0.5",
        "2.5",
        "2.675",
        "0.000000001",
        "999999999999999.999999999",
        "40",
        "102.4",
        "1.005",
    ],
    "t": ["a", "b", "ab", "Z", "é", "\U0001f600", "\ue000", "\uffee", "A", "10", "9"],
    "b": ["true", "false"],
    "y": ["Y", "N"],
    "c": ["A", "B", "C", "É"],
    "m": ["A", "B", "A;B", "B;C", "A;B;C;É", "É"],
    "d": [
        "2024-02-29",
        "2024-03-01",
        "2023-02-28",
        "2024-01-31",
        "2000-02-29",
        "9999-12-31",
        "1000-01-01",
    ],
    "p": ["2024", "2024-02", "2024-02-29", "2023", "1999-12", "2024-05-31", "2024-03"],
    "h": ["00:00", "09:30", "23:59", "12:00"],
    "s": [
        "2024-02-29T09:30",
        "2024-02-29T23:59",
        "2023-12-31T00:00",
        "1000-01-01T00:00",
    ],
    "o": ["PT0S", "PT90M", "P1D", "PT24H", "P30D", "P1M", "P12M", "P1Y", "P9Y2M10DT5S"],
    "u": ["38.0", "100.4", "98.6", "98", "37.5", "36"],
    "v": ["0.02", "<0.02", "20", ">300", "300", "0.31"],
    "w": [
        "0.3",
        "<0.3",
        "<=0.3",
        ">40",
        ">=40",
        "<-1",
        "2",
        "40",
        "<0.00000001",
        ">999999999999999",
    ],
}


@cache
def rule_study() -> Study:
    return study_of(_FILES)


def random_subject(random: Random) -> dict[FormKey, Record]:
    """Forms of one subject: often blank, sometimes missing with a reason, sometimes
    wrong; 0 to 4 rows.
    """
    found = {FormKey("home", "V2", 0): _record(random, "a", "r")}
    for key, own, rows in (
        (FormKey("home", "V1", 0), "a", "r"),
        (FormKey("home", "V3", 0), "a", "r"),
        (FormKey("far", "V1", 0), "f", "q"),
        (FormKey("far", "V3", 0), "f", "q"),
        (FormKey("diary", LOG, 0), "l", "e"),
        (FormKey("extra", "V1", 0), "x", "z"),
        (FormKey("extra", "V2", 0), "x", "z"),
    ):
        # Whether it is expected matters as long as nobody began it.
        if random.random() < (0.2 if key.form == "extra" else 0.7):
            found[key] = _record(random, own, rows)
    return found


def _record(random: Random, own: str, rows: str) -> Record:
    count = random.choice((0, 0, 1, 2, 4))
    texts = _texts(random, own)
    if own == "a":
        texts |= {
            "au": random.choice([*POOL["u"], ""]),
            "auu": random.choice(["C", "F", ""]),
        }
        texts |= {
            "av": random.choice([*POOL["v"], ""]),
            "avu": random.choice(["ng", "ug", ""]),
        }
        texts["aw"] = random.choice([*POOL["w"], "", "ND", "<x"])
    numbers = sorted(random.sample(range(1, 9), count))
    return Record(
        texts=texts,
        rows={
            rows: tuple(
                Row(number=number, texts=_texts(random, rows)) for number in numbers
            )
        },
    )


def _texts(random: Random, prefix: str) -> dict[str, str]:
    found = {}
    for kind in "nxtbycmdphs":
        chance = random.random()
        if chance < 0.7:
            found[prefix + kind] = random.choice(POOL[kind])
        elif chance < 0.8:
            found[prefix + kind] = random.choice(["ND", "UNK"])
        elif chance < 0.85:
            found[prefix + kind] = "\x01?"
    return found
