"""A visual analogue scale: a point on a line, 0 to 10 unless the dictionary says
otherwise.
"""

from forms_spec.model.field_type import (
    ANSWER,
    MOMENT,
    FieldType,
    RedcapSpelling,
    samples,
)

VAS = FieldType(
    name="vas",
    kind="decimal",
    control="vas",
    facets=ANSWER | MOMENT | {"anchors", "places"},
    redcap=RedcapSpelling(type="slider"),
    asked="line, 0 to 10",
    stored="`6.5`",
    controls=("vas", "text"),
    scale=("0", "10"),
    accepts=(*samples("0", "6.5", "10", "10.0"), *samples("6.5", "7", places=1)),
    rejects=(
        *samples(" ", "6,5", ".5", "5.", "-0", "6.5 cm", "NaN"),
        *samples("6.55", places=1),
    ),
)
