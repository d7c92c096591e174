"""A telephone number."""

from forms_spec.model.facets import Pattern
from forms_spec.model.field_type import (
    ANSWER,
    BOX,
    FieldType,
    RedcapSpelling,
    samples,
)

_SIGN = r"[ ()\-./]"

PHONE = FieldType(
    name="phone",
    kind="text",
    control="text",
    facets=ANSWER | BOX | {"length"},
    redcap=RedcapSpelling(
        type="text",
        validations=("phone",),
        loss="REDCap's phone numbers are North American",
    ),
    asked="box",
    stored=(
        "`+49 30 901820`, `(615) 322-2222 x12`: 7 to 15 digits (ITU-T E.164), also"
        " parted by blanks, `-`, `.`, `/`, `( )`; an extension after `x` or `ext.`"
    ),
    pattern=Pattern(
        expression=(
            rf"[+(]{{0,2}}[0-9]([0-9]|{_SIGN}[0-9]|{_SIGN}{{2}}[0-9]){{6,14}}"
            r"( ?(x|ext\.?) ?[0-9]{1,6})?"
        ),
        message="a telephone number such as +49 30 901820 or (615) 322-2222",
    ),
    keyboard="tel",
    noun="telephone number",
    accepts=(
        *samples(
            "+49 30 901820",
            "+49 (0)30/90 18-20",
            "(615) 322-2222",
            "615-322-2222",
            "615.322.2222 x12",
            "+1 (615) 322-2222 ext. 12",
            "(+44) 20 7946 0000",
            "0049309018",
            "5550123",
            "123456789012345",
        ),
        *samples("5550123", length=7),
    ),
    rejects=(
        *samples(
            " ",
            "555012",
            "1234567890123456",
            "+49",
            "call me",
            "0800-CALL-NOW",
            "+49 30 901820\n",
            " 6153222222",
            "6153222222 ",
            "615,322,2222",
            "615--322--2222--",
            "++49309018200 x",
            "(615) 322-2222 x1234567",
            "٦١٥٣٢٢٢٢٢٢",
            "615\u2011322\u20112222",
        ),
        *samples("55501234", length=7),
    ),
)
