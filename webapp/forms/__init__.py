"""The page of one form: shown, posted, evaluated, merged."""
