"""Documents on paper: blank and annotated forms, and casebooks."""
