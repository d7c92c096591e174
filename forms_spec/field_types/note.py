"""Text to the reader: nothing is answered and no column is made."""

from forms_spec.model.field_type import READING, FieldType, RedcapSpelling

NOTE = FieldType(
    name="note",
    kind=None,
    control="note",
    facets=READING,
    redcap=RedcapSpelling(type="descriptive"),
    asked="text to the reader",
    stored="no column",
)
