"""A box to tick."""

from forms_spec.model.field_type import ANSWER, FieldType, samples

TICK = FieldType(
    name="checkbox",
    kind="boolean",
    control="checkbox",
    facets=ANSWER,
    accepts=samples("true", "false"),
    rejects=samples(
        " ",
        "True",
        "FALSE",
        "true ",
        "true\n",
        "yes",
        "Y",
        "on",
        "1",
        "0",
        "t",
        "x",
        "ｔrue",
    ),
)
