"""A day and a time of it."""

from forms_spec.model.field_type import (
    ANSWER,
    BOX,
    CLOCK,
    MOMENT,
    FieldType,
    RedcapSpelling,
    samples,
)

DATETIME = FieldType(
    name="datetime",
    kind="datetime",
    control="text",
    facets=ANSWER | BOX | CLOCK | MOMENT | {"seconds"},
    redcap=RedcapSpelling(type="text"),
    asked="box",
    stored="`2024-04-15T09:30`",
    accepts=(
        *samples(
            "2024-04-15T09:30",
            "2024-02-29T09:30",
            "1000-01-01T00:00",
            "9999-12-31T23:59",
        ),
        *samples("2024-04-15T09:30:00", "2024-04-15T23:59:59", seconds=True),
    ),
    rejects=(
        *samples(
            " ",
            "2024-04-15",
            "09:30",
            "2024-04-15 09:30",
            "2024-04-15t09:30",
            "2024-02-30T09:30",
            "2023-02-29T09:30",
            "0999-01-01T09:30",
            "2024-04-15T24:00",
            "2024-04-15T9:30",
            "2024-04-15T09:30:00",
            "2024-04-15T09:30Z",
            "2024-04-15T09:30+00:00",
            "2024-04-15T09:30\n",
            " 2024-04-15T09:30",
            "2024-04-15TT09:30",
            "2024-04-15T",
            "T09:30",
            "20240415T0930",
        ),
        *samples("2024-04-15T09:30", "2024-04-15T09:30:60", seconds=True),
    ),
)
