"""Several lines of text."""

from forms_spec.model.field_type import ANSWER, BOX, FieldType, RedcapSpelling, samples

LONG_TEXT = FieldType(
    name="long_text",
    kind="text",
    control="textarea",
    facets=ANSWER | BOX | {"length", "pattern"},
    redcap=RedcapSpelling(type="notes"),
    asked="larger box",
    stored="as `text`, also with line breaks",
    controls=("textarea", "text"),
    noun="multi-line text",
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
