"""An e-mail address."""

from forms_spec.model.facets import Pattern
from forms_spec.model.field_type import (
    ANSWER,
    BOX,
    FieldType,
    RedcapSpelling,
    samples,
)

EMAIL = FieldType(
    name="email",
    kind="text",
    control="text",
    facets=ANSWER | BOX | {"length"},
    redcap=RedcapSpelling(type="text", validations=("email",)),
    asked="box",
    stored="`jane.doe@example.org`: ASCII letters and digits, one `@`, a domain with a dot",
    # No quoted names and no addresses by number, which RFC 5322 allows and nobody has.
    pattern=Pattern(
        expression=(
            r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\-]+"
            r"@([A-Za-z0-9]+(-+[A-Za-z0-9]+)*\.)+[A-Za-z]{2,}"
        ),
        message="an e-mail address such as jane.doe@example.org",
    ),
    keyboard="email",
    noun="e-mail address",
    accepts=(
        *samples(
            "jane.doe@example.org",
            "a@b.co",
            "o'neill+study@mail.example.ac.uk",
            "JANE_DOE@EXAMPLE.ORG",
            "1@x-ray.example",
        ),
        *samples("a@b.org", length=7),
    ),
    rejects=(
        *samples(
            " ",
            "jane.doe",
            "jane.doe@example",
            "@example.org",
            "jane@@example.org",
            "jane@doe@example.org",
            "jane doe@example.org",
            "jane@example..org",
            "jane@.org",
            "jane@-example.org",
            "jane@example.o",
            "jane@example.org.",
            "jane@example.org\n",
            " jane@example.org",
            "Jane <jane@example.org>",
            "mailto:jane@example.org",
            "jane@example.org; joe@example.org",
            "jane@[127.0.0.1]",
            "jané@example.org",
            "jane@exämple.org",
        ),
        *samples("ab@b.org", length=7),
    ),
)
