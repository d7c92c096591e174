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
from forms_spec.model.codes import Code, Codelist

LIKE_A_VALUE: Mapping[str, str] = {
    "decimal": "a number",
    "partial_date": "a date",
    "time": "a time",
    "checkbox": "the value of a checkbox",
}
SEPARATOR = ";"


def check_codes(loaded: LoadedStudy) -> Iterator[Finding]:
    """Codes that no cell could hold, and missing codes that could be taken for answers."""
    for codelist, spot in _codelists(loaded):
        for code in codelist.codes:
            yield from _code_faults(code.code, spot, loaded)


def check_missing_codes(loaded: LoadedStudy) -> Iterator[Finding]:
    """Missing codes that look like a value."""
    study = loaded.parts.study
    for code in loaded.study.missing:
        assert study is not None
        place = study.at("missing", code).key
        why = _why_no_code(code)

        if why:
            yield finding(
                "bad-code",
                text=place,
                code=code,
                why=why,
            )

        value = _value_like(code)
        if value:
            yield finding(
                "missing-code-is-value",
                text=place,
                code=code,
                what=value,
            )


def _value_like(code: str) -> str | None:
    """The first sort of value that a code would be read as."""
    for type_name, what in LIKE_A_VALUE.items():
        if why_no_value(code, type_name) is None:
            return what

    return None


def _code_faults(code: str, spot: SourceNode, loaded: LoadedStudy) -> Iterator[Finding]:
    place = _code_spot(spot, code).key
    why = _why_no_code(code)
    if why:
        yield finding("bad-code", text=place, code=code, why=why)

    # A cell with it could be an answer or a reason why there is none.
    if code in loaded.study.missing:
        yield finding("missing-code-is-answer", text=place, code=code)


def _why_no_code(code: str) -> str | None:
    stripped = strip_blanks(code)
    if not stripped:
        return "is blank"
    if stripped != code:
        return "begins or ends with a space"
    if SEPARATOR in code:
        return "contains a semicolon, which separates several codes in one cell"
    if first_control(code, multiline=False):
        return "contains an invisible character"

    return None


def check_exclusive(loaded: LoadedStudy) -> Iterator[Finding]:
    """Exclusive codes where only one answer is given anyway."""
    multiple = _of_multiple_choices(loaded)
    reported: set[str] = set()

    for part in loaded.fields():
        field = part.field
        codelist = field.codelist
        if codelist is None or field.type.name != "choice":
            continue
        if codelist.name in reported or id(codelist) in multiple:
            continue

        reported.add(codelist.name)
        yield from _exclusive_codes(codelist, field.place)


def _of_multiple_choices(loaded: LoadedStudy) -> set[int]:
    """The identities of the codelists of multiple choices."""
    # A named codelist may serve a multiple choice too, where ``exclusive`` has its use.
    # All its fields share one object; a list in place belongs to a single field.
    fields = [part.field for part in loaded.fields()]
    return {
        id(field.codelist) for field in fields if field.type.name == "multiple_choice"
    }


def _exclusive_codes(codelist: Codelist, place: TextPlace) -> Iterator[Finding]:
    """A finding for each code that excludes the others, at the field that offers it."""
    exclusive = [code for code in codelist.codes if code.exclusive]
    for code in exclusive:
        yield finding("exclusive-in-single", text=place, code=code.code)


def check_labels(loaded: LoadedStudy) -> Iterator[Finding]:
    """Answers that nobody can tell apart: one label for two codes, or a label that is
    another's code.
    """
    for codelist, spot in _codelists(loaded):
        first_with: dict[str, str] = {}
        codes = {ascii_lower(code.code): code.code for code in codelist.codes}

        for code in codelist.codes:
            word = ascii_lower(strip_blanks(code.label))
            labelled = first_with.setdefault(word, code.code)
            named = codes.get(word, code.code)

            if labelled != code.code:
                problem, other = "label-twice", labelled
            elif named != code.code:
                problem, other = "label-is-code", named
            else:
                continue

            yield finding(
                problem,
                text=_code_spot(spot, code.code).at_or_self("label").place,
                label=code.label,
                code=code.code,
                other=other,
            )


def check_synonyms(loaded: LoadedStudy) -> Iterator[Finding]:
    """Synonyms that name two answers, or that are a reason for no answer."""
    missing = {ascii_lower(code): code for code in loaded.study.missing}
    for codelist, spot in _codelists(loaded):
        for code in codelist.codes:
            yield from _ambiguous_synonyms(codelist, code, missing, spot)


def _ambiguous_synonyms(
    codelist: Codelist, code: Code, missing: Mapping[str, str], spot: SourceNode
) -> Iterator[Finding]:
    """The synonyms of a code that mean something else, too.

    ``missing`` are the missing codes by their words in lower case.
    """
    place = _code_spot(spot, code.code)
    for index, synonym in enumerate(code.synonyms):
        word = ascii_lower(strip_blanks(synonym))

        # The code itself is among the meanings of its own synonym.
        others = [other for other in codelist.by_word[word] if other != code.code]
        if word in missing:
            others.append(missing[word])

        if others:
            yield finding(
                "ambiguous-synonym",
                text=place.at("synonyms", index).place,
                synonym=synonym,
                code=code.code,
                other=others[0],
            )


def _codelists(loaded: LoadedStudy) -> Iterator[tuple[Codelist, SourceNode]]:
    """Every codelist with its text: named ones, those in place, those of companions."""
    yield from _named_codelists(loaded)
    yield from _codelists_in_place(loaded)
    yield from _codelists_of_companions(loaded)


def _named_codelists(loaded: LoadedStudy) -> Iterator[tuple[Codelist, SourceNode]]:
    named = loaded.study.codelists
    for spot in loaded.parts.codelists:
        name = str(spot.path[-1])
        codelist = named.get(name)
        # Of two lists with one name only one became the codelist.
        if codelist is not None and codelist.place == spot.key:
            yield codelist, spot


def _codelists_in_place(loaded: LoadedStudy) -> Iterator[tuple[Codelist, SourceNode]]:
    named = loaded.study.codelists
    for part in loaded.fields():
        codelist = part.field.codelist
        if codelist is None or "codes" not in part.keys:
            continue

        # A field that only names a codelist has no codes of its own.
        is_named = codelist.name in named
        if not is_named:
            yield codelist, part.spot.at("codes")


def _codelists_of_companions(
    loaded: LoadedStudy,
) -> Iterator[tuple[Codelist, SourceNode]]:
    for part in loaded.parts.fields:
        codelist = part.field.codelist
        if part.companion_of is None or codelist is None:
            continue

        # A calculated companion holds the comparator of its field, the other the unit.
        key = "unit" if part.field.value is None else "comparator"
        yield codelist, part.spot.at(key)


def _code_spot(spot: SourceNode, code: str) -> SourceNode:
    """The text of a code, in a list of codes or as the key of a mapping."""
    data = spot.data
    # A list of codes without labels has no keys.
    if isinstance(data, list) and code in data:
        index = data.index(code)
        return spot.at(index)

    return spot.at(code)
