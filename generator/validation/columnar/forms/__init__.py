"""The casebooks of a large package: everything is found and counted over columns, the
judge says the words.

The judge of ``forms_spec.evaluation`` goes from cell to cell of one subject. Here the
same meaning goes over columns of many subjects: every different text is understood
once, every operator is asked once for each different combination of values, and each
facet and rule says which lines are at fault. What that does not decide, the judge is
asked form by form; so both give the same findings.
"""
