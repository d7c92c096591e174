"""A box to tick."""

from forms_spec.model.field_type import ANSWER, FieldType, RedcapSpelling, samples

TICK = FieldType(
    name="checkbox",
    kind="boolean",
    control="checkbox",
    facets=ANSWER,
    redcap=RedcapSpelling(type="truefalse"),
    asked="check box",
    stored="`true`, `false`",
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
