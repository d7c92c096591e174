"""A time of the day."""

from forms_spec.model.field_type import (
    ANSWER,
    BOX,
    CLOCK,
    MOMENT,
    FieldType,
    RedcapSpelling,
    samples,
)

TIME = FieldType(
    name="time",
    kind="time",
    control="text",
    facets=ANSWER | BOX | CLOCK | MOMENT | {"seconds"},
    redcap=RedcapSpelling(type="text", validations=("time",)),
    asked="box",
    stored="`09:30`",
    accepts=(
        *samples("09:30", "00:00", "23:59", "12:00"),
        *samples("09:30:00", "23:59:59", seconds=True),
    ),
    rejects=(
        *samples(
            " ",
            "9:30",
            "930",
            "0930",
            "09.30",
            "24:00",
            "09:60",
            "25:00",
            "09:30:00",
            "09:30:15",
            "09:30 ",
            "09:30\n",
            "9:30 pm",
            "09:30Z",
            "09:30+02:00",
            "09:30:00.5",
            "T09:30",
            "noon",
            "٠٩:٣٠",
            "09：30",
        ),
        *samples("09:30", "23:59:60", "09:30:5", "24:00:00", seconds=True),
    ),
)
