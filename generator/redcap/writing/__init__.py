"""A study as the files of a REDCap project."""
