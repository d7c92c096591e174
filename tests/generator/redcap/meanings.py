"""A rule taken to REDCap and back, judged with every combination of blank, missing and
answered sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from forms_spec.evaluation import CellState
from forms_spec.model.study import Study
from generator.redcap.convert import convert_redcap
from generator.redcap.reading.events import EventFiles
from generator.redcap.write_dictionary import write_redcap
from tests.generator.redcap.dictionaries import judged
from tests.studies import study_of

MISSING = "ND, Not done | UNK, Unknown"
SOURCES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    # the keys of a field, and its answers
    "n": ("type: integer", ("0", "3", "4")),
    "m": ("type: integer", ("0", "3")),
    "x": ("type: decimal", ("-1.5", "4.0")),
    "a": ("type: yes_no", ("Y", "N")),
    "b": ("type: yes_no", ("Y", "N")),
    "e": (
        (
            "type: choice, codes: {A: {label: One, number: 1}, B: {label: Two, "
            "number: 2.5}, C: None}"
        ),
        ("A", "B", "C"),
    ),
    "g": ("type: choice, codes: {'01': One, '2': Two}", ("01", "2")),
    "t": ("type: text", ("a", "7", "Ab")),
    "u": ("type: text", ("a", "07")),
    "c": ("type: multiple_choice, codes: [P, Q, R]", ("P", "Q", "P;Q", "Q;R")),
    "d": ("type: date", ("2024-02-29", "2024-05-31")),
    "f": ("type: date", ("2024-02-29", "2023-01-01")),
    "s": ("type: datetime", ("2024-02-29T00:00", "2024-02-29T09:30")),
    "h": ("type: time", ("09:30", "23:59")),
    "k": ("type: time", ("09:30",)),
    "q": ("type: checkbox", ("true", "false")),
    "w": (
        "type: decimal, unit: {C: {}, F: {to: C, as: (value - 32) * 5 / 9}}",
        ("38", "100.4"),
    ),
    "p": ("type: partial_date", ("2024", "2024-02-29")),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """What an expression gives here and there with some answers."""

    expression: str
    written: str
    answers: Mapping[str, str]
    here: str
    there: str


def sources_of(expression: str) -> tuple[str, ...]:
    words = set(re.findall(r"\b[a-z]\b", re.sub(r"'[^']*'", "''", expression)))
    return tuple(name for name in SOURCES if name in words)


def differences(
    conditions: Sequence[str],
    formulas: Sequence[tuple[str, str]],
    *,
    missing: bool,
    named: bool = True,
) -> tuple[list[Difference], list[str]]:
    """Where a rule means something else after the way there and back, and the rules
    that are listed.

    ``formulas`` are pairs of what one gives and the expression. ``missing``: the
    sources may hold a code of missing data; ``named``: the project of REDCap says that
    it has such codes.
    """
    groups: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for gives, text in [*(("", one) for one in conditions), *formulas]:
        groups.setdefault(sources_of(text), []).append((gives, text))
    found: list[Difference] = []
    listed: list[str] = []
    for sources, asked in groups.items():
        found += _compared(sources, asked, listed, missing=missing, named=named)
    return found, listed


def _compared(
    sources: tuple[str, ...],
    asked: list[tuple[str, str]],
    listed: list[str],
    *,
    missing: bool,
    named: bool,
) -> Iterator[Difference]:
    files = _files(sources, asked, missing=missing)
    here = study_of(files)
    there, written, lost = _taken_there_and_back(files, named=missing and named)
    kept = [at for at in range(len(asked)) if f"z{at}" not in lost]
    listed += [asked[at][1] for at in range(len(asked)) if at not in kept]
    for answers in _combinations(sources, missing=missing):
        first, second = judged(here, answers), judged(there, _as_redcap(answers))
        for at in kept:
            name = f"z{at}"
            one, other = (
                _said(cells[name], bool(asked[at][0])) for cells in (first, second)
            )
            if one != other:
                yield Difference(
                    expression=asked[at][1],
                    written=written[name],
                    answers=answers,
                    here=one,
                    there=other,
                )


def _files(
    sources: tuple[str, ...], asked: list[tuple[str, str]], *, missing: bool
) -> dict[str, str]:
    lines = [
        f"  {name}: {{label: {name}, {SOURCES[name][0]}}}" for name in sources or ("n",)
    ]
    for at, (gives, text) in enumerate(asked):
        keys = f"type: calculated, gives: {gives}, value" if gives else "show_when"
        lines.append(f"  z{at}: {{label: z{at}, {keys}: {_quoted(text)}}}")
    codes = "missing: {ND: Not done, UNK: Unknown}\n" if missing else ""
    form = "missing: all\n" if missing else ""
    return {
        "study.yaml": (
            f"study: S\ntitle: S\nsubject: {{pattern: '[0-9]+', example: '1'}}\n{codes}"
        ),
        "f.yaml": f"form: base\ntitle: Base\n{form}fields:\n" + "\n".join(lines),
        "visits.yaml": "visits: {V: {title: Visit}}\nschedule: {columns: V, base: X}\n",
    }


def taken(expression: str) -> str:
    """A condition, or the formula of a text, as REDCap has it."""
    gives = "text" if expression.startswith(("case", "concat")) else ""
    files = _files(sources_of(expression), [(gives, expression)], missing=False)
    return _taken_there_and_back(files, named=False)[1]["z0"]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _taken_there_and_back(
    files: Mapping[str, str], *, named: bool
) -> tuple[Study, Mapping[str, str], set[str]]:
    """The study that comes back, the logic in REDCap by field, and the fields that are
    listed.
    """
    out = write_redcap(files, {})
    assert out.content is not None, out.findings
    lists = {name: (name, content) for name, content in out.lists.items()}
    back = convert_redcap(
        "d.csv", out.content, EventFiles(**lists), missing=MISSING if named else ""
    )
    written = {
        item.name: f"{item.branching}{item.choices}{item.annotation}"
        for item in back.items
    }
    lost = {
        one.field
        for one in out.losses
        if not one.harmless and one.kind not in ("missing", "unit", "number")
    }
    return study_of(dict(back.files)), written, lost


def _combinations(
    sources: tuple[str, ...], *, missing: bool
) -> Iterator[dict[str, str]]:
    codes = ("ND", "UNK") if missing else ()
    units = [("wu", ("", "C", "F"))] if "w" in sources else []
    answers = [*((name, ("", *codes, *SOURCES[name][1])) for name in sources), *units]
    for chosen in product(*(texts for _, texts in answers)):
        yield {
            name: text for (name, _), text in zip(answers, chosen, strict=True) if text
        }


def _as_redcap(answers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: {"true": "1", "false": "0"}.get(text, text)
        for name, text in answers.items()
    }


def _said(cell: object, value: bool) -> str:
    if value:
        return cell.text if cell.state is not CellState.HIDDEN else "hidden"  # type: ignore[attr-defined, no-any-return]
    return "shown" if cell.shown is True else "hidden"  # type: ignore[attr-defined]
