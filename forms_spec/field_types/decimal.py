"""A number with decimals."""

from forms_spec.field_types.base import ANSWER, BOX, QUANTITY, FieldType, samples

DECIMAL = FieldType(
    name="decimal",
    kind="decimal",
    control="text",
    facets=ANSWER | BOX | QUANTITY | {"places"},
    accepts=(
        *samples(
            "0", "38.1", "38.10", "-0.5", "0.000000001", "999999999999999.999999999", "12", "-12.0", "0.0"
        ),
        *samples("38.1", "38", "0.0", places=1),
        *samples("38.12", "-38.12", places=2),
        *samples("12", places=0),
    ),
    rejects=(
        *samples(
            " ",
            "-0",
            "-0.0",
            "-0.000",
            "+5",
            "+0.5",
            "007",
            "00.5",
            " 38.1 ",
            "38.1\n",
            ".5",
            "-.5",
            "5.",
            ".",
            "1_000",
            "1_0.5",
            "1,000.5",
            "12,5",
            "1.2.3",
            "1e3",
            "1E-3",
            "0x1.8p1",
            "NaN",
            "sNaN",
            "Infinity",
            "-inf",
            "٣.٥",
            "３８.１",
            "38·1",
            "\u22125.5",
            "38.1 C",
            "1000000000000000",
            "1000000000000000.5",
            "0.0000000001",
            "0.1000000000",
        ),
        *samples("38.12", "38.10", places=1),
        *samples("12.0", "12.", places=0),
    ),
)
