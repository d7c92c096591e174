"""REDCap's own files as parts of a dictionary."""
