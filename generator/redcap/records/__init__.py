"""Records that REDCap exports: read, validated, written."""
