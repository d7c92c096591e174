"""Random studies as text, with everything in them that could go wrong on the way to
REDCap.
"""

from __future__ import annotations

from random import Random

from forms_spec import load_study
from forms_spec.findings.finding import Severity
from forms_spec.model.study import Study

CODES = (
    *(
        ("A", "B", "C"),
        ("1", "2", "3"),
        ("01", "1", "001"),
        ("a-b", "a_b", "A_B"),
        ("L3", "l3", "L-4", "L_4"),
    ),
    *(
        ("-1", "_1", "1"),
        ("a,b", "a_b", "a|b"),
        ("x y", "x_y", "x__y"),
        ("É", "È", "e"),
        ("Y", "N"),
    ),
    ("nd", "unk"),
)
NAMES = (
    *(
        "age",
        "sex",
        "lev",
        "lev___l3",
        "lev___a_b",
        "record_id",
        "redcap_event_name",
        "value_",
        "field_name",
    ),
    *(
        "f1_complete",
        "g1_complete",
        "f1_timestamp",
        "redcap_repeat_instance",
        "weight",
        "q1",
        "q1___1",
    ),
    *("note_", "event", "record", "instance"),
)
VISIT_NAMES = ("SCR", "D0", "V1", "M3", "scr", "v1_arm_1", "x_arm_2", "End")
MOST_DRAWS = 500
LABELS = (
    "Plain",
    "With | a bar",
    "With, a comma",
    'It\'s "quoted"',
    "Größe",
    "Two  blanks",
    "A/B",
)


class RandomStudy:
    """One study after another from a seed; each has a home for its rules, ``f1``."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def study(self) -> tuple[dict[str, str], Study]:
        """A study that can be used, and its text: dictionaries that the checks refuse
        are drawn again.
        """
        for _ in range(MOST_DRAWS):
            files = self.files()
            loaded = load_study(files)
            refused = [one for one in loaded.findings if one.severity is Severity.ERROR]
            if loaded.study is not None and not refused:
                return files, loaded.study
        raise AssertionError(
            f"no study can be used: {[one.message for one in refused]}"
        )

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def files(self) -> dict[str, str]:
        pick = self.random
        missing = pick.choice(
            ("", "missing: {ND: Not done, UNK: {label: Unknown, redcap: '-99'}}\n")
        )
        subject = "subject: {pattern: '[0-9]{2}-[0-9]{3}', example: 01-001}\n"
        sites = pick.choice(("", "sites: {'01': Ghent, '02': Leuven}\n"))
        order = pick.choice(("", "date_order: dmy\n"))
        visits = pick.sample(VISIT_NAMES, pick.randint(1, 3))
        repeats = {visit for visit in visits[1:] if self.chance(0.3)} | (
            {visits[0]} if self.chance(0.05) else set()
        )
        forms = [
            self.form(number, bool(missing)) for number in range(1, pick.randint(2, 4))
        ]
        lines = [
            (
                f"  {visit}: {{title: "
                f"{visit}{', type: unscheduled, repeats: true' if visit in repeats else ''}}}"
            )
            for visit in visits
        ]
        schedule = [
            (
                f"  f{number}: "
                f"{' '.join('X' if number == 1 or self.chance(0.7) else '.' for _ in visits)}"
            )
            for number, text in enumerate(forms, 1)
            if "log: true" not in text
        ]
        return {
            "study.yaml": (
                f"study: R-1\ntitle: Random\n{subject}{missing}{sites}{order}"
            ),
            "visits.yaml": "\n".join(
                [
                    "visits:",
                    *lines,
                    "schedule:",
                    f"  columns: {' '.join(visits)}",
                    *schedule,
                    "",
                ]
            ),
            **{f"f{number}.yaml": text for number, text in enumerate(forms, 1)},
        }

    def form(self, number: int, missing: bool) -> str:
        """Own fields, rows or both; the first form has the fields that rules ask."""
        pick = self.random
        name = f"f{number}"
        log = number > 1 and self.chance(0.3)
        head = f"form: {name}\ntitle: Form {number}\n{'log: true' if log else ''}\n"
        head += "missing: all\n" if missing and self.chance(0.6) else ""
        names = pick.sample(NAMES, len(NAMES))
        own = number == 1 or self.chance(0.7)
        lines: list[str] = []
        if own:
            lines = ["fields:", *(self.asking() if number == 1 else ())]
            lines += [
                self.field(names.pop(), log or number == 1, "  ")
                for _ in range(pick.randint(1, 5))
            ]
        if not own or self.chance(0.4):
            lines.append("groups:")
            for at in range(1, pick.randint(2, 3)):
                table = (
                    f"g{number}{at if at > 1 else ''}"
                    if own or at > 1 or self.chance(0.5)
                    else name
                )
                lines += [
                    f"  {table}:",
                    "    title: Rows",
                    "    rows: {max: 9}",
                    "    fields:",
                ]
                lines += [
                    self.field(names.pop(), True, "      ")
                    for _ in range(pick.randint(1, 3))
                ]
        return head + "\n".join(lines) + "\n"

    def asking(self) -> list[str]:
        """The sources of all rules, and some rules over them."""
        pick = self.random
        lines = [
            "  n: {label: N, type: integer}", "  m: {label: M, type: integer}", "  t: {label: T}",
            "  a: {label: A, type: yes_no}", "  d: {label: D, type: date}",
            "  c: {label: C, type: multiple_choice, codes: [P, Q, R]}",
        ]  # fmt: skip
        lines += [
            f"  s{at}: {{label: S, show_when: {_quoted(self.rule())}}}"
            for at in range(pick.randint(1, 3))
        ]
        lines += [
            (
                f"  v{at}: {{label: V, type: calculated, gives: {gives}, value: "
                f"{_quoted(pick.choice(texts))}}}"
            )
            for at in range(pick.randint(0, 2))
            for gives, texts in (pick.choice(list(_FORMULAS.items())),)
        ]
        return lines

    def rule(self, table: str = "") -> str:
        """A condition over the first form's fields."""
        rule = self.random.choice(_RULES)
        if self.chance(0.3):
            rule = (
                f"{rule} {self.random.choice(('and', 'or'))} "
                f"{self.random.choice(_RULES)}"
            )
        rule = f"not ({rule})" if self.chance(0.3) else rule
        if table:
            for name in "nmtadc":
                rule = rule.replace(f"@{name}", f"{table}.{name}")
        return rule.replace("@", "")

    def field(self, name: str, alone: bool, indent: str) -> str:
        pick = self.random
        shown = (
            ""
            if alone or self.chance(0.7)
            else f", show_when: {_quoted(self.rule('f1'))}"
        )
        return (
            f"{indent}{name}: {{label: {_quoted(pick.choice(LABELS))}, "
            f"{self.type()}{shown}}}"
        )

    def type(self) -> str:
        pick = self.random
        codes = pick.choice(CODES)
        listed = ", ".join(
            f"{_quoted(code)}: {_quoted(pick.choice(LABELS))}" for code in codes
        )
        return pick.choice(
            [
                *_TYPES,
                *(
                    f"type: {type_}, codes: {{{listed}}}"
                    for type_ in ("choice", "multiple_choice", "multiple_choice")
                ),
            ]
        )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


_TYPES = _lines("""
    type: text
    type: long_text
    type: text, length: 9
    type: integer
    type: integer, range: [0, 9]
    type: integer, unit: kg
    type: decimal
    type: decimal, places: 1
    type: decimal, places: 2
    type: decimal, places: 5
    type: decimal, unit: {C: {}, F: {to: C, as: (value - 32) * 5 / 9}}
    type: date
    type: time
    type: time, seconds: true
    type: datetime
    type: datetime, seconds: true
    type: partial_date
    type: yes_no
    type: checkbox
    type: scale, range: [0, 10]
    type: vas, places: 0, range: [0, 100]
    type: calculated, gives: text, value: subjid
""")
_RULES = _lines("""
    @n > 3
    @n = @m
    @a = 'Y'
    @a <> 'Y'
    @a is not 'Y'
    @c has 'P'
    @c has any ('P', 'Q')
    @c within ('P', 'Q')
    @n + @m <> 4
    length(@t) <> 1
    contains(@t, 'a')
    concat(@t, 'x') = 'ax'
    upper(@t) <> 'A'
    @n is known
    @n is not known
    @n between 1 and @m
    (@n > 3) is not true
    @n in (1, 2, 3)
    coalesce(@n, 0) = 0
    @d > 2024-03-01
    @d < today
    days_between(@d, today) > 9
""")
_FORMULAS = {
    "decimal": _lines("""
        n + m
        n / m
        length(t)
        sum_known(n, m)
        max(n, m)
        days_between(d, today)
        case when n > 3 then 1 else 0 end
        case when c has 'P' then 1 else 0 end
    """),
    "text": _lines("""
        upper(t)
        concat(t, '-')
        coalesce(t, 'none')
        case when n > 3 then 'high' else 'low' end
    """),
    "date": _lines("""
        d
        add_days(d, 7)
        case when a = 'Y' then d end
    """),
}
