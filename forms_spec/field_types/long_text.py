"""Several lines of text."""

from forms_spec.model.field_type import ANSWER, BOX, FieldType, samples

LONG_TEXT = FieldType(
    name="long_text",
    kind="text",
    control="textarea",
    facets=ANSWER | BOX | {"length", "pattern"},
    multiline=True,
    accepts=(
        *samples(
            "One line",
            "two\nlines",
            "a\n\n\tb",
            "ends with a break\n",
            "\nbegins with one",
            "😀\n",
        ),
        *samples("a\nb", length=3),
        *samples("a\nb", pattern=r"a\sb"),
    ),
    rejects=(
        *samples(
            " ",
            "\n",
            "\n\t \n",
            "a\r\nb",
            "a\rb",
            "a\x0bb",
            "a\x0cb",
            "a\u2028b",
            "a\x00",
            "\udc00",
        ),
        *samples("a\nbc", length=3),
        *samples("a\nb", "a\n", pattern="a.?b?"),
    ),
)
