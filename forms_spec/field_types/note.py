"""Text to the reader: nothing is answered and no column is made."""

from forms_spec.field_types.base import READING, FieldType

NOTE = FieldType(name="note", kind=None, control="note", facets=READING)
