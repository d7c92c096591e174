"""What differs between the codes of two fields: one change for each code."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from forms_spec.model.characters import ascii_lower, strip_blanks
from forms_spec.model.codes import Code, Codelist
from forms_spec.model.fields import Field
from generator.comparison.change import Consequence, DictionaryChange, Effect, Scope
from generator.comparison.gist import gist, in_words

SWAPPED = Consequence(
    Effect.BREAKS,
    "Captured answers keep the code, which means something else now.",
    judged=False,
)
REWORDED = Consequence(
    Effect.LOOK,
    "Captured answers are read in the new words. Check that they mean the same.",
    judged=False,
)
GONE = Consequence(Effect.BREAKS, "Captured answers with this code become errors.")
ADDED = Consequence(Effect.HARMLESS, "There is one more answer to choose.")
EXCLUSIVE = Consequence(
    Effect.BREAKS, "Captured answers together with others become errors."
)
COUNTED = Consequence(Effect.BREAKS, "Formulas and rules compute with the new number.")
ONLY_TYPED = Consequence(Effect.HARMLESS, "Only what people may type changes.")
RENUMBERED = Consequence(
    Effect.BREAKS,
    "The codes are the rows of the group. Captured rows keep their numbers.",
    judged=False,
)


def code_changes(
    before: Field, after: Field, scope: Scope, *, are_rows: bool
) -> Iterator[DictionaryChange]:
    """The changes of the codes of a field. ``are_rows``: the codes in their order are
    the rows of its group.
    """
    old, new = before.codelist, after.codelist
    if old is None or new is None:
        # The type says that there are codes now, or none.
        return

    name = f"{scope.table}.{scope.field}"

    for code in {**old.by_code, **new.by_code}:
        pair = old.by_code.get(code), new.by_code.get(code)
        for key, texts, consequence in _of_code(*pair, old):
            yield DictionaryChange(
                what="code",
                name=f"{code} of {name}",
                key=key,
                before=texts[0],
                after=texts[1],
                place=new.place,
                old_place=old.place,
                consequence=consequence,
                scopes=(scope._replace(code=code),),
            )

    if are_rows and list(old.by_code) != list(new.by_code):
        yield DictionaryChange(
            what="field",
            name=name,
            key="rows",
            before=in_words(tuple(old.by_code)),
            after=in_words(tuple(new.by_code)),
            place=new.place,
            old_place=old.place,
            consequence=RENUMBERED,
            scopes=(Scope(form=scope.form, table=scope.table),),
        )


def _of_code(
    before: Code | None, after: Code | None, old: Codelist
) -> Iterator[tuple[str, tuple[str, str], Consequence]]:
    """The key that changed, blank for the code itself; its words; what it does."""
    if before is None or after is None:
        labels = before.label if before else "", after.label if after else ""
        yield "", labels, GONE if after is None else ADDED
        return

    for key, attribute, weigh in COMPARED:
        values = getattr(before, attribute), getattr(after, attribute)
        if gist(values[0]) != gist(values[1]):
            yield key, (in_words(values[0]), in_words(values[1])), weigh(after, old)


def _of_label(code: Code, old: Codelist) -> Consequence:
    return SWAPPED if _names_another(code, old) else REWORDED


def _names_another(code: Code, old: Codelist) -> bool:
    """Whether the label of a code named another code before."""
    named = old.by_word.get(ascii_lower(strip_blanks(code.label)), ())
    return any(other != code.code for other in named)


COMPARED: tuple[tuple[str, str, Callable[[Code, Codelist], Consequence]], ...] = (
    ("label", "label", _of_label),
    ("exclusive", "exclusive", lambda _code, _old: EXCLUSIVE),
    ("number", "number", lambda _code, _old: COUNTED),
    ("synonyms", "synonyms", lambda _code, _old: ONLY_TYPED),
)
"""The keys of a code, the attributes of the model for them, and what their change does. The
condition of a code is compared as the field's."""
