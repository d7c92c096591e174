"""A numerical rating scale, 0 to 10 unless the dictionary says otherwise."""

from forms_spec.model.field_type import (
    ANSWER,
    MOMENT,
    FieldType,
    RedcapSpelling,
    samples,
)

SCALE = FieldType(
    name="scale",
    kind="integer",
    control="scale",
    facets=ANSWER | MOMENT | {"anchors", "propose"},
    redcap=RedcapSpelling(type="slider"),
    asked="0 to 10 buttons, another `range` changes them",
    stored="`7`",
    controls=("scale", "text"),
    scale=("0", "10"),
    accepts=samples("0", "7", "10"),
    rejects=samples(" ", "7.5", "-0", "07", "+7", "7 ", "7/10", "seven", "٧", "7\n"),
)
