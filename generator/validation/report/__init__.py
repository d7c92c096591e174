"""The report of a validation, and the formats that it is written in."""
