"""All casebooks of a large package at once: SQL finds what is wrong and counts it, the judge says the words.

The judge of ``forms_spec.judge`` goes from cell to cell of one subject. Here the same meaning goes over
columns: every text is understood once, conditions and formulas are SQL of ``generator.sql`` over relations of
values, and each facet and rule is a column that says which row is at fault. What SQL does not decide, it asks
the judge about, form by form; so both give the same findings.
"""
