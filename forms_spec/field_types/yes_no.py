"""Yes or no."""

from forms_spec.model.codes import Code
from forms_spec.model.field_type import ANSWER, FieldType, RedcapSpelling, samples

YES_NO = FieldType(
    name="yes_no",
    kind="choice",
    control="radio",
    facets=ANSWER | {"propose"},
    redcap=RedcapSpelling(type="radio"),
    asked="radio",
    stored="`Y` or `N`",
    controls=("radio", "list"),
    codes=(Code(code="Y", label="Yes"), Code(code="N", label="No")),
    accepts=samples("Y", "N"),
    rejects=samples(
        " ",
        "y",
        "n",
        "Yes",
        "no",
        "1",
        "0",
        "true",
        "false",
        "Y ",
        "Y\n",
        "Y;N",
        "on",
        "Ｙ",
    ),
)
