"""Codes that can stand in the data and mean one thing there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms_spec.checks.refusal_text import why_no_value
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.loading.finding_collector import SourceNode
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.model.characters import ascii_lower, first_control, strip_blanks
from forms_spec.model.codes import Codelist

LIKE_A_VALUE: Mapping[str, str] = {
    "decimal": "a number",
    "partial_date": "a date",
    "time": "a time",
    "checkbox": "the value of a checkbox",
}
SEPARATOR = ";"


def check_codes(draft: LoadedStudy) -> Iterator[Finding]:
    """Codes that no cell could hold, and missing codes that could be taken for answers."""
    for codelist, spot in _lists(draft):
        for code in codelist.codes:
            place = _code_spot(spot, code.code).key
            why = _why_not(code.code)
            if why:
                yield finding("bad-code", text=place, code=code.code, why=why)
            if code.code in draft.study.missing:
                yield finding("missing-code-is-answer", text=place, code=code.code)


def check_missing_codes(draft: LoadedStudy) -> Iterator[Finding]:
    """Missing codes that look like a value."""
    study = draft.parts.study
    for code in draft.study.missing:
        assert study is not None
        place = study.at("missing", code).key
        why = _why_not(code)
        if why:
            yield finding("bad-code", text=place, code=code, why=why)

        for type_name, what in LIKE_A_VALUE.items():
            if why_no_value(code, type_name) is None:
                yield finding("missing-code-is-value", text=place, code=code, what=what)
                break


def check_exclusive(draft: LoadedStudy) -> Iterator[Finding]:
    """Exclusive codes where only one answer is given anyway."""
    texts: set[str] = set()
    multiple = {
        id(part.field.codelist)
        for part in draft.fields()
        if part.field.type.name == "multiple_choice"
    }
    for part in draft.fields():
        codelist = part.field.codelist
        if (
            codelist is None
            or part.field.type.name != "choice"
            or codelist.name in texts
        ):
            continue

        if codelist.name in draft.study.codelists and id(codelist) in multiple:
            continue
        texts.add(codelist.name)

        for code in codelist.codes:
            if code.exclusive:
                yield finding(
                    "exclusive-in-single", text=part.field.place, code=code.code
                )


def check_labels(draft: LoadedStudy) -> Iterator[Finding]:
    """Answers that nobody can tell apart: one label for two codes, or a label that is
    another's code.
    """
    for codelist, spot in _lists(draft):
        first: dict[str, str] = {}
        codes = {ascii_lower(code.code): code.code for code in codelist.codes}
        for code in codelist.codes:
            word = ascii_lower(strip_blanks(code.label))
            other = first.setdefault(word, code.code)
            same = codes.get(word, code.code)
            place = _label_place(_code_spot(spot, code.code))
            if other != code.code:
                yield finding(
                    "label-twice",
                    text=place,
                    label=code.label,
                    code=code.code,
                    other=other,
                )
            elif same != code.code:
                yield finding(
                    "label-is-code",
                    text=place,
                    label=code.label,
                    code=code.code,
                    other=same,
                )


def _label_place(spot: SourceNode) -> TextPlace:
    """Where a code's label stands: beside it, or under its key."""
    label = spot.at("label")
    return label.place if label.has else spot.place


def check_synonyms(draft: LoadedStudy) -> Iterator[Finding]:
    """Synonyms that name two answers, or that are a reason for no answer."""
    missing = {ascii_lower(code): code for code in draft.study.missing}
    for codelist, spot in _lists(draft):
        for code in codelist.codes:
            place = _code_spot(spot, code.code)
            for number, synonym in enumerate(code.synonyms):
                word = ascii_lower(strip_blanks(synonym))
                others = [
                    other for other in codelist.by_word[word] if other != code.code
                ]
                if word in missing:
                    others.append(missing[word])
                if others:
                    yield finding(
                        "ambiguous-synonym",
                        text=place.at("synonyms", number).place,
                        synonym=synonym,
                        code=code.code,
                        other=others[0],
                    )


def _lists(draft: LoadedStudy) -> Iterator[tuple[Codelist, SourceNode]]:
    for spot in draft.parts.codelists:
        name = str(spot.path[-1])
        if (
            name in draft.study.codelists
            and draft.study.codelists[name].place == spot.key
        ):
            yield draft.study.codelists[name], spot

    for part in draft.fields():
        codelist = part.field.codelist
        if (
            codelist is not None
            and "codes" in part.keys
            and codelist.name not in draft.study.codelists
        ):
            yield codelist, part.spot.at("codes")

    for part in draft.parts.fields:
        if part.companion_of is not None and part.field.codelist is not None:
            yield (
                part.field.codelist,
                part.spot.at("unit" if part.field.value is None else "comparator"),
            )


def _code_spot(spot: SourceNode, code: str) -> SourceNode:
    data = spot.data
    return (
        spot.at(data.index(code))
        if isinstance(data, list) and code in data
        else spot.at(code)
    )


def _why_not(code: str) -> str | None:
    if not strip_blanks(code):
        return "is blank"
    if strip_blanks(code) != code:
        return "begins or ends with a space"
    if SEPARATOR in code:
        return "contains a semicolon, which separates several codes in one cell"
    if first_control(code, multiline=False):
        return "contains an invisible character"
    return None
