"""One of several answers."""

from forms_spec.model.field_type import ANSWER, FieldType, RedcapSpelling, samples

_SIDES = {"L": "Left", "R": "Right", "B": "Both"}
_ODD = {
    "0": "None",
    "01": "One",
    "1": "First",
    "a,b": "A, or B",
    "É": "Élan",
    "K": "Kelvin",
    "😀": "Glad",
}

CHOICE = FieldType(
    name="choice",
    kind="choice",
    control="choice",
    facets=ANSWER | {"codes", "retired", "propose", "unique"},
    redcap=RedcapSpelling(type="dropdown"),
    asked="radio to 7, list to 15, type-ahead above",
    stored="a code",
    controls=("radio", "list", "typeahead"),
    accepts=(
        *samples("L", "R", "B", codes=_SIDES),
        *samples("0", "01", "1", "a,b", "É", "K", "😀", codes=_ODD),
        *samples("SERUM", "URINE", codes=["SERUM", "URINE"]),
    ),
    rejects=(
        *samples(
            " ",
            "l",
            "Left",
            "L ",
            " L",
            "L\n",
            "L;R",
            "X",
            "__None",
            "None",
            "null",
            codes=_SIDES,
        ),
        *samples(
            "001",
            "1.0",
            "é",
            "e",
            "E\u0301",
            "\u212a",
            "0\x00",
            "toString",
            "__proto__",
            codes=_ODD,
        ),
    ),
)
